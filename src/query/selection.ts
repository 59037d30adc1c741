import { UsageError } from '../errors.js'
import { checkOptions, flag } from '../options.js'
import type { ColumnSchema } from '../schema/table.js'
import { fieldsOf, refuseUngrouped } from './aggregate/grouping.js'
import { columnsOf, propertiesOf } from './columns.js'
import { refuseOutsideCombination } from './combine.js'
import { isPlainObject } from './lookups/operand.js'
import { change, refuseAfter, type QueryState, type Selection } from './state.js'

/** Narrows rows to some fields; the primary key is always among them. Without fields to all of them. */
export function only(state: QueryState, properties: readonly string[]): QueryState {
  refuseAfter(state, 'only', 'values', 'union')
  const { columns } = state.table
  const wanted = properties.length === 0 ? columns : columnsOf(state.table, properties)
  return narrow(state, columns, (column) => wanted.includes(column))
}

/** Leaves fields out of the rows; the primary key stays. */
export function defer(state: QueryState, properties: readonly string[]): QueryState {
  refuseAfter(state, 'defer', 'values', 'union')
  const unwanted = columnsOf(state.table, properties)
  return narrow(state, state.selection.columns, (column) => !unwanted.includes(column))
}

function narrow(
  state: QueryState,
  from: readonly ColumnSchema[],
  isWanted: (column: ColumnSchema) => boolean,
): QueryState {
  const { primaryKey } = state.table
  const columns = from.filter((column) => primaryKey.includes(column.property) || isWanted(column))
  return change(state, { selection: { ...state.selection, columns } })
}

/** Rows of exactly these fields, of all without any. */
export function values(state: QueryState, properties: readonly string[]): QueryState {
  return select(state, [...new Set(properties)], 'values', 'object')
}

/** Tuples of exactly these fields, or with `{ flat: true }` the bare values of one: fields, then options. */
export function valuesList(state: QueryState, args: readonly unknown[]): QueryState {
  const last = args.at(-1)
  const options: { flat?: boolean } = isPlainObject(last) ? last : {}
  const { flat = false } = checkOptions(options, { flat: flag }, 'valuesList')
  // What is no name among them is refused as a field.
  const fields = (isPlainObject(last) ? args.slice(0, -1) : args) as readonly string[]
  const selected = select(state, fields, 'valuesList', flat ? 'value' : 'tuple')
  if (flat && fields.length !== 1) {
    throw new UsageError(`valuesList with { flat: true } takes exactly one field, not ${fields.length}.`)
  }
  return selected
}

function select(
  state: QueryState,
  properties: readonly string[],
  method: string,
  shape: Selection['shape'],
): QueryState {
  const columns = properties.length === 0 ? fieldsOf(state) : columnsOf(state.table, properties)
  refuseUngrouped(state, columns, method)
  refuseOutsideCombination(state, propertiesOf(columns), method)
  return change(state, { selection: { columns, shape, related: [], prefetches: [] } })
}
