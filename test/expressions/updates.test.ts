import { afterAll, beforeAll, expect, it } from 'vitest'
import { caseWhen, coalesce, concat, count, lower, outerRef, ref, subquery, value } from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

it('a field is set to what is computed from its row', async () => {
  const { products } = shop.repos
  expect(
    await products.filter({ id: { lt: 3 } }).update({
      price: ref('price').times(2).plus('cost'),
      stock: ref('stock').minus(1),
      name: concat(lower('name'), value("'; --")),
    }),
  ).toBe(2)
  expect(await products.orderBy('id').values('name', 'price', 'stock').toArray()).toEqual([
    { name: "one'; --", price: '20.00', stock: 2147483646 },
    { name: "two'; --", price: '5.00', stock: 2147483646 },
    { name: 'Three', price: '4.00', stock: 1 },
  ])
})

it('and from the row that a relation leads to, NULL where there is none', async () => {
  const { posts, orders } = shop.repos
  expect(
    await posts.all().update({ body: coalesce('editor.name', 'author.company.name', value('nobody')) }),
  ).toBe(5)
  expect(await posts.orderBy('id').valuesList('body', { flat: true }).toArray()).toEqual([
    'Bob',
    'Bob',
    'Acme',
    'Acme',
    'Ada',
  ])
  await orders
    .filter({ shippedAt: { isNull: false } })
    .update({ shippedAt: ref('placedAt').plus(value('1 hour', 'interval')) })
  expect(await orders.filter({ shippedAt: ref('placedAt').plus(value('1 hour', 'interval')) }).count()).toBe(
    3,
  )
})

it('by branches and subqueries too', async () => {
  const { users, posts } = shop.repos
  await users.all().update({
    name: caseWhen([[{ birthDate: null }, concat('name', value('?'))]], 'name'),
    isActive: caseWhen([[{ postsByAuthor: { some: {} } }, true]], false),
  })
  expect(await users.orderBy('id').valuesList('name', 'isActive').toArray()).toEqual([
    ['Ada', true],
    ['Bob?', true],
    ['Cid', true],
    ['Dan?', false],
  ])
  const last = subquery(
    posts
      .filter({ authorId: outerRef('id') })
      .orderBy('-id')
      .values('title')
      .slice(0, 1),
  )
  await users.all().update({ name: coalesce(last, 'name') })
  expect(await users.orderBy('id').valuesList('name', { flat: true }).toArray()).toEqual([
    'A3',
    'B1',
    'C1',
    'Dan?',
  ])
})

it('what is of several rows, or does not fit the field, is refused', async () => {
  const { products, users } = shop.repos
  await expect(products.all().update({ stock: count() })).rejects.toThrow(/several rows|aggregate/)
  await expect(products.all().update({ stock: lower('name') })).rejects.toThrow(/text/)
  await expect(users.all().update({ name: ref('postsByAuthor.title') })).rejects.toThrow('leads to many rows')
})
