import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrayAgg, avg, boolOr, count, max, min, stringAgg, sum, UsageError } from 'sluice'
import { byEveryPath } from './every-path.js'
import { openShop, type Shop } from './shop.js'
import { reportRows } from './report-rows.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(reportRows)
})
afterAll(() => shop[Symbol.asyncDispose]())

const published = { filter: { publishedAt: { isNull: false } } } as const

describe('after values, groups', () => {
  it('have one row for each combination of values', async () => {
    const orders = shop.repos.orders
      .values('status')
      .annotate({
        n: count(),
        noted: count('note'),
        users: count('userId', { distinct: true }),
        first: min('id'),
      })
      .orderBy('-n', 'status')
    expect(await byEveryPath(orders)).toEqual([
      { status: 'paid', n: 2, noted: 1, users: 1, first: 1n },
      { status: 'pending', n: 1, noted: 1, users: 1, first: 3n },
      { status: 'shipped', n: 1, noted: 0, users: 1, first: 4n },
    ])
    expect(await orders.count()).toBe(3)
    expect(await orders.first()).toMatchObject({ status: 'paid' })
    expect(await orders.last()).toMatchObject({ status: 'shipped' })
    expect(await orders.slice(1).count()).toBe(2)
  })

  it('filter rows before and groups after', async () => {
    const statuses = shop.repos.orders.values('status', 'userId').annotate({ n: count() })
    const { sql } = statuses.filter({ n: { gte: 2 }, note: null, status: 'paid' }).toSQL()
    expect(sql).toMatch(
      / where .*"note" is null.* group by "orders"."status", "orders"."user_id" having count\(\*\) >= /,
    )
    expect(await statuses.filter({ n: { gte: 2 } }).toArray()).toEqual([{ status: 'paid', userId: 1, n: 2 }])
    expect(
      await statuses.filter({ note: null }).orderBy('status').valuesList('status', 'n').toArray(),
    ).toEqual([
      ['paid', 1],
      ['shipped', 1],
    ])
    expect(
      await statuses
        .exclude({ n: 2 })
        .filter({ or: [{ status: 'paid' }, { n: 1 }] })
        .count(),
    ).toBe(2)
    expect(await statuses.filter({ n: { gt: 5 } }).exists()).toBe(false)
    expect(await statuses.filter({ n: { gt: 1 } }).exists()).toBe(true)
    expect(await statuses.filter({ n: { in: [] } }).toArray()).toEqual([])
  })

  it('aggregate over relations of their rows', async () => {
    const users = shop.repos.users
      .values('isActive')
      .orderBy('isActive')
      .annotate({
        n: count(),
        posts: count('postsByAuthor'),
        published: count('postsByAuthor', published),
        pieces: sum('orders.orderItems.quantity'),
        revenue: sum('orders.orderItems.total'),
        pieceAverage: avg('orders.orderItems.quantity'),
        priceAverage: avg('orders.orderItems.unitPrice'),
        last: max('postsByAuthor.publishedAt'),
        companies: arrayAgg('company.name', { orderBy: 'id' }),
        companyCount: count('company', { distinct: true }),
        website: boolOr('company.users.isActive'),
      })
    expect(await users.toArray()).toEqual([
      {
        ...{ isActive: false, n: 1, posts: 1, published: 0, pieces: 5, revenue: '20.00', pieceAverage: 5 },
        ...{
          priceAverage: '4.0000000000000000',
          last: null,
          companies: ['Acme'],
          companyCount: 1,
          website: true,
        },
      },
      {
        ...{ isActive: true, n: 3, posts: 4, published: 3, pieces: 4, revenue: '32.50', pieceAverage: 4 / 3 },
        ...{ priceAverage: '7.5000000000000000', last: new Date('2024-03-01T00:00:00Z') },
        ...{ companies: ['Acme', 'Bare'], companyCount: 2, website: true },
      },
    ])
  })

  it('are made by annotations too', async () => {
    const histogram = shop.repos.users
      .annotate({ posts: count('postsByAuthor', published) })
      .values('posts')
      .annotate({ users: count(), names: stringAgg('name', '+', { orderBy: 'name' }) })
      .orderBy('posts')
    expect(await byEveryPath(histogram)).toEqual([
      { posts: 0, users: 2, names: 'Bob+Dan' },
      { posts: 1, users: 1, names: 'Cid' },
      { posts: 2, users: 1, names: 'Ada' },
    ])
    expect(
      await histogram
        .values('users')
        .filter({ posts: { lt: 2 } })
        .toArray(),
    ).toEqual([{ users: 2 }, { users: 1 }])
  })

  it('take more annotations, and are narrowed by values', async () => {
    const orders = shop.repos.orders
      .values('status')
      .annotate({ n: count() })
      .annotate({ last: max('id') })
    expect(await orders.filter({ status: 'paid' }).toArray()).toEqual([{ status: 'paid', n: 2, last: 2n }])
    expect(await orders.orderBy('-last').valuesList('n', { flat: true }).toArray()).toEqual([1, 1, 2])
    expect(await orders.values().filter({ n: 2 }).get()).toEqual({ status: 'paid', n: 2, last: 2n })
  })

  it('refuse fields that they do not have', () => {
    const { orders } = shop.repos
    const groups = orders.values('status').annotate({ n: count() })
    expect(() => groups.orderBy('id' as never)).toThrow(
      /orderBy: rows grouped .* have no "id". Choices: status, n\./,
    )
    expect(() => orders.orderBy('id').values('status').annotate({ n: count() })).toThrow(UsageError)
    expect(() => groups.values('note' as never)).toThrow(UsageError)
    expect(() => groups.valuesList('note' as never)).toThrow(UsageError)
    expect(() => groups.filter({ or: [{ n: 1 }, { note: 'x' }] })).toThrow(UsageError)
    const mixed = { or: [{ n: 1 }, { coupon: { code: 'x' } }] }
    expect(() => groups.filter(mixed)).toThrow(/no "couponId"/)
    expect(() => groups.filter({ or: [{ n: 1 }, (eb) => eb('note', '=', 'x')] })).toThrow(/by itself/)
    expect(() => groups.distinct('note' as never)).toThrow(/distinct: rows grouped/)
    expect(() => orders.distinct('note').values('status').annotate({ n: count() })).toThrow(/distinct: rows/)
    expect(() => orders.selectForUpdate().values('status').annotate({ n: count() })).toThrow(UsageError)
    expect(() => shop.repos.payments.values('providerResponse').annotate({ n: count() })).toThrow(
      /no equality/,
    )
  })
})
