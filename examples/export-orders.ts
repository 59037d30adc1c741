import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import type { OrdersRepository } from '../generated/index.js'

/**
 * Exports open orders to a CSV file: one query that joins what a line needs, streamed, in constant memory.
 *
 * @returns how many orders were written.
 */
export async function exportOpenOrders(orders: OrdersRepository, path: string): Promise<number> {
  const open = orders
    .filter({ status: { in: ['pending', 'paid'] } })
    .orderBy('placedAt', 'id')
    .selectRelated('user.company', 'shippingAddress', 'coupon')

  let count = 0
  async function* lines() {
    for await (const { id, status, placedAt, user, shippingAddress, coupon } of open.aiterator()) {
      count++
      yield {
        order: String(id),
        status,
        placedAt: placedAt.toISOString(),
        customer: user.name,
        company: user.company?.name ?? '',
        city: shippingAddress.city,
        coupon: coupon?.code ?? '',
      }
    }
  }
  await pipeline(lines, stringify({ header: true }), createWriteStream(path))
  return count
}
