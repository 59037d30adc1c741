import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  cast,
  concat,
  count,
  exists,
  length,
  lookup,
  lower,
  now,
  outerRef,
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

type Ids = Parameters<typeof everywhere<{ id: unknown }>>[0]

/** The keys that are found everywhere, and those that SQL finds. */
async function expectSame(queryset: Ids, where: string, from: string): Promise<void> {
  const found = (await everywhere(queryset)).map(({ id }) => Number(id)).sort()
  const wanted = await byHand(
    shop,
    `SELECT DISTINCT x.id::int4 AS id FROM ${from} x WHERE ${where} ORDER BY 1`,
  )
  expect(wanted.length).toBeGreaterThan(0)
  expect(found).toEqual(wanted.map((row) => (row as { id: number }).id))
}

describe('an expression on the right', () => {
  it('stands wherever an operand does', async () => {
    const { posts, orders } = shop.repos
    await expectSame(
      posts.only('id').filter({ editorId: { gt: ref('authorId') } }),
      'editor_id > author_id',
      'posts',
    )
    await expectSame(posts.only('id').filter({ slug: lower('title') }), 'slug = lower(title)', 'posts')
    await expectSame(
      posts.only('id').filter({ title: { startsWith: concat(value(''), upper('slug')) } }),
      'title = upper(slug)',
      'posts',
    )
    await expectSame(orders.only('id').filter({ userId: { lt: ref('id') } }), 'user_id < id', 'orders')
    await expectSame(
      orders.only('id').filter({ shippedAt: { lte: ref('placedAt').plus(value('26 hours', 'interval')) } }),
      "shipped_at <= placed_at + interval '26 hours'",
      'orders',
    )
    await expectSame(orders.only('id').filter({ placedAt: { lt: now() } }), 'placed_at < now()', 'orders')
  })

  it('goes along relations, of the row that the condition is about', async () => {
    const { orderItems, users } = shop.repos
    const items = orderItems.filter({
      unitPrice: { gte: ref('product.price') },
      quantity: { lt: ref('order.id') },
    })
    expect(
      (await everywhere(items.only('orderId').orderBy('orderId'))).map(({ orderId }) => orderId),
    ).toEqual([2n])
    await expectSame(
      users
        .only('id')
        .filter({ orders: { some: { note: lower('note'), placedAt: { lt: ref('shippedAt') } } } }),
      'EXISTS (SELECT FROM orders WHERE user_id = x.id AND note = lower(note) AND placed_at < shipped_at)',
      'users',
    )
  })

  it('has an exact complement', async () => {
    const { posts } = shop.repos
    await expectSame(
      posts.only('id').exclude({ editorId: { gt: ref('authorId') } }),
      '(editor_id > author_id) IS NOT TRUE',
      'posts',
    )
  })

  it('takes % and _ of a column for themselves', async () => {
    const { companies } = shop.repos
    await companies.create({ name: '100%_' })
    await companies.create({ name: '100xy', website: '100%_' })
    expect(await companies.filter({ name: { contains: ref('website') } }).count()).toBe(0)
    expect(await companies.filter({ name: { contains: ref('name') } }).count()).toBe(4)
  })
})

describe('an expression on the left', () => {
  it('has the lookups of its type', async () => {
    const { users, posts } = shop.repos
    await expectSame(
      users.only('id').filter(lookup(lower('name'), { endsWith: 'd' })),
      "lower(name) LIKE '%d'",
      'users',
    )
    await expectSame(
      users.only('id').filter(lookup(length('name'), { in: [2, 3] })),
      'length(name) IN (2, 3)',
      'users',
    )
    await expectSame(
      posts.only('id').filter(lookup('editor.name', { isNull: true })),
      'editor_id IS NULL',
      'posts',
    )
  })

  it('combines with others by where, not and or', async () => {
    const { users } = shop.repos
    await expectSame(
      users.only('id').filter(where({ or: [{ name: 'Ada' }, { birthDate: { gt: '1900-01-01' } }] })),
      "name = 'Ada' OR birth_date > '1900-01-01'",
      'users',
    )
    await expectSame(
      users.only('id').exclude(lookup(ref('companyId').plus(1), 2)),
      '(company_id + 1 = 2) IS NOT TRUE',
      'users',
    )
    await expectSame(
      users
        .only('id')
        .annotate({ up: upper('name') })
        .filter({ up: { in: ['ADA', 'DAN'] } })
        .only('id')
        .values('id'),
      "name IN ('Ada', 'Dan')",
      'users',
    )
  })
})

describe('outerRef', () => {
  it('is a field of the row that a subquery is asked for', async () => {
    const { users, posts } = shop.repos
    await expectSame(
      users
        .only('id')
        .filter(exists(posts.filter({ authorId: outerRef('id'), editorId: { gt: outerRef('id') } }))),
      'EXISTS (SELECT FROM posts WHERE author_id = x.id AND editor_id > x.id)',
      'users',
    )
    await expectSame(
      users.only('id').exclude(exists(posts.filter({ authorId: outerRef('id') }))),
      'NOT EXISTS (SELECT FROM posts WHERE author_id = x.id)',
      'users',
    )
    await expectSame(
      posts
        .only('id')
        .filter(exists(users.filter({ id: outerRef('editor.id'), companyId: outerRef('author.companyId') }))),
      `EXISTS (SELECT FROM users e JOIN users a ON a.id = x.author_id
        WHERE e.id = x.editor_id AND e.company_id = a.company_id)`,
      'posts',
    )
  })

  it('reaches further out from a subquery of a subquery', async () => {
    const { users, posts, orders } = shop.repos
    const edited = posts.filter({ authorId: outerRef('userId'), editorId: { ne: outerRef(outerRef('id')) } })
    await expectSame(
      users.only('id').filter(exists(orders.filter(exists(edited), { userId: outerRef('id') }))),
      `EXISTS (SELECT FROM orders o WHERE o.user_id = x.id AND
        EXISTS (SELECT FROM posts WHERE author_id = o.user_id AND editor_id IS DISTINCT FROM x.id))`,
      'users',
    )
  })

  it('in a filter of related rows is a field of the row that has them', async () => {
    const { users } = shop.repos
    await expectSame(
      users.only('id').filter({ postsByAuthor: { some: { editorId: { gt: outerRef('id') } } } }),
      'EXISTS (SELECT FROM posts WHERE author_id = x.id AND editor_id > x.id)',
      'users',
    )
    await expectSame(
      users
        .only('id')
        .filter({ postsByAuthor: { none: { editor: { companyId: outerRef(outerRef('companyId')) } } } }),
      `NOT EXISTS (SELECT FROM posts p JOIN users e ON e.id = editor_id
        WHERE author_id = x.id AND e.company_id = x.company_id)`,
      'users',
    )
    const counted = users
      .only('id')
      .orderBy('id')
      .annotate({ n: count('postsByAuthor', { filter: { editorId: { gt: outerRef('id') } } }) })
    expect((await everywhere(counted)).map(({ n }) => n)).toEqual([2, 0, 0, 0])
  })
})

it('aggregates of a filter are those of groups, after annotate', async () => {
  const { orders } = shop.repos
  const groups = orders
    .values('userId')
    .annotate({ n: count(), noted: count('note') })
    .filter({ n: { gt: ref('noted') } })
    .orderBy('userId')
  expect(await everywhere(groups)).toEqual([
    { userId: 1, n: 2, noted: 1 },
    { userId: 2, n: 2, noted: 1 },
  ])
  expect(await everywhere(groups.filter({ n: { lt: cast('userId', 'int8') } }))).toEqual([])
})
