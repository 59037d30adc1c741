import { UsageError } from '../errors.js'
import { columnsOf, propertiesOf } from '../query/columns.js'
import { isWindow } from '../query/expression/computed.js'
import { sortedBy, type Ordering } from '../query/order/ordering.js'
import { refuseAfter, type QueryState } from '../query/state.js'
import { qualifiedName } from '../schema/qualified-name.js'
import type { TableSchema } from '../schema/table.js'

/**
 * The order of a queryset, with the fields of a key behind it that tell all rows apart: of the primary key, else of a
 * unique key without NULLs. They go in the direction of the last field, so that one index can serve all of them.
 *
 * @throws {@link UsageError} where there is no such key, and for rows that are not those of the table.
 */
export function totalOrder(state: QueryState, method: string): readonly Ordering[] {
  refuseSharedRows(state, method)
  const { table, order } = state
  const window = order.find(({ column }) => isWindow(column))
  if (window !== undefined) {
    throw new UsageError(
      `Cannot call ${method}() in the order of "${window.column.property}": a window is computed after the filter by which ` +
        'rows are found behind a position.',
    )
  }
  const keys = keysOf(table)
  const sorted = propertiesOf(sortedBy(order))
  if (keys.some((key) => key.every((property) => sorted.includes(property)))) return order
  const [key] = keys
  if (key === undefined) {
    throw new UsageError(
      `${method}() needs an order that tells all rows apart: ${qualifiedName(table)} has no primary key and no unique key ` +
        'without NULLs.',
    )
  }
  const descending = order.at(-1)?.descending ?? false
  const missing = key.filter((property) => !sorted.includes(property))
  return [...order, ...columnsOf(table, missing).map((column) => ({ column, descending }))]
}

/**
 * What is read in several parts has to be of single rows of the table, each of which is what it is whichever others are read
 * with it.
 *
 * @throws {@link UsageError} for slices, combinations, DISTINCT rows and groups, and for windows among what rows have.
 */
export function refuseSharedRows(state: QueryState, method: string): void {
  refuseAfter(state, method, 'slice', 'union')
  const { table, distinct, groupBy, selection } = state
  if (distinct || groupBy !== undefined) {
    const what = distinct ? 'distinct() rows' : 'groups'
    throw new UsageError(
      `Cannot call ${method}() on ${what} of ${qualifiedName(table)}: its positions are those of single rows.`,
    )
  }
  const window = selection.columns.find(isWindow)
  if (window === undefined) return
  throw new UsageError(
    `Cannot call ${method}() with the window "${window.property}" in the rows: it would be computed anew by each of its ` +
      'queries, over the rows of that query alone. Read them by one query, with aiterator() or toArray(), or leave the window ' +
      'out by values().',
  )
}

/** The keys that tell all rows apart, the primary key first. */
function keysOf(table: TableSchema): (readonly string[])[] {
  const { primaryKey, uniqueKeys } = table
  return [primaryKey, ...uniqueKeys].filter(
    (key) => key.length > 0 && columnsOf(table, key).every(({ nullable }) => !nullable),
  )
}
