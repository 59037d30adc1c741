import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  arrayAgg,
  avg,
  boolAnd,
  boolOr,
  count,
  FieldError,
  max,
  min,
  stringAgg,
  sum,
  UsageError,
} from 'sluice'
import { hasServerLog, serverLog } from '../support/database.js'
import { openShop, type Shop } from './shop.js'
import { reportRows } from './report-rows.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(reportRows)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('aggregate', () => {
  it('is one row over all rows', async () => {
    const { products } = shop.repos
    expect(
      await products.aggregate({
        n: count(),
        weighed: count('weight'),
        statuses: count('status', { distinct: true }),
        active: count({ filter: { status: 'active' } }),
        price: sum('price'),
        weight: sum('weight'),
        averagePrice: avg('price'),
        averageWeight: avg('weight'),
        cheapest: min('price'),
        last: max('name'),
        skus: arrayAgg('sku', { orderBy: '-sku' }),
        labels: arrayAgg('weight', { orderBy: 'id' }),
        names: stringAgg('name', ' | ', { orderBy: 'id', filter: { status: 'active' } }),
        kinds: stringAgg('status', ',', { distinct: true, orderBy: '-status' }),
        window: max('returnWindow'),
        total: sum('returnWindow'),
      }),
    ).toEqual({
      n: 3,
      weighed: 2,
      statuses: 2,
      active: 2,
      price: '16.50',
      weight: 2,
      averagePrice: '5.5000000000000000',
      averageWeight: 1,
      cheapest: '2.50',
      last: 'Two',
      skus: ['p3', 'p2', 'p1'],
      labels: [0.5, 1.5, null],
      names: 'One | Two',
      kinds: 'draft,active',
      window: 'P30D',
      total: 'P90D',
    })
  })

  it('sums small integers as numbers, and other columns exactly', async () => {
    const { products, orders, users } = shop.repos
    expect(await products.aggregate({ stock: sum('stock'), average: avg('stock') })).toEqual({
      stock: 4294967295,
      average: 1431655765,
    })
    expect(await orders.aggregate({ ids: sum('id'), average: avg('id') })).toEqual({
      ids: '10',
      average: '2.5000000000000000',
    })
    expect(
      await users.aggregate({ all: boolAnd('isActive'), any: boolOr('isActive'), born: min('birthDate') }),
    ).toEqual({
      all: false,
      any: true,
      born: '1815-12-10',
    })
  })

  it('goes by filters, and has the values of no rows where there are none', async () => {
    const empty = {
      n: count(),
      total: sum('amount'),
      last: max('paidAt'),
      methods: arrayAgg('method'),
    } as const
    const { payments } = shop.repos
    expect(await payments.filter({ method: 'card' }).aggregate({ n: count(), total: sum('amount') })).toEqual(
      { n: 2, total: '26.50' },
    )
    const nothing = { n: 0, total: null, last: null, methods: [] }
    expect(await payments.filter({ amount: { lt: 0 } }).aggregate(empty)).toEqual(nothing)
    expect(await payments.none().aggregate(empty)).toEqual(nothing)
  })

  it('sends one query, and none after none()', async () => {
    const mark = hasServerLog ? await serverLog(shop.database).mark() : undefined
    await shop.repos.orders.aggregate({
      n: count(),
      total: sum('orderItems.total'),
      paid: sum('payments.amount'),
    })
    await shop.repos.orders.none().aggregate({ n: count() })
    if (mark === undefined) return
    const statements = await serverLog(shop.database).statementsSince(mark)
    expect(statements.filter(({ sql }) => sql.startsWith('select'))).toHaveLength(1)
  })

  it('goes over relations without counting anything twice', async () => {
    expect(
      await shop.repos.orders.aggregate({
        n: count(),
        items: count('orderItems'),
        total: sum('orderItems.total'),
        paid: sum('payments.amount', { filter: { method: 'card' } }),
        pieces: avg('orderItems.quantity'),
        dearest: max('orderItems.product.price'),
        names: stringAgg('user.name', ',', { distinct: true, orderBy: 'name' }),
        customers: count('user', { distinct: true, filter: { isActive: true } }),
      }),
    ).toEqual({
      n: 4,
      items: 4,
      total: '52.50',
      paid: '26.50',
      pieces: 2.25,
      dearest: '10.00',
      names: 'Ada,Bob',
      customers: 1,
    })
  })

  it('goes over exactly the rows of a slice, of DISTINCT, of groups and of a union', async () => {
    const { orders, users } = shop.repos
    const firstTwo = orders.orderBy('id').slice(0, 2)
    expect(await firstTwo.aggregate({ n: count(), last: max('id'), items: count('orderItems') })).toEqual({
      n: 2,
      last: 2n,
      items: 3,
    })
    expect(await firstTwo.only('status').aggregate({ user: max('userId') })).toEqual({ user: 1 })
    expect(
      await orders
        .values('status')
        .distinct()
        .aggregate({ n: count(), all: arrayAgg('status', { orderBy: 'status' }) }),
    ).toEqual({
      n: 3,
      all: ['pending', 'paid', 'shipped'],
    })
    const groups = orders.values('userId').annotate({ n: count(), top: max('id') })
    expect(
      await groups.aggregate({ groups: count(), most: max('n'), sum: sum('n'), mean: avg('n') }),
    ).toEqual({
      groups: 2,
      most: 2,
      sum: 4,
      mean: 2,
    })
    expect(await groups.filter({ top: { gt: 3 } }).aggregate({ groups: count() })).toEqual({ groups: 1 })
    const annotated = users.annotate({ posts: count('postsByAuthor') })
    expect(
      await annotated.aggregate({
        most: max('posts'),
        all: sum('posts'),
        busy: count({ filter: { posts: { gt: 1 } } }),
      }),
    ).toEqual({
      most: 3,
      all: 5,
      busy: 1,
    })
    expect(
      await users
        .values('id')
        .union(users.values('id'))
        .aggregate({ n: count(), last: max('id') }),
    ).toEqual({ n: 4, last: 4 })
  })

  it('sees what its transaction has written', async () => {
    await shop.db.transaction().execute(async (trx) => {
      await trx.insertInto('companies').values({ name: 'New' }).execute()
      expect(await shop.repos.companies.using(trx).aggregate({ n: count() })).toEqual({ n: 3 })
      await trx.deleteFrom('companies').where('name', '=', 'New').execute()
    })
  })

  it('refuses what it cannot compute when it is called', async () => {
    const { users, orders } = shop.repos
    await expect(users.aggregate({})).rejects.toThrow(FieldError)
    // @ts-expect-error by types as well
    await expect(users.aggregate({ n: sum('email') })).rejects.toThrow(/does not take public.users.email/)
    await expect(users.aggregate({ n: count({ distinct: true }) })).rejects.toThrow(UsageError)
    await expect(users.aggregate({ n: arrayAgg('orders.id') })).rejects.toThrow(/relation to many rows/)
    await expect(
      orders
        .values('status')
        .distinct()
        .aggregate({ n: max('id') }),
    ).rejects.toThrow(/no field or relation "id". Choices: status/)
    await expect(
      orders
        .values('status')
        .distinct()
        .aggregate({ n: count('orderItems') }),
    ).rejects.toThrow(FieldError)
  })
})
