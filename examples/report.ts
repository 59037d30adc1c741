import { avg, count, max, stringAgg, sum } from 'sluice'
import type { Repositories } from '../generated/index.js'

/** What a shop has sold, from the whole down to its best customers. */
export interface Report {
  readonly summary: readonly string[]
  readonly statuses: readonly string[]
  readonly customers: readonly string[]
}

/**
 * A report in three queries: totals over all orders, orders by status, and the customers with the most open orders.
 * Everything is added up in the database; the rows that come back are those that are printed.
 */
export async function report({ orders, orderItems, users }: Repositories): Promise<Report> {
  const { sold, revenue, price } = await orderItems
    .filter({ order: { status: { ne: 'cancelled' } } })
    .aggregate({ sold: sum('quantity'), revenue: sum('total'), price: avg('unitPrice') })

  const byStatus = orders
    .values('status')
    .annotate({ n: count(), noted: count('note'), items: count('orderItems'), last: max('placedAt') })
    .orderBy('-n', 'status')

  const busiest = users
    .annotate({
      open: count('orders', { filter: { status: { in: ['pending', 'paid'] } } }),
      spent: sum('orders.orderItems.total'),
      methods: stringAgg('orders.payments.method', ', ', { distinct: true }),
    })
    .filter({ open: { gt: 0 } })
    .orderBy('-open', '-spent', 'id')
    .only('name', 'open', 'spent', 'methods')
    .slice(0, 10)

  const statuses: string[] = []
  for await (const { status, n, noted, items, last } of byStatus.aiterator()) {
    statuses.push(
      `${status}: ${n} orders (${noted} with a note), ${items} items, last ${last?.toISOString()}`,
    )
  }
  const customers: string[] = []
  for await (const { name, open, spent, methods } of busiest.aiterator()) {
    customers.push(`${name}: ${open} open, spent ${spent ?? '0.00'}, paid by ${methods ?? 'nothing yet'}`)
  }
  return {
    summary: [
      `${sold ?? 0} pieces for ${revenue ?? '0.00'}`,
      price === null ? 'nothing sold' : `on average ${Number(price).toFixed(2)} each line`,
    ],
    statuses,
    customers,
  }
}
