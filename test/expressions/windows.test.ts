import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  arrayAgg,
  avg,
  count,
  cumeDist,
  denseRank,
  firstValue,
  lag,
  lastValue,
  lead,
  lookup,
  lower,
  max,
  min,
  nthValue,
  ntile,
  percentRank,
  rank,
  ref,
  rowNumber,
  sum,
  value,
  where,
} from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { byHand, everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

it('each function is the one of PostgreSQL', async () => {
  const over = { partitionBy: 'userId', orderBy: ['status', '-placedAt'] } as const
  const byStatus = { orderBy: 'status' } as const
  const orders = shop.repos.orders
    .only('id')
    .orderBy('id')
    .annotate({
      row: rowNumber().over(over),
      rank: rank().over(byStatus),
      dense: denseRank().over(byStatus),
      percent: percentRank().over(byStatus),
      part: cumeDist().over(byStatus),
      tile: ntile(3).over({ orderBy: 'id' }),
      before: lag('id').over(over),
      after: lead('note', 2, value('none')).over({ orderBy: 'id' }),
      first: firstValue('id').over(over),
      last: lastValue('id').over({ ...over, rows: [null, null] }),
      second: nthValue('id', 2).over({ orderBy: 'id' }),
    })
  expect(await everywhere(orders)).toEqual(
    await byHand(
      shop,
      `SELECT id, (row_number() OVER w)::int4 AS row, (rank() OVER s)::int4 AS rank, (dense_rank() OVER s)::int4 AS dense,
            percent_rank() OVER s AS percent, cume_dist() OVER s AS part, ntile(3) OVER i AS tile,
            lag(id) OVER w AS before, lead(note, 2, 'none') OVER i AS after, first_value(id) OVER w AS first,
            last_value(id) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last,
            nth_value(id, 2) OVER i AS second
          FROM orders WINDOW w AS (PARTITION BY user_id ORDER BY status, placed_at DESC), s AS (ORDER BY status),
            i AS (ORDER BY id) ORDER BY id`,
    ),
  )
})

it('aggregates run over frames of rows, ranges and groups', async () => {
  const items = shop.repos.orderItems
    .only('orderId')
    .orderBy('orderId', 'lineNumber')
    .annotate({
      running: sum('total').over({ orderBy: ['orderId', 'lineNumber'], rows: [null, 0] }),
      around: sum('quantity').over({
        orderBy: ['orderId', 'lineNumber'],
        rows: [-1, 1],
        exclude: 'current row',
      }),
      near: count().over({ orderBy: 'quantity', range: [-1, 1] }),
      peers: count().over({ orderBy: 'quantity', groups: [0, 0] }),
      share: avg(ref('quantity').times(2)).over({ partitionBy: ['order.userId', lower('product.name')] }),
    })
  expect(await everywhere(items)).toEqual(
    await byHand(
      shop,
      `SELECT order_id AS "orderId", line_number AS "lineNumber", sum(total) OVER (w ROWS UNBOUNDED PRECEDING) AS running,
        (sum(quantity) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW))::int4 AS around,
        (count(*) OVER (q RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING))::int4 AS near,
        (count(*) OVER (q GROUPS BETWEEN CURRENT ROW AND CURRENT ROW))::int4 AS peers,
        (avg(quantity * 2) OVER (PARTITION BY o.user_id, lower(p.name)))::float8 AS share
      FROM order_items i JOIN orders o ON o.id = order_id JOIN products p ON p.id = product_id
      WINDOW w AS (ORDER BY order_id, line_number), q AS (ORDER BY quantity) ORDER BY 1, 2`,
    ),
  )
})

it('stand in arithmetic and orders, and over groups', async () => {
  const { orders } = shop.repos
  const changes = orders
    .only('id')
    .annotate({ gap: ref('id').minus(lag('id').over({ orderBy: 'id' })) })
    .orderBy(rowNumber().over({ orderBy: '-id' }))
  expect(await everywhere(changes)).toEqual([
    { id: 4n, gap: 1n },
    { id: 3n, gap: 1n },
    { id: 2n, gap: 1n },
    { id: 1n, gap: null },
  ])
  const groups = orders
    .values('status')
    .annotate({ n: count(), place: rank().over({ orderBy: count().desc() }) })
    .orderBy('place', 'status')
  expect(await everywhere(groups)).toEqual([
    { status: 'paid', n: 2, place: 1 },
    { status: 'pending', n: 1, place: 2 },
    { status: 'shipped', n: 1, place: 2 },
  ])
})

it('of aggregates are over what groups have', async () => {
  const { orders } = shop.repos
  const shares = orders
    .values('status')
    .annotate({ n: count(), all: sum(count()).over(), most: max('status').over({ orderBy: count() }) })
    .annotate({ more: sum('n').over({ orderBy: 'status' }) })
    .orderBy('status')
  expect(await everywhere(shares)).toEqual(
    await byHand(
      shop,
      `SELECT status, count(*)::int4 AS n, (sum(count(*)) OVER ())::int4 AS all,
        max(status) OVER (ORDER BY count(*)) AS most, (sum(count(*)) OVER (ORDER BY status))::int4 AS more
      FROM orders GROUP BY status ORDER BY status`,
    ),
  )
  expect(() => orders.values('status').annotate({ n: count(), ids: sum('id').over() })).toThrow(
    'rows grouped by values() and annotate() have no "id"',
  )
})

it('are aggregated as values of rows, and are none of one row', async () => {
  const { orders } = shop.repos
  const numbered = orders.annotate({ place: rowNumber().over({ orderBy: '-id' }) })
  expect(await numbered.aggregate({ last: max('place'), n: count() })).toEqual({ last: 4, n: 4 })
  expect(
    await numbered
      .orderBy('id')
      .slice(0, 2)
      .aggregate({ last: min('place') }),
  ).toEqual({ last: 3 })
  await expect(orders.aggregate({ place: rank().over({ orderBy: 'id' }) })).rejects.toThrow('annotate() rows')
  await expect(orders.aggregate({ all: count().over() })).rejects.toThrow('annotate() it')
})

it('are refused wherever PostgreSQL computes them after', () => {
  const { users, posts, orders } = shop.repos
  const place = () => rowNumber().over({ orderBy: 'id' })
  const after = 'are left after it'
  expect(() => posts.filter(lookup(place(), 1))).toThrow(after)
  expect(() => users.filter({ postsByAuthor: { some: lookup(place(), 1) } })).toThrow(after)
  expect(() => posts.filter({ author: { not: lookup(place(), { gt: 1 }) } })).toThrow(after)
  expect(() => users.annotate({ n: count('postsByAuthor', { filter: lookup(place(), 1) }) })).toThrow(after)
  expect(() => users.annotate({ n: arrayAgg('postsByAuthor.id', { orderBy: place() }) })).toThrow(
    'has a window',
  )
  expect(() => orders.annotate({ place: place() }).values('place').annotate({ n: count() })).toThrow(
    'Cannot group by "place"',
  )
})

it('are conditions as values', async () => {
  const { orders } = shop.repos
  const firsts = orders
    .only('id')
    .annotate({ place: rowNumber().over({ partitionBy: 'status', orderBy: 'id' }) })
  const marked = firsts
    .annotate({ isFirst: where({ place: 1 }) })
    .values('id', 'isFirst')
    .orderBy('id')
  expect(await everywhere(marked)).toEqual(
    await byHand(
      shop,
      `SELECT id, row_number() OVER (PARTITION BY status ORDER BY id) = 1 AS "isFirst" FROM orders ORDER BY id`,
    ),
  )
})
