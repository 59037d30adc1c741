import { UsageError } from '../../errors.js'
import type { Binding } from '../../kysely/handle.js'
import { withPositions } from '../../position/position.js'
import { opposite, type Ordering } from '../../query/order/ordering.js'
import { scopedState } from '../../query/scoped/scoped.js'
import { change, sourceName, type QueryState } from '../../query/state.js'
import { rangesOf, type PartitionState } from './partitions.js'

/**
 * So many parts of a queryset's rows that come one after the other in its own order, or in that of a key where it has none.
 *
 * @throws {@link UsageError} as {@link refuseUnordered}.
 */
export async function partitionsInOrder(
  binding: Binding,
  state: QueryState,
  parts: number,
): Promise<PartitionState[]> {
  const { order } = withPositions(state, 'parallel')
  const isDescending = order[0]?.descending === true
  const ascending = change(state, { order: isDescending ? opposite(order) : order })
  const keyed = withPositions(scopedState(ascending), 'parallel')
  const ranges = await rangesOf(binding, change(state, { order }), keyed, parts)
  return isDescending ? ranges.reverse() : ranges
}

/** @throws {@link UsageError} for an order that is none of ranges of values. */
export function refuseUnordered(state: QueryState): void {
  const { order } = withPositions(state, 'parallel')
  const unfit = order.find(
    ({ column, descending }: Ordering) => column.nullable || descending !== order[0]?.descending,
  )
  if (unfit === undefined) return
  const why = unfit.column.nullable ? 'may be NULL' : 'goes in another direction than the first field'
  throw new UsageError(
    `parallel() with ordered: true reads ranges of the order of ${sourceName(state)}, one after the other, and ` +
      `"${unfit.column.property}" in it ${why}. Order by fields that are never NULL, all in one direction; or use ` +
      'aiterator(), or ordered: false.',
  )
}
