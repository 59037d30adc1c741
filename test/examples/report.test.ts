import { expect, it } from 'vitest'
import { report } from '../../examples/report.js'
import { hasServerLog, serverLog } from '../support/database.js'
import { openShop } from '../queryset/shop.js'
import { reportRows } from '../queryset/report-rows.js'

it('adds a shop up in three queries', async () => {
  await using shop = await openShop(`
    ${reportRows}
    UPDATE orders SET placed_at = timestamptz '2026-01-01 00:00:00Z' + id * interval '1 hour'`)
  const log = hasServerLog ? serverLog(shop.database) : undefined
  const mark = await log?.mark()
  expect(await report(shop.repos)).toEqual({
    summary: ['9 pieces for 52.50', 'on average 6.63 each line'],
    statuses: [
      'paid: 2 orders (1 with a note), 3 items, last 2026-01-01T02:00:00.000Z',
      'pending: 1 orders (1 with a note), 1 items, last 2026-01-01T03:00:00.000Z',
      'shipped: 1 orders (0 with a note), 0 items, last 2026-01-01T04:00:00.000Z',
    ],
    customers: [
      'Ada: 2 open, spent 32.50, paid by card, paypal',
      'Bob: 1 open, spent 20.00, paid by nothing yet',
    ],
  })
  if (log && mark !== undefined) {
    const reads = (await log.statementsSince(mark)).filter(({ sql }) => sql.startsWith('select'))
    expect(reads).toHaveLength(3)
  }
})

it('reports on an empty shop', async () => {
  await using shop = await openShop()
  expect(await report(shop.repos)).toEqual({
    summary: ['0 pieces for 0.00', 'nothing sold'],
    statuses: [],
    customers: [],
  })
})
