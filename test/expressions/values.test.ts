import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  caseWhen,
  cast,
  coalesce,
  concat,
  expr,
  greatest,
  least,
  length,
  lower,
  mod,
  nullif,
  random,
  ref,
  upper,
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

describe('a path as a value', () => {
  it('goes along relations to one row, and is NULL where there is none', async () => {
    const posts = shop.repos.posts
      .only('id')
      .orderBy('id')
      .annotate({ by: ref('author.name'), checkedBy: ref('editor.name'), firm: ref('author.company.name') })
    expect(await everywhere(posts)).toEqual([
      { id: 1, by: 'Ada', checkedBy: 'Bob', firm: 'Acme' },
      { id: 2, by: 'Ada', checkedBy: 'Bob', firm: 'Acme' },
      { id: 3, by: 'Ada', checkedBy: null, firm: 'Acme' },
      { id: 4, by: 'Bob', checkedBy: null, firm: 'Acme' },
      { id: 5, by: 'Cid', checkedBy: 'Ada', firm: null },
    ])
  })

  it('joins each relation once, however often it is named', () => {
    const { sql } = shop.repos.posts
      .annotate({ a: ref('author.name'), b: upper('author.email') })
      .filter({ author: { name: 'Ada' } })
      .orderBy('author.name')
      .toSQL()
    expect(sql.match(/left join/g)).toHaveLength(1)
  })
})

describe('arithmetic', () => {
  it('is exact, of the wider type, and across relations', async () => {
    const items = shop.repos.orderItems
      .only('orderId')
      .orderBy('orderId', 'lineNumber')
      .annotate({
        sum: ref('quantity').times('unitPrice'),
        off: ref('unitPrice').minus('product.price').plus(0.25),
        half: ref('quantity').dividedBy(2),
        odd: ref('quantity').modulo(2),
        id: ref('orderId').plus('quantity'),
        heavy: ref('product.weight').times('quantity'),
      })
    expect(await everywhere(items)).toEqual(
      await byHand(
        shop,
        `SELECT order_id AS "orderId", line_number AS "lineNumber", quantity * unit_price AS sum,
          unit_price - price + 0.25 AS off, quantity / 2 AS half, quantity % 2 AS odd, order_id + quantity AS id,
          weight * quantity AS heavy
        FROM order_items JOIN products p ON p.id = product_id ORDER BY 1, 2`,
      ),
    )
  })

  it('of moments and intervals gives moments and intervals', async () => {
    const orders = shop.repos.orders
      .only('id')
      .orderBy('id')
      .annotate({
        later: ref('placedAt').plus(value('1 month', 'interval')),
        took: ref('shippedAt').minus('placedAt'),
        twice: value('36 hours', 'interval').times(2),
      })
    expect((await everywhere(orders)).slice(0, 3)).toEqual([
      { id: 1n, later: new Date('2024-02-29T23:30:00Z'), took: 'P1DT2H', twice: 'PT72H' },
      { id: 2n, later: new Date('2024-03-10T12:00:00Z'), took: 'P1DT2H', twice: 'PT72H' },
      { id: 3n, later: new Date('2024-03-29T00:15:30.250Z'), took: null, twice: 'PT72H' },
    ])
    const users = shop.repos.users
      .filter({ id: 3 })
      .only('id')
      .annotate({ next: ref('birthDate').plus(31), age: value('1990-03-01', 'date').minus('birthDate') })
    expect(await everywhere(users)).toEqual([{ id: 3, next: '1990-02-01', age: 'P59D' }])
  })
})

it('functions of text take paths, values and each other', async () => {
  const users = shop.repos.users
    .only('id')
    .orderBy('id')
    .annotate({
      greeting: concat(value('Dear '), 'name', value(' of '), 'company.name', 'id'),
      same: lower(upper('name')),
      n: length(concat('name', value('äö'))),
    })
  expect(await everywhere(users)).toEqual([
    { id: 1, greeting: 'Dear Ada of Acme1', same: 'ada', n: 5 },
    { id: 2, greeting: 'Dear Bob of Acme2', same: 'bob', n: 5 },
    { id: 3, greeting: 'Dear Cid of 3', same: 'cid', n: 5 },
    { id: 4, greeting: 'Dear Dan of Bare4', same: 'dan', n: 5 },
  ])
})

