import { sql, type QueryCreator, type SelectQueryBuilder } from 'kysely'
import type { QueryState } from '../query/state.js'
import { columnRef, compileCondition } from './compile-condition.js'

/** A builder whose types are not known here: the queryset's own types stand for them. */
type Builder = SelectQueryBuilder<Record<string, object>, string, object>

/**
 * `SELECT columns FROM schema.table WHERE … ORDER BY … LIMIT … OFFSET …`, each column under its property as alias.
 * Tables are always qualified, so that search_path does not matter.
 */
export function selectRows(creator: QueryCreator<object>, state: QueryState): Builder {
  const { table, selection } = state
  let builder = selectFrom(creator, state).select(
    selection.columns.map((column) => columnRef(table, column).as(column.property)),
  ) as Builder
  if (state.distinct) builder = builder.distinct()
  for (const { column, descending } of state.order) {
    builder = builder.orderBy(columnRef(table, column), descending ? 'desc' : 'asc')
  }
  if (state.limit !== undefined) builder = builder.limit(state.limit)
  if (state.offset > 0) builder = builder.offset(state.offset)
  return builder
}

/** `SELECT count(*)`; over a subquery where DISTINCT or a slice decide which rows there are. */
export function selectCount(creator: QueryCreator<object>, state: QueryState): Builder {
  const count = sql`count(*)`.as('count')
  if (!state.distinct && state.limit === undefined && state.offset === 0) {
    return selectFrom(creator, state).select(count)
  }
  const rows = selectRows(
    creator,
    state.limit === undefined && state.offset === 0 ? { ...state, order: [] } : state,
  )
  return creator.selectFrom(sql`(${rows})`.as('rows')).select(count)
}

/** `SELECT 1 … LIMIT 1`; over a subquery where a slice of DISTINCT rows decides whether there is one. */
export function selectExists(creator: QueryCreator<object>, state: QueryState): Builder {
  const one = sql`1`.as('exists')
  if (state.distinct && state.offset > 0) {
    const rows = selectRows(creator, state)
    return creator
      .selectFrom(sql`(${rows})`.as('rows'))
      .select(one)
      .limit(1)
  }
  const builder = selectFrom(creator, state).select(one).limit(1) as Builder
  return state.offset > 0 ? builder.offset(state.offset) : builder
}

function selectFrom(creator: QueryCreator<object>, state: QueryState): Builder {
  const { schema, name } = state.table
  let builder = creator.selectFrom(sql`${sql.id(schema, name)}`.as(name)) as unknown as Builder
  if (state.none) builder = builder.where(sql.lit(false))
  for (const condition of state.conditions) builder = builder.where(compileCondition(state.table, condition))
  return builder
}
