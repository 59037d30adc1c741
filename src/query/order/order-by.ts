import { UsageError } from '../../errors.js'
import { refuseUngrouped } from '../aggregate/grouping.js'
import { expressionTarget } from '../aggregate/annotate.js'
import { columnsOf, propertiesOf } from '../columns.js'
import { combinedFields, refuseOutsideCombination, wrapped } from '../combine.js'
import { lookupKind } from '../../types/lookup-kind.js'
import type { ColumnSchema } from '../../schema/table.js'
import { change, isSliced, refuseAfter, type QueryState } from '../state.js'
import { refuseOtherOrder, refuseUnselectedOrder } from './distinct.js'
import { parseOrderKey } from './order-key.js'
import { ascending, opposite, sortedBy, type Ordering } from './ordering.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** Replaces the order; without keys the result is unordered again. */
export function orderBy(state: QueryState, keys: readonly unknown[], method = 'orderBy'): QueryState {
  refuseAfter(state, method, 'slice')
  const target = expressionTarget(state, method)
  const order = keys.map((key) => parseOrderKey(target, key))
  return inOrder(state, order)
}

/** Turns the order around, that of the primary key when there is none. */
export function reverse(state: QueryState): QueryState {
  refuseAfter(state, 'reverse', 'slice')
  const ordered = inDefaultOrder(state)
  refuseUnordered(ordered, 'reverse', 'Call orderBy() first')
  return change(state, { order: opposite(ordered.order) })
}

function inOrder(state: QueryState, order: readonly Ordering[]): QueryState {
  const columns = sortedBy(order)
  refuseOutsideCombination(state, propertiesOf(columns), 'orderBy')
  refuseUngrouped(state, columns, 'orderBy')
  refuseOtherOrder(state, state.distinctOn, order)
  return refuseUnselectedOrder(change(state, { order }))
}

/** In the order of the primary key unless there is an order already: what `first` and `last` go by. */
export function inDefaultOrder(state: QueryState): QueryState {
  if (state.order.length > 0 || isSliced(state)) return state
  const { table, distinctOn } = state
  const by = (columns: readonly ColumnSchema[]) => inOrder(state, [...distinctOn, ...columns].map(ascending))
  const key = columnsOf(table, table.primaryKey)
  if (distinctOn.length > 0) return by(key)
  const selected = state.selection.columns.filter(({ type }) => lookupKind(type) !== 'null')
  // Rows of DISTINCT, of groups and of a combination can only be sorted by what they have.
  const fields =
    combinedFields(state) ?? (state.distinct || state.groupBy ? propertiesOf(selected) : undefined)
  const isSortable = fields === undefined || table.primaryKey.every((property) => fields.includes(property))
  return by(isSortable ? key : selected)
}

/** In the opposite order: what `last` goes by. */
export function lastFirst(state: QueryState): QueryState {
  refuseAfter(state, 'last', 'slice')
  const ordered = inDefaultOrder(state)
  const { order, selection } = ordered
  // To turn the order of DISTINCT ON around would leave other rows.
  if (state.distinctOn.length > 0) {
    const columns = [...new Set([...selection.columns, ...sortedBy(order)])]
    const rows = wrapped(change(ordered, { selection: { ...selection, columns } }))
    return change(inOrder(rows, opposite(order)), { selection })
  }
  refuseUnordered(ordered, 'last', 'Call orderBy() first')
  return change(ordered, { order: opposite(order) })
}

/** In the order of these keys alone, of the primary key without any: what `earliest` goes by. */
export function earliestFirst(
  state: QueryState,
  keys: readonly unknown[],
  method: 'earliest' | 'latest' = 'earliest',
): QueryState {
  const ordered = inDefaultOrder(orderBy(state, keys, method))
  refuseUnordered(ordered, method, 'Name the fields that order')
  return ordered
}

/** In the opposite order: what `latest` goes by. */
export function latestFirst(state: QueryState, keys: readonly unknown[]): QueryState {
  return lastFirst(earliestFirst(state, keys, 'latest'))
}

function refuseUnordered({ order, table }: QueryState, method: string, remedy: string): void {
  if (order.length > 0) return
  throw new UsageError(
    `${method}() needs an order: ${qualifiedName(table)} has no primary key to go by. ${remedy}.`,
  )
}
