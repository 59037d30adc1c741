import { UsageError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { isComputed } from '../expression/computed.js'
import { columnsOf, propertiesOf } from '../columns.js'
import { refuseUngrouped } from '../aggregate/grouping.js'
import { refuseLockOfDistinct } from '../select-for-update.js'
import { change, refuseAfter, type QueryState } from '../state.js'
import { ascending, type Ordering } from './ordering.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** Leaves each row once; with fields, the first row in order for each combination of their values. */
export function distinct(state: QueryState, properties: readonly string[] = []): QueryState {
  refuseAfter(state, 'distinct', 'slice', 'union')
  const distinctOn = columnsOf(state.table, [...new Set(properties)])
  refuseUngrouped(state, distinctOn, 'distinct')
  refuseOtherOrder(state, distinctOn, state.order)
  return refuseLockOfDistinct(change(state, { distinct: true, distinctOn }))
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
    const fields = propertiesOf(distinctOn).join(', ')
    throw new UsageError(
      `orderBy() of ${qualifiedName(state.table)} has to begin with the fields of distinct(${fields}), but has ` +
        `"${column.property}" before "${propertiesOf([...missing]).join(', ')}".`,
    )
  }
}

/**
 * DISTINCT ON and ORDER BY must be one expression, which an annotation is by its name in the result only.
 */
export function refuseUnselectedAnnotations({ distinctOn, selection }: QueryState): void {
  for (const column of distinctOn) {
    if (!isComputed(column) || selection.columns.includes(column)) continue
    throw new UsageError(
      `distinct("${column.property}") by an annotation needs it among the fields of the rows.`,
    )
  }
}

/** The order that rows come in: by the fields of DISTINCT ON when there is no other. */
export function orderOf(state: QueryState): readonly Ordering[] {
  return state.order.length > 0 ? state.order : state.distinctOn.map(ascending)
}
