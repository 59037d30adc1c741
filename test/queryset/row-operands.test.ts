import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FieldError, UsageError } from 'sluice'
import { parseFilter } from '../../src/query/filter/parse-filter.js'
import { schema } from '../../generated/index.js'
import { everyType } from './every-type.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(everyType)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('a row in a filter', () => {
  it('stands for its key, whatever its other values were when it was read', async () => {
    const { users, orders } = shop.repos
    const order = await orders.orderBy('id').selectRelated('user').first()
    const user = await users.get({ id: order?.user.id ?? 0 })
    const own = await orders.filter({ userId: user.id }).orderBy('id').toArray()
    expect(own).not.toEqual([])
    // Microseconds of the default are not in its Date, and the rest of it is old.
    const stale = { ...user, name: 'changed since', createdAt: new Date(0) }
    expect(await orders.filter({ user }).orderBy('id').toArray()).toEqual(own)
    expect(await orders.filter({ user: stale }).count()).toBe(own.length)
    expect(await orders.exclude({ user: stale }).count()).toBe((await orders.count()) - own.length)
  })

  it('has every column of its key, across relations to one and to many', async () => {
    const { orderItems, reviews, users, orders } = shop.repos
    const item = await orderItems.orderBy('orderId', 'lineNumber').first()
    if (item === null) throw new Error('There is none.')
    const { sql } = reviews.filter({ orderItem: item }).toSQL()
    expect(sql).toMatch(/"order_id" = \$1 and .*"line_number" = \$2/)
    const order = await orders.orderBy('id').first()
    if (order === null) throw new Error('There is none.')
    expect((await users.filter({ orders: { some: order } }).toArray()).map(({ id }) => id)).toEqual([
      order.userId,
    ])
    expect(await users.filter({ orders: { none: order } }).count()).toBe((await users.count()) - 1)
  })

  it('is refused where it has no key, as one that was not created', async () => {
    const { users, companies } = shop.repos
    const company = await companies.first()
    const unsaved = { ...company, id: null } as never
    expect(() => users.filter({ company: unsaved })).toThrow('whose "id" is null, which no row has')
    expect(() => users.exclude({ company: unsaved })).toThrow('whose "id" is null')
  })

  it('is a filter as before where it is a part of a row', async () => {
    const { orders, users } = shop.repos
    const user = await users.only('id', 'name').first()
    expect(await orders.filter({ user: { name: 'nobody', id: user?.id ?? 0 } }).count()).toBe(0)
  })

  it('is a filter as before where it has lookups, and all of it counts', async () => {
    const { products, productCategories } = shop.repos
    const link = await productCategories.orderBy('productId', 'categoryId').first()
    if (link === null) throw new Error('There is none.')
    const { productId, categoryId, isPrimary } = link
    const linked = (own: object) => products.filter({ productCategories: { some: own } }).count()
    expect(await linked({ productId, categoryId, isPrimary: !isPrimary })).toBe(1)
    expect(await linked({ productId, categoryId: { in: [categoryId] }, isPrimary: !isPrimary })).toBe(0)
    expect(
      await linked({ productId: { gte: productId }, categoryId, isPrimary: { exact: !isPrimary } }),
    ).toBe(
      await products
        .filter({
          productCategories: { some: { productId: { gte: productId }, categoryId, isPrimary: !isPrimary } },
        })
        .count(),
    )
  })

  it('is refused where its table has no key', () => {
    const table = schema.table('public.users')
    const relation = { name: 'sale', kind: 'one', nullable: true, target: 'public.product_sales' } as const
    const to = { ...table, relations: [{ ...relation, columns: ['id'], targetColumns: ['productId'] }] }
    const row = Object.fromEntries(
      schema.table('public.product_sales').columns.map(({ property }) => [property, null]),
    )
    const parse = () => parseFilter({ table: to, schemas: schema }, { sale: row })
    expect(parse).toThrow(FieldError)
    expect(parse).toThrow(
      /public\.users\.sale is given a row of public\.product_sales, which has no primary key/,
    )
  })
})

describe('a relation that is prefetched twice', () => {
  it('has what either prefetches within it, by the query of whichever has one', async () => {
    const { users, orders, orderItems } = shop.repos
    const paid = orders.orderBy('-id').prefetchRelated('coupon')
    for (const both of [
      users.prefetchRelated('orders.orderItems').prefetchRelated({ orders: paid }),
      users.prefetchRelated({ orders: paid }).prefetchRelated('orders.orderItems'),
      users
        .prefetchRelated('orders.coupon')
        .prefetchRelated({ orders: orders.prefetchRelated('orderItems') }),
    ]) {
      const found = (await both.orderBy('id').toArray()).flatMap((user) => user.orders)
      expect(found).not.toEqual([])
      for (const order of found as { readonly id: bigint; coupon?: unknown; orderItems?: unknown }[]) {
        expect(order.coupon).not.toBeUndefined()
        expect(order.orderItems).toEqual(await orderItems.filter({ orderId: order.id }).toArray())
      }
    }
  })

  it('is refused with two queries of its own', () => {
    const { users, orders } = shop.repos
    const twice = () =>
      users.prefetchRelated({ orders: orders.filter({ id: 1 }) }).prefetchRelated({ orders })
    expect(twice).toThrow(UsageError)
    expect(twice).toThrow(/two querysets for "orders" of public\.users/)
  })
})
