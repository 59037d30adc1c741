import { sql, type QueryCreator, type RawBuilder } from 'kysely'
import { codecFor } from '../codec/codec-for.js'
import { columnsOf } from '../query/columns.js'
import { projectionOf } from '../query/projection.js'
import { isSliced, type Prefetch } from '../query/state.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import { rootScope } from './compile-combination.js'
import { pairs, refs } from './compile-relation.js'
import { orderedBy, selectOutputs, type Builder } from './compile-select.js'
import type { Scope } from './scope.js'
import { typeName } from './type-name.js'

/** The keys of the rows that a relation is prefetched for: per key column one list, all of one length. */
export type KeyColumns = readonly (readonly unknown[])[]

/** The columns by which prefetched rows find their owners: of the related table, or of the link table. */
export function ownerColumns({ relation, state }: Prefetch): readonly ColumnSchema[] {
  const { through } = relation
  if (through === undefined) return columnsOf(state.table, relation.targetColumns)
  return columnsOf(state.schemas.table(through.table), through.columns)
}

/**
 * The related rows of many owners, each with its owner's key after its own columns:
 * `SELECT columns, key FROM related [JOIN link] WHERE key = ANY(keys)`. A slice counts per owner.
 *
 * @param owner the table that the keys come from.
 */
export function selectPrefetched(
  creator: QueryCreator<object>,
  prefetch: Prefetch,
  owner: TableSchema,
  keys: KeyColumns,
): Builder {
  const { relation, state } = prefetch
  const scope = rootScope(state)
  const position = (index: number) => `c${index}`
  let builder = selectOutputs(creator, state, scope, position)
  let holder = scope
  if (relation.through !== undefined) {
    const { through } = relation
    holder = scope.inner(state.schemas.table(through.table))
    const on = pairs(refs(holder, through.targetColumns), refs(scope, relation.targetColumns))
    builder = builder.innerJoin(holder.tableRef().as(holder.alias), (join) => join.on(on))
  }
  const width = projectionOf(state).outputs.length
  const columns = ownerColumns(prefetch).map((column) => holder.columnRef(column))
  builder = builder
    .select(columns.map((column, index) => column.as(position(width + index))))
    .where(isAmong(columns, columnsOf(owner, relation.columns), keys))
  if (!isSliced(state)) return orderedBy(builder, scope, state)
  return slicedPerOwner(creator, builder, prefetch, scope, columns, width)
}

/** `key = ANY($1)`; with several columns `(a, b) IN (SELECT * FROM unnest($1, $2))`: parameters grow with columns only. */
function isAmong(
  columns: readonly RawBuilder<unknown>[],
  ownerKey: readonly ColumnSchema[],
  keys: KeyColumns,
): RawBuilder<boolean> {
  const arrays = ownerKey.map(({ type }, index) => {
    const array = codecFor({ kind: 'array', element: type }).encode(keys[index] ?? [])
    return sql`cast(${array} as ${typeName(type)}[])`
  })
  if (columns.length === 1) return sql<boolean>`${columns[0] ?? sql``} = any(${arrays[0] ?? sql``})`
  return sql<boolean>`(${sql.join(columns)}) in (select * from unnest(${sql.join(arrays)}))`
}

function slicedPerOwner(
  creator: QueryCreator<object>,
  builder: Builder,
  { state, relation }: Prefetch,
  scope: Scope,
  owner: readonly RawBuilder<unknown>[],
  width: number,
): Builder {
  const order = state.order.map(
    ({ column, descending }) => sql`${scope.columnRef(column)} ${sql.raw(descending ? 'desc' : 'asc')}`,
  )
  const orderBy = order.length === 0 ? sql`` : sql` order by ${sql.join(order)}`
  const numbered = builder.select(
    sql<number>`row_number() over (partition by ${sql.join(owner)}${orderBy})`.as('n'),
  )
  const outer = creator.selectFrom(sql`(${numbered})`.as('rows')) as unknown as Builder
  const number = sql<number>`${sql.id('rows', 'n')}`
  const columns = Array.from({ length: width + owner.length }, (_, index) => `c${index}`)
  const after = outer
    .select(columns.map((name) => sql`${sql.id('rows', name)}`.as(name)))
    .where(sql<boolean>`${number} > ${String(state.offset)}`)
    .orderBy(number)
  return state.limit === undefined || relation.kind === 'one'
    ? after
    : after.where(sql<boolean>`${number} <= ${String(state.offset + state.limit)}`)
}
