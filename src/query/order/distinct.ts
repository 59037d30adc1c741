import { UsageError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { isAnnotation } from '../aggregate/annotation.js'
import { columnsOf } from '../columns.js'
import { refuseUngrouped } from '../aggregate/grouping.js'
import { refuseLockOfDistinct } from '../select-for-update.js'
import { change, refuseAfterCombining, refuseAfterSlice, type QueryState } from '../state.js'
import { ascending, type Ordering } from './order-key.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/**
 * Leaves each row once; with fields, the first row in order for each combination of their values.
 *
 * @throws {@link UsageError} on a slice, with a lock, and when the order does not begin with the fields.
 */
export function distinct(state: QueryState, properties: readonly string[] = []): QueryState {
  refuseAfterSlice(state, 'distinct')
  refuseAfterCombining(state, 'distinct')
  if (state.lock !== undefined) refuseLockOfDistinct(true)
  const distinctOn = columnsOf(state.table, [...new Set(properties)])
  for (const column of distinctOn) refuseUngrouped(state, column, 'distinct')
  refuseOtherOrder(state, distinctOn, state.order)
  return change(state, { distinct: true, distinctOn })
}

/**
 * DISTINCT ON takes the first row of each run of equal fields, so the order has to begin with them, in whatever
 * sequence.
 */
export function refuseOtherOrder(
  state: QueryState,
  distinctOn: readonly ColumnSchema[],
  order: readonly Ordering[],
): void {
  const missing = new Set(distinctOn)
  for (const { column } of order) {
    if (missing.delete(column) || distinctOn.includes(column) || missing.size === 0) continue
    const fields = distinctOn.map(({ property }) => property).join(', ')
    throw new UsageError(
      `orderBy() of ${qualifiedName(state.table)} has to begin with the fields of distinct(${fields}), but has ` +
        `"${column.property}" before "${[...missing].map(({ property }) => property).join(', ')}".`,
    )
  }
}

/**
 * DISTINCT ON and ORDER BY must be one expression, which an annotation is by its name in the result only.
 *
 * @throws {@link UsageError} for a field that is an annotation and not among those selected.
 */
export function refuseUnselectedAnnotations({ distinctOn, selection }: QueryState): void {
  for (const column of distinctOn) {
    if (!isAnnotation(column) || selection.columns.includes(column)) continue
    throw new UsageError(
      `distinct("${column.property}") by an annotation needs it among the fields of the rows.`,
    )
  }
}

/** The order that rows come in: by the fields of DISTINCT ON when there is no other. */
export function orderOf(state: QueryState): readonly Ordering[] {
  if (state.order.length > 0) return state.order
  return state.distinctOn.map(ascending)
}
