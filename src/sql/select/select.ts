import { sql } from 'kysely'
import { callAs } from '../call.js'
import { isComputed, type Computed } from '../../query/expression/computed.js'
import { orderOf, refuseUnselectedAnnotations, refuseUnselectedOrder } from '../../query/order/distinct.js'
import { projectionOf } from '../../query/projection.js'
import { lockTargets } from '../../query/select-for-update.js'
import { isSliced, placedIn, type QueryState, type RelatedSelection } from '../../query/state.js'
import type { ColumnSchema } from '../../schema/table.js'
import { combinationAs, combinationRefs, rootScope } from './combination.js'
import { compileCondition, joinedOn } from '../condition.js'
import { groupedFrom, nameSelected } from './groups.js'
import { travelsAsText } from '../cast.js'
import type { Builder, Creator, Sql } from '../compile.js'
import { inOrder, selectOrder } from '../order.js'
import type { Scope } from '../scope.js'

const WAITING = { wait: '', noWait: ' nowait', skipLocked: ' skip locked' } as const

/** How a column stands in the SELECT list. */
type PresentColumn = (ref: Sql, column: ColumnSchema) => Sql

/**
 * `SELECT columns FROM schema.table WHERE … ORDER BY … LIMIT … OFFSET …`, each column under its property as alias.
 * Tables are always qualified, so that search_path does not matter.
 */
export function selectRows(
  creator: Creator,
  state: QueryState,
  present?: PresentColumn,
  aliasOf?: (position: number) => string,
  outer?: Scope,
): Builder {
  const scope = rootScope(state, outer)
  const builder = selectOutputs(creator, state, scope, aliasOf, present)
  const ordered = inOrder(builder, selectOrder(scope, orderOf(state)))
  const { limit, offset } = state.slice ?? {}
  const result = limit === undefined ? ordered : ordered.limit(sql<number>`${limit}`)
  return offset === undefined ? result : result.offset(sql<number>`${offset}`)
}

/** The same without order and limits; `aliasOf` names the output columns by their position. */
export function selectOutputs(
  creator: Creator,
  state: QueryState,
  scope: Scope,
  aliasOf?: (position: number) => string,
  present?: PresentColumn,
): Builder {
  const { outputs } = projectionOf(state)
  const from = selectFrom(creator, state, scope)
  const alias = (position: number) => aliasOf?.(position) ?? outputs[position]?.alias ?? ''
  if (state.combination !== undefined) {
    const refs = combinationRefs(state, state.combination, scope)
    return from.select(refs.map((ref, position) => ref.as(alias(position))))
  }
  const scopes: Scopes = new Map([[undefined, scope]])
  const builder = joinRelated(from, scope, state, state.selection.related, scopes).select(
    outputs.map(({ from, column }, position) => {
      const ref = scopeOf(scopes, from).columnRef(column)
      return (present?.(ref, column) ?? ref).as(alias(position))
    }),
  )
  // Free-hand SQL has its own columns by their properties, and other names for joined ones alone.
  if (aliasOf === undefined || present !== undefined) nameSelected(scope, state)
  if (present !== undefined && isCastDistinct(state)) {
    refuseUnselectedOrder(state)
    // DISTINCT would be of the casts, and then not be ordered by what is cast.
    return builder.groupBy(outputs.map(({ from, column }) => scopeOf(scopes, from).columnRef(column)))
  }
  return distinctBy(locked(builder, state, scopes), scope, state)
}

/** Whether DISTINCT rows have columns that free-hand SQL reads by casts, and that is all they have. */
function isCastDistinct(state: QueryState): boolean {
  if (!state.distinct || state.distinctOn.length > 0) return false
  const columns = projectionOf(state).outputs.map(({ column }) => column)
  return columns.some(({ type }) => travelsAsText(type)) && !columns.some(isComputed)
}

function distinctBy(builder: Builder, scope: Scope, state: QueryState): Builder {
  const { distinct, distinctOn } = state
  refuseUnselectedAnnotations(state)
  refuseUnselectedOrder(state)
  if (distinctOn.length > 0) return builder.distinctOn(distinctOn.map((column) => scope.outputRef(column)))
  return distinct ? builder.distinct() : builder
}

