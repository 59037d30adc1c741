import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, length, lower, ref, sum, upper } from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { everywhere, openDatedShop } from './agree.js'
import { byEveryPath } from '../queryset/every-path.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('values', () => {
  it('nests what a path leads to', async () => {
    const posts = shop.repos.posts
      .orderBy('id')
      .values('title', 'author.name', 'author.company.name', 'editor.name')
    expect(await everywhere(posts.slice(2, 5))).toEqual([
      { title: 'A3', author: { name: 'Ada', company: { name: 'Acme' } }, editor: { name: null } },
      { title: 'B1', author: { name: 'Bob', company: { name: 'Acme' } }, editor: { name: null } },
      { title: 'C1', author: { name: 'Cid', company: { name: null } }, editor: { name: 'Ada' } },
    ])
  })

  it('names paths and expressions as asked', async () => {
    const posts = shop.repos.posts
      .orderBy('-id')
      .values('id', { by: 'author.name', size: length('title'), checked: 'editor.name', same: 'id' })
    expect(await everywhere(posts.slice(0, 2))).toEqual([
      { id: 5, by: 'Cid', size: 2, checked: 'Ada', same: 5 },
      { id: 4, by: 'Bob', size: 2, checked: null, same: 4 },
    ])
    expect(await everywhere(posts.filter({ by: { startsWith: 'B' } }).orderBy('by'))).toHaveLength(1)
  })

  it('makes groups by paths', async () => {
    const firms = shop.repos.posts
      .values('author.company.name')
      .annotate({ n: count() })
      .orderBy(ref('author.company.name').asc({ nulls: 'first' }))
    expect(await everywhere(firms)).toEqual([
      { author: { company: { name: null } }, n: 1 },
      { author: { company: { name: 'Acme' } }, n: 4 },
    ])
    const customers = shop.repos.orderItems
      .values({ customer: 'order.user.name' })
      .annotate({ pieces: sum('quantity') })
      .orderBy('customer')
    expect(await everywhere(customers)).toEqual([
      { customer: 'Ada', pieces: 4 },
      { customer: 'Bob', pieces: 5 },
    ])
  })

  it('has each row once after distinct', async () => {
    const { posts } = shop.repos
    expect(await everywhere(posts.values('author.name').distinct().orderBy('author.name'))).toEqual([
      { author: { name: 'Ada' } },
      { author: { name: 'Bob' } },
      { author: { name: 'Cid' } },
    ])
    const letters = posts
      .values({ firm: lower('author.company.name') })
      .distinct()
      .orderBy({ firm: 'asc', nulls: 'last' })
    expect(await everywhere(letters)).toEqual([{ firm: 'acme' }, { firm: null }])
    expect(await letters.count()).toBe(2)
  })
})

it('an order that distinct rows lack may be replaced, and is refused when it is not', async () => {
  const { posts } = shop.repos
  const names = posts.orderBy('id').values('author.name').distinct()
  expect(await everywhere(names.orderBy('-author.name').slice(0, 1))).toEqual([{ author: { name: 'Cid' } }])
  expect(await names.count()).toBe(3)
  expect(await names.orderBy().last()).toEqual({ author: { name: 'Cid' } })
  expect(await names.orderBy().first()).toEqual({ author: { name: 'Ada' } })
  const grouped = posts.values('author.name').annotate({ n: count() })
  expect(await grouped.last()).toEqual({ author: { name: 'Cid' }, n: 1 })
  const both = posts.values('author.name').union(posts.values('author.name'))
  expect(await both.last()).toEqual({ author: { name: 'Cid' } })
  const refusal = 'Rows of distinct() cannot be ordered by "id"'
  expect(() => names.toSQL()).toThrow(refusal)
  await expect(names.toArray()).rejects.toThrow(refusal)
  const letters = posts.values('id', 'title').distinct().orderBy('id')
  await expect(letters.values('title').toArray()).rejects.toThrow(refusal)
  const groups = posts.values('authorId').annotate({ n: count() }).distinct().orderBy('-n')
  await expect(groups.values('authorId').toArray()).rejects.toThrow('cannot be ordered by "n"')
})

