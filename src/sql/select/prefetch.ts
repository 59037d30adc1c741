import { sql } from 'kysely'
import { UsageError } from '../../errors.js'
import { columnsOf } from '../../query/columns.js'
import { hasExactKey, ownerColumns } from '../../query/related/prefetch-key.js'
import { projectionOf } from '../../query/projection.js'
import { linkScopeOf } from '../../query/scoped/scoped-relation.js'
import { isSliced, type Prefetch, type QueryState } from '../../query/state.js'
import type { TableSchema } from '../../schema/table.js'
import { isSpread } from '../../schema/type.js'
import type { Operand } from '../../shape/operand.js'
import { columnName, columnNames, rootScope } from './combination.js'
import { comparableType, typeName } from '../cast.js'
import type { Builder, Creator, Sql } from '../compile.js'
import { inOrder, orderSql, orderTerms, type OrderTerm } from '../order.js'
import { and } from '../condition.js'
import { compared, pairs, refs } from '../relation.js'
import { selectOutputs } from './select.js'
import { unnested } from '../write/unnest.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/**
 * The related rows of many owners, each with its owner's key after its own columns:
 * `SELECT columns, key FROM related [JOIN link] WHERE key = ANY(keys)`. A slice counts per owner. Where keys are equal in
 * several spellings, each row has the number of its owner instead:
 * `SELECT columns, number FROM related JOIN unnest(keys) WITH ORDINALITY AS t1(key, number) ON …`.
 *
 * @param owner the table that the keys come from.
 * @param keys of the rows that the relation is prefetched for: per key column an array, all of one length.
 */
export function selectPrefetched(
  creator: Creator,
  prefetch: Prefetch,
  owner: TableSchema,
  keys: readonly Operand[],
): Builder {
  const { relation, state } = prefetch
  const scope = rootScope(state)
  let builder = selectOutputs(creator, state, scope, columnName)
  let holder = scope
  if (relation.through !== undefined) {
    const { through } = relation
    holder = scope.inner(state.schemas.table(through.table))
    const equal = pairs(refs(holder, through.targetColumns), refs(scope, relation.targetColumns))
    const on = and(equal, holder, linkScopeOf(relation))
    builder = builder.innerJoin(holder.tableRef(), (join) => join.on(on))
  }
  const width = projectionOf(state).outputs.length
  const keyed = ownerColumns(prefetch).map((column) => compared(holder, column))
  const columns = keyed.map(({ ref }) => ref)
  // One array parameter per key column: parameters grow with columns only.
  const types = columnsOf(owner, relation.columns).map(({ type }) => type)
  const arrays = types.map((type, index) => {
    const element = isSpread(type) ? 'text' : comparableType(type)
    return sql`cast(${keys[index]} as ${typeName(scope, element)}[])`
  })
  let owners = columns
  if (hasExactKey(prefetch, owner)) {
    builder = builder.where(isAmong(columns, arrays))
  } else {
    const { from, values, ordinal } = unnested(scope, arrays)
    const given = types.map((type, index) => {
      const value = values[index] ?? sql``
      return { ref: isSpread(type) ? sql`cast(${value} as ${typeName(scope, type)})` : value, type }
    })
    builder = builder.innerJoin(from, (join) => join.on(pairs(keyed, given)))
    owners = [ordinal]
  }
  builder = builder.select(owners.map((each, index) => each.as(columnName(width + index))))
  const rows = { builder, owners, order: orderTerms(scope, state.order) }
  const ready = state.distinct ? distinctRows(creator, rows, state) : rows
  return isSliced(state) ? slicedPerOwner(creator, ready, prefetch) : inOrder(ready.builder, ready.order)
}

interface OwnedRows {
  readonly builder: Builder
  /** What tells the owners apart. */
  readonly owners: readonly Sql[]
  readonly order: readonly OrderTerm[]
}

/** `key = ANY($1)`; with several columns `(a, b) IN (SELECT * FROM unnest($1, $2))`. */
function isAmong(columns: readonly Sql[], arrays: readonly Sql[]): Sql<boolean> {
  if (columns.length === 1) return sql<boolean>`${columns[0] ?? sql``} = any(${arrays[0] ?? sql``})`
  return sql<boolean>`(${sql.join(columns)}) in (select * from unnest(${sql.join(arrays)}))`
}

/** DISTINCT rows as a subquery, so that what numbers and sorts them comes after. */
function distinctRows(creator: Creator, rows: OwnedRows, state: QueryState): OwnedRows {
  const { outputs } = projectionOf(state)
  const ref = (position: number) => sql`${sql.id('rows', columnName(position))}`
  const names = columnNames(outputs.length + rows.owners.length)
  const from: Builder = creator.selectFrom(sql`(${rows.builder})`.as<string>('rows'))
  const order = state.order.map(({ column, ...how }) => {
    const position = outputs.findIndex((output) => output.column === column && output.from === undefined)
    if (position < 0) {
      throw new UsageError(
        `orderBy("${column.property}") after distinct() of ${qualifiedName(state.table)} needs the field among those of the rows.`,
      )
    }
    return { ref: ref(position), ...how }
  })
  const owners = rows.owners.map((_, index) => ref(outputs.length + index))
  return { builder: from.select(names.map((name, position) => ref(position).as(name))), owners, order }
}

function slicedPerOwner(creator: Creator, rows: OwnedRows, { state, relation }: Prefetch): Builder {
  const orderBy = rows.order.length === 0 ? sql`` : sql` order by ${sql.join(rows.order.map(orderSql))}`
  const numbered = rows.builder.select(
    sql<number>`row_number() over (partition by ${sql.join(rows.owners)}${orderBy})`.as('n'),
  )
  const outer: Builder = creator.selectFrom(sql`(${numbered})`.as<string>('numbered'))
  const number = sql<number>`${sql.id('numbered', 'n')}`
  const names = columnNames(projectionOf(state).outputs.length + rows.owners.length)
  const { offset, end } = state.slice ?? {}
  const all = outer.select(names.map((name) => sql`${sql.id('numbered', name)}`.as(name))).orderBy(number)
  const after = offset === undefined ? all : all.where(sql<boolean>`${number} > ${offset}`)
  return end === undefined || relation.kind === 'one' ? after : after.where(sql<boolean>`${number} <= ${end}`)
}
