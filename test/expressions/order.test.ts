import { afterAll, beforeAll, expect, it } from 'vitest'
import { caseWhen, count, length, lower, ref, sum, value } from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { byHand, everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

it('paths order along relations to one row, either way', async () => {
  const { posts } = shop.repos
  expect(await everywhere(posts.orderBy('-author.name', 'title').values('title'))).toEqual(
    await byHand(
      shop,
      'SELECT title FROM posts p JOIN users u ON u.id = author_id ORDER BY u.name DESC, title',
    ),
  )
  expect(await everywhere(posts.orderBy('author.company.name', '-id').values('id'))).toEqual(
    await byHand(
      shop,
      `SELECT p.id FROM posts p JOIN users u ON u.id = author_id LEFT JOIN companies c ON c.id = company_id
      ORDER BY c.name, p.id DESC`,
    ),
  )
  expect((await posts.orderBy('author.name', 'id').reverse().first())?.id).toBe(5)
  expect((await posts.orderBy('author.name', 'id').last())?.id).toBe(5)
})

it.each(['first', 'last'] as const)('NULLs come %s where they are told to', async (nulls) => {
  const { posts } = shop.repos
  const wanted = (direction: string) =>
    byHand(shop, `SELECT id FROM posts ORDER BY editor_id ${direction} NULLS ${nulls}, id`)
  expect(await everywhere(posts.orderBy({ editorId: 'asc', nulls }, 'id').values('id'))).toEqual(
    await wanted('ASC'),
  )
  expect(await everywhere(posts.orderBy({ editorId: 'desc', nulls }, 'id').values('id'))).toEqual(
    await wanted('DESC'),
  )
  expect(await everywhere(posts.orderBy(ref('editorId').desc({ nulls }), 'id').values('id'))).toEqual(
    await wanted('DESC'),
  )
  expect(await everywhere(posts.orderBy({ 'editor.id': 'asc', nulls }, 'id').values('id'))).toEqual(
    await wanted('ASC'),
  )
  const turned = await posts
    .orderBy({ editorId: 'asc', nulls }, 'id')
    .reverse()
    .valuesList('id', { flat: true })
    .toArray()
  expect(turned.reverse()).toEqual((await wanted('ASC')).map((row) => (row as { id: number }).id))
})

it('expressions and annotations order', async () => {
  const { posts, users } = shop.repos
  const first = caseWhen([[{ author: { name: 'Cid' } }, 0]], 1)
  expect(await everywhere(posts.orderBy(first, lower('title').desc()).values('title'))).toEqual([
    { title: 'C1' },
    { title: 'B1' },
    { title: 'A3' },
    { title: 'A2' },
    { title: 'A1' },
  ])
  expect(await everywhere(users.orderBy(count('postsByAuthor').desc(), '-id').values('id'))).toEqual([
    { id: 1 },
    { id: 3 },
    { id: 2 },
    { id: 4 },
  ])
  const annotated = users
    .annotate({ n: length('name').plus('id') })
    .orderBy('-n')
    .only('id')
  expect(await everywhere(annotated)).toEqual([4, 3, 2, 1].map((id) => ({ id, n: id + 3 })))
})

it('groups are ordered by their fields, aggregates, and expressions of both', async () => {
  const groups = shop.repos.orderItems.values('order.userId').annotate({ pieces: sum('quantity') })
  expect(await everywhere(groups.orderBy(sum('total').times(-1)))).toEqual([
    { order: { userId: 1 }, pieces: 4 },
    { order: { userId: 2 }, pieces: 5 },
  ])
  expect(await everywhere(groups.orderBy('-pieces', 'order.userId'))).toEqual([
    { order: { userId: 2 }, pieces: 5 },
    { order: { userId: 1 }, pieces: 4 },
  ])
})

it('an order is cleared by one without keys', () => {
  const { users } = shop.repos
  expect(users.orderBy(lower('name'), value(1)).orderBy().toSQL().sql).not.toContain('order by')
})