/** `FOR UPDATE OF "users" SKIP LOCKED`. */
function locked(builder: Builder, state: QueryState, scopes: Scopes): Builder {
  const { lock } = state
  if (lock === undefined) return builder
  const targets = lockTargets(state, lock)?.map((target) =>
    sql.id(scopeOf(scopes, target === 'self' ? undefined : target).alias),
  )
  const of = targets === undefined ? sql`` : sql` of ${sql.join(targets)}`
  return builder.modifyEnd(sql`${sql.raw(`for ${lock.strength}`)}${of}${sql.raw(WAITING[lock.waiting])}`)
}

/** `SELECT count(*)`; over a subquery where DISTINCT or a slice decide which rows there are. */
export function selectCount(creator: Creator, state: QueryState): Builder {
  const count = sql`count(*)`.as('count')
  if (!state.distinct && !isSliced(state) && state.groupBy === undefined) {
    return selectFrom(creator, state, rootScope(state)).select(count)
  }
  const order = isSliced(state) ? state.order : []
  return fromRows(creator, { ...state, order, lock: undefined }).select(count)
}

/** `SELECT count(*), sum(…) FROM … WHERE …`: one row over all rows of a query. */
export function selectAggregates(
  creator: Creator,
  state: QueryState,
  annotations: readonly Computed[],
): Builder {
  const scope = rootScope(state)
  return selectFrom(creator, state, scope).select(
    annotations.map((annotation) => scope.columnRef(annotation).as(annotation.property)),
  )
}

/** `SELECT 1 … LIMIT 1`; over a subquery where a slice of DISTINCT rows decides whether there is one. */
export function selectExists(creator: Creator, state: QueryState, outer?: Scope): Builder {
  const one = sql`1`.as('exists')
  const offset = state.slice?.offset
  if (state.distinct && offset !== undefined) {
    return fromRows(creator, state, outer).select(one).limit(1)
  }
  const builder = selectFrom(creator, state, rootScope(state, outer)).select(one).limit(1)
  return offset === undefined ? builder : builder.offset(sql<number>`${offset}`)
}

function fromRows(creator: Creator, state: QueryState, outer?: Scope): Builder {
  return creator.selectFrom(
    sql`(${selectRows(creator, state, undefined, undefined, outer)})`.as<string>('rows'),
  )
}

/** `FROM schema.table AS alias WHERE …`; a combination or a call stands in the table's place. */
export function selectFrom(creator: Creator, state: QueryState, scope: Scope): Builder {
  let builder: Builder = creator.selectFrom(fromOf(creator, state, scope))
  if (state.none) builder = builder.where(sql.lit(false))
  if (state.groupBy !== undefined) return groupedFrom(builder, scope, state, state.groupBy)
  for (const condition of state.conditions) builder = builder.where(compileCondition(scope, condition))
  return builder
}

function fromOf(creator: Creator, { combination, call, schemas }: QueryState, scope: Scope) {
  if (combination !== undefined) {
    const select = (operand: QueryState) =>
      sql`${selectRows(creator, placedIn(operand, schemas), undefined, undefined, scope.outer)}`
    return combinationAs(scope, combination, select)
  }
  return call === undefined ? scope.tableRef() : callAs(scope, call)
}

/** The scopes of a statement's tables, by the relation that each was joined for; its own table's by undefined. */
type Scopes = Map<RelatedSelection | undefined, Scope>

/**
 * `LEFT JOIN schema.table AS t1 ON …`: what is joined never decides how many rows there are, since a policy may hide it.
 * JOIN where its rows are to be locked, which PostgreSQL does for no other. Adds to `scopes`.
 */
function joinRelated(
  builder: Builder,
  scope: Scope,
  state: QueryState,
  related: readonly RelatedSelection[],
  scopes: Scopes,
): Builder {
  const targets = state.lock && lockTargets(state, state.lock)
  let result = builder
  for (const selected of related) {
    const { relation } = selected
    const target = scope.beside(selected.table)
    scopes.set(selected, target)
    scope.join(relation, target)
    const isLocked = state.lock !== undefined && (targets?.includes(selected) ?? true)
    const on = joinedOn(scope, target, relation)
    const table = target.tableRef()
    result = isLocked
      ? result.innerJoin(table, (join) => join.on(on))
      : result.leftJoin(table, (join) => join.on(on))
    result = joinRelated(result, target, state, selected.related, scopes)
  }
  return result
}

function scopeOf(scopes: Scopes, selected: RelatedSelection | undefined): Scope {
  const scope = scopes.get(selected)
  if (scope === undefined) throw new Error(`The relation ${selected?.relation.name} was not joined.`)
  return scope
}