it('comparisons choose among values and fields', async () => {
  const orders = shop.repos.orders
    .only('id')
    .orderBy('id')
    .annotate({
      shown: coalesce('note', 'user.company.name', value('?')),
      most: greatest('id', 'userId', 3),
      least: least('shippedAt', 'placedAt'),
      known: nullif('note', value('x')),
    })
  expect(await everywhere(orders)).toEqual(
    await byHand(
      shop,
      `SELECT o.id, coalesce(note, c.name, '?') AS shown, greatest(o.id, user_id, 3) AS most,
        least(shipped_at, placed_at) AS least, nullif(note, 'x') AS known
      FROM orders o JOIN users u ON u.id = user_id LEFT JOIN companies c ON c.id = company_id ORDER BY 1`,
    ),
  )
})

it('caseWhen takes the first branch that holds, and where is a condition as a value', async () => {
  const users = shop.repos.users
    .only('id')
    .orderBy('id')
    .annotate({
      kind: caseWhen(
        [
          [{ birthDate: null, isActive: false }, value('gone')],
          [{ birthDate: null }, 'name'],
        ],
        value('known'),
      ),
      firm: caseWhen([[{ company: { name: 'Acme' } }, 1]]),
      isOld: where({ birthDate: { lt: '1900-01-01' } }),
    })
  expect(await everywhere(users)).toEqual([
    { id: 1, kind: 'known', firm: 1, isOld: true },
    { id: 2, kind: 'gone', firm: 1, isOld: false },
    { id: 3, kind: 'known', firm: null, isOld: false },
    { id: 4, kind: 'Dan', firm: null, isOld: false },
  ])
})

it('caseWhen without branches is what it would be otherwise', async () => {
  const users = shop.repos.users.orderBy('id').values({ a: caseWhen([], 'name'), b: caseWhen([]) })
  expect((await users.toArray())[0]).toEqual({ a: 'Ada', b: null })
})

it('mod has floats as well, by way of what is exact', async () => {
  const { products } = shop.repos
  const rows = products.orderBy('id').values({ a: mod('weight', value(0.33)), b: ref('weight').modulo(2) })
  expect(await everywhere(rows)).toEqual(
    await byHand(
      shop,
      'SELECT (weight::numeric % 0.33)::float8 AS a, (weight::numeric % 2)::float8 AS b FROM products ORDER BY id',
    ),
  )
})

it('cast gives the values of the type that is named', async () => {
  const products = shop.repos.products
    .only('id')
    .orderBy('id')
    .annotate({
      whole: cast('price', 'int4'),
      text: cast(ref('price').times(2), 'text'),
      big: cast('id', 'int8'),
      stickers: cast('labels', 'text[]'),
    })
  expect(await everywhere(products)).toEqual([
    { id: 1, whole: 10, text: '20.00', big: 1n, stickers: [] },
    { id: 2, whole: 3, text: '5.00', big: 2n, stickers: [] },
    { id: 3, whole: 4, text: '8.00', big: 3n, stickers: [] },
  ])
})

it('expr says the rest by Kysely, and sees other tables', async () => {
  const users = shop.repos.users
    .only('id')
    .orderBy('id')
    .annotate({
      initial: expr('text', (eb) => eb.fn('left', ['name', eb.lit(1)])),
      posts: expr('int8', (eb) =>
        eb
          .selectFrom('posts')
          .whereRef('posts.author_id', '=', 'users.id')
          .select((inner) => inner.fn.countAll().as('n')),
      ),
    })
  expect(await everywhere(users)).toEqual([
    { id: 1, initial: 'A', posts: 3n },
    { id: 2, initial: 'B', posts: 1n },
    { id: 3, initial: 'C', posts: 1n },
    { id: 4, initial: 'D', posts: 0n },
  ])
})

it('random differs from row to row', async () => {
  const rows = await shop.repos.users.only('id').annotate({ r: random() }).toArray()
  expect(new Set(rows.map(({ r }) => r)).size).toBe(4)
  expect(rows.every(({ r }) => r >= 0 && r < 1)).toBe(true)
})
