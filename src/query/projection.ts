import type { ColumnSchema, TableSchema } from '../schema/table.js'
import { serverType, type TypeSchema } from '../schema/type.js'
import { readAs, readingOf } from '../types/base-types.js'
import { columnOf, columnsOf } from './columns.js'
import { isComputed } from './expression/computed.js'
import type { QueryState, RelatedSelection } from './state.js'
import { missingRow } from './related/missing-row.js'

/** One output column of a queryset's SELECT. */
export interface Output {
  /** As error messages name it: `public.users.created_at`. */
  readonly label: string
  readonly alias: string
  readonly type: TypeSchema
  /** The joined relation that it comes from, or undefined for the queryset's own table. */
  readonly from: RelatedSelection | undefined
  readonly column: ColumnSchema
}

/** How a row is put together from its outputs, by their positions. */
export interface RowLayout {
  /** Where each column goes: under a name, or within objects. */
  readonly properties: readonly (readonly string[])[]
  /** The position of the first property; the others follow. */
  readonly start: number
  readonly related: readonly RelatedLayout[]
}

/** A joined row within a row: null when the column at `presence` is. */
export interface RelatedLayout extends RowLayout {
  readonly name: string
  readonly presence: number
  /** What an error says where there is none; undefined where there may be none. */
  readonly missing?: (() => string) | undefined
}

/** A queryset's output columns in the order of its SELECT list, and what becomes of them. */
export interface Projection {
  readonly outputs: readonly Output[]
  readonly layout: RowLayout
  /** Per prefetch, the positions of the columns that its rows are found by; they come last and are not part of rows. */
  readonly keys: readonly (readonly number[])[]
  /** Those of the values that tell where in the order a row is. */
  readonly position: readonly number[]
}

/** What a queryset's SELECT returns: the compiler and the row reader both go by it, so that positions agree. */
export function projectionOf(state: QueryState): Projection {
  const { table, schemas, selection } = state
  const outputs: Output[] = []
  const add = (column: ColumnSchema, from?: RelatedSelection, type = column.type): number => {
    const label = `${schemas.nameOf(from?.table ?? table)}.${column.name}`
    return outputs.push({ label, alias: column.property, type, from, column }) - 1
  }
  const rowLayout = (
    columns: readonly ColumnSchema[],
    related: readonly RelatedSelection[],
    from?: RelatedSelection,
  ): RowLayout => {
    const start = outputs.length
    for (const column of columns) add(column, from)
    return {
      properties: columns.map(placeOf),
      start,
      related: related.map(relatedLayout(from?.table ?? table)),
    }
  }
  const relatedLayout =
    (owner: TableSchema) =>
    (selected: RelatedSelection): RelatedLayout => {
      const { relation, table, related } = selected
      const layout = rowLayout(selected.columns, related, selected)
      const missing = relation.nullable ? undefined : () => missingRow(schemas, owner, relation)
      const [key = ''] = relation.targetColumns
      const keyColumn = columnOf(table, key)
      const position = selected.columns.indexOf(keyColumn)
      const presence = position < 0 ? add(keyColumn, selected) : layout.start + position
      return { ...layout, name: relation.name, presence, missing }
    }
  const layout = rowLayout(selection.columns, selection.related)
  const keys = selection.prefetches.map(({ relation }) =>
    columnsOf(table, relation.columns).map((column) => {
      const type = keyType(column.type)
      const selected = type === column.type ? selection.columns.indexOf(column) : -1
      return selected >= 0 ? selected : add(column, undefined, type)
    }),
  )
  const position = (selection.position ?? []).map((column) => add(column))
  return { outputs, layout, keys, position }
}

function placeOf(column: ColumnSchema): readonly string[] {
  return isComputed(column) && column.within !== undefined ? column.within : [column.property]
}

/** What a key is read as: not as a Date, which has no microseconds and would not find its row again. */
export function keyType(type: TypeSchema): TypeSchema {
  const server = serverType(type)
  return readingOf(type)?.row === 'Date' && typeof server === 'string' ? readAs(server, 'string') : type
}
