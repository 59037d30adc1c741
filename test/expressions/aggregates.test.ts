import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  arrayAgg,
  avg,
  caseWhen,
  coalesce,
  count,
  length,
  lower,
  max,
  ref,
  stringAgg,
  sum,
  trunc,
  upper,
  value,
} from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { byHand, everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

it('aggregates of expressions over related rows are subqueries of each row', async () => {
  const orders = shop.repos.orders
    .only('id')
    .orderBy('id')
    .annotate({
      total: sum(ref('orderItems.quantity').times('orderItems.unitPrice')),
      paid: coalesce(sum('payments.amount'), 0),
      open: coalesce(sum('orderItems.total'), 0).minus(coalesce(sum('payments.amount'), 0)),
      shifted: sum(ref('orderItems.quantity').plus('id')),
      names: stringAgg(lower('orderItems.product.name'), '+', { orderBy: '-lineNumber' }),
    })
  expect(await everywhere(orders)).toEqual(
    await byHand(
      shop,
      `SELECT id, (SELECT sum(quantity * unit_price) FROM order_items WHERE order_id = o.id) AS total,
        coalesce((SELECT sum(amount) FROM payments WHERE order_id = o.id), 0) AS paid,
        coalesce((SELECT sum(total) FROM order_items WHERE order_id = o.id), 0)
          - coalesce((SELECT sum(amount) FROM payments WHERE order_id = o.id), 0) AS open,
        (SELECT sum(quantity + o.id)::text FROM order_items WHERE order_id = o.id) AS shifted,
        (SELECT string_agg(lower(p.name), '+' ORDER BY line_number DESC) FROM order_items
          JOIN products p ON p.id = product_id WHERE order_id = o.id) AS names
      FROM orders o ORDER BY 1`,
    ),
  )
})

it('aggregates of groups take expressions, and are part of them', async () => {
  const groups = shop.repos.orders
    .values('status')
    .annotate({
      n: count(),
      longest: max(length('note')),
      share: count().times(100).dividedBy(4),
      firms: arrayAgg(upper('user.company.name'), { distinct: true }),
      noted: sum(caseWhen([[{ note: null }, 0]], 1)),
    })
    .orderBy(count().desc(), 'status')
  expect(await everywhere(groups)).toEqual([
    { status: 'paid', n: 2, longest: 1, share: 50, firms: ['ACME'], noted: 1 },
    { status: 'pending', n: 1, longest: 1, share: 25, firms: ['ACME'], noted: 1 },
    { status: 'shipped', n: 1, longest: null, share: 25, firms: ['ACME'], noted: 0 },
  ])
})

it('groups are filtered by HAVING, by what was annotated', async () => {
  const groups = shop.repos.orders
    .values('status')
    .annotate({ n: count(), twice: count().times(2) })
    .filter({ twice: { gt: 2 } })
  expect(groups.toSQL().sql).toContain(' having ')
  expect(await everywhere(groups)).toEqual([{ status: 'paid', n: 2, twice: 4 }])
})

it('groups are by expressions that values names', async () => {
  const groups = shop.repos.posts
    .values({ letter: lower('author.name'), drafted: trunc('month', 'publishedAt') })
    .annotate({ n: count() })
    .orderBy('letter', 'drafted')
  expect(await everywhere(groups)).toEqual([
    { letter: 'ada', drafted: new Date('2024-01-01T00:00:00Z'), n: 1 },
    { letter: 'ada', drafted: new Date('2024-03-01T00:00:00Z'), n: 1 },
    { letter: 'ada', drafted: null, n: 1 },
    { letter: 'bob', drafted: null, n: 1 },
    { letter: 'cid', drafted: new Date('2024-02-01T00:00:00Z'), n: 1 },
  ])
})

it('aggregate() takes expressions of aggregates, of no rows too', async () => {
  const { orders, orderItems } = shop.repos
  const asked = {
    n: count(),
    revenue: sum(ref('quantity').times('unitPrice')),
    most: coalesce(max('quantity'), 0),
    mean: avg(ref('quantity').times(2)),
    each: sum('quantity').dividedBy(count()),
  }
  expect(await orderItems.aggregate(asked)).toEqual({ n: 4, revenue: '52.50', most: 5, mean: 4.5, each: 2 })
  const nothing = { n: 0, revenue: null, most: 0, mean: null }
  const { each: _, ...safe } = asked
  expect(await orderItems.filter({ quantity: { gt: 99 } }).aggregate(safe)).toEqual(nothing)
  expect(await orderItems.none().aggregate(safe)).toEqual(nothing)
  expect(
    await orders.aggregate({ names: stringAgg(coalesce('note', value('-')), '', { orderBy: 'id' }) }),
  ).toEqual({
    names: 'x-y-',
  })
})