it('valuesList takes paths and expressions', async () => {
  const { posts } = shop.repos
  const tuples = posts.orderBy('id').valuesList('id', 'author.name', upper('editor.name'))
  expect((await byEveryPath(tuples)).slice(1, 3)).toEqual([
    [2, 'Ada', 'BOB'],
    [3, 'Ada', null],
  ])
  expect(await byEveryPath(posts.orderBy('id').valuesList('author.company.name', { flat: true }))).toEqual([
    'Acme',
    'Acme',
    'Acme',
    'Acme',
    null,
  ])
  expect(
    await byEveryPath(posts.orderBy('id').slice(0, 2).valuesList(lower('title'), { flat: true })),
  ).toEqual(['a1', 'a2'])
})

describe('only and defer', () => {
  const found = { id: 5, title: 'C1', author: { id: 3, name: 'Cid' } }

  it('take paths with selectRelated before or after, or without', async () => {
    const last = shop.repos.posts.filter({ id: 5 })
    expect(await everywhere(last.only('title', 'author.name'))).toEqual([found])
    expect(await everywhere(last.selectRelated('author').only('title', 'author.name'))).toEqual([found])
    expect(await everywhere(last.only('title', 'author.name').selectRelated('author'))).toEqual([found])
    const [editor] = await everywhere(last.selectRelated('editor').only('author.name'))
    expect(editor).toMatchObject({
      id: 5,
      author: { id: 3, name: 'Cid' },
      editor: { id: 1, email: 'ada@x.example' },
    })
    expect(editor).not.toHaveProperty('title')
  })

  it('leave a relation that leads nowhere null', async () => {
    const third = shop.repos.posts.filter({ id: 3 })
    expect(await everywhere(third.only('editor.name'))).toEqual([{ id: 3, editor: null }])
    expect(await everywhere(third.only('author.company.name'))).toEqual([
      { id: 3, author: { id: 1, company: { id: 1, name: 'Acme' } } },
    ])
  })

  it('leave fields of joined rows out, and keep annotations', async () => {
    const last = shop.repos.posts
      .filter({ id: 5 })
      .selectRelated('author')
      .annotate({ up: upper('author.name') })
    const [row] = await everywhere(last.defer('body', 'author.email', 'author.id'))
    expect(row).toMatchObject({ up: 'CID', title: 'C1', author: { id: 3, name: 'Cid' } })
    expect(row).not.toHaveProperty('body')
    expect(row?.author).not.toHaveProperty('email')
    expect(await everywhere(last.only('title', 'author.name'))).toEqual([{ ...found, up: 'CID' }])
  })
})

it('distinct with paths keeps the first row of each', async () => {
  const { posts } = shop.repos
  const latest = posts.distinct('author.name').orderBy('author.name', '-id').only('title')
  expect(await everywhere(latest)).toEqual([
    { id: 3, title: 'A3' },
    { id: 4, title: 'B1' },
    { id: 5, title: 'C1' },
  ])
})

it('what is selected stays what it is in unions and subqueries', async () => {
  const { posts, users } = shop.repos
  const names = users
    .filter({ id: 4 })
    .values('name')
    .union(users.filter({ id: 1 }).values('name'))
    .orderBy('name')
  expect(await byEveryPath(names)).toEqual([{ name: 'Ada' }, { name: 'Dan' }])
  const within = users
    .only('id')
    .filter({ name: { in: posts.filter({ id: 5 }).values({ x: 'author.name' }) } })
  expect(await everywhere(within)).toEqual([{ id: 3 }])
  expect(
    await everywhere(users.only('id').filter({ name: { in: posts.values({ x: ref('editor.name') }) } })),
  ).toHaveLength(2)
})
