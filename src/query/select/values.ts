import { UsageError } from '../../errors.js'
import { checkOptions, flag } from '../../options.js'
import type { ColumnSchema } from '../../schema/table.js'
import { fieldsOf, refuseUngrouped } from '../aggregate/grouping.js'
import { columnsOf } from '../columns.js'
import { refuseOutsideCombination } from '../combine.js'
import { isPlainObject } from '../lookups/operand.js'
import { change, type QueryState, type Selection } from '../state.js'

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
  const columns: readonly ColumnSchema[] =
    properties.length === 0 ? fieldsOf(state) : columnsOf(state.table, properties)
  for (const column of columns) refuseUngrouped(state, column, method)
  refuseOutsideCombination(
    state,
    columns.map(({ property }) => property),
    method,
  )
  return change(state, { selection: { columns, shape, related: [], prefetches: [] } })
}
