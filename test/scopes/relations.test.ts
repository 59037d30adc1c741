import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrayAgg, count } from 'sluice'
import type { Shop } from '../support/shop.js'
import { living, openScopedShop } from './scoped-shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openScopedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('rows out of scope are there by no relation', () => {
  it('joined rows are null', async () => {
    const { posts } = living(shop.db)
    const joined = await posts.selectRelated('author').orderBy('id').toArray()
    expect(joined.map(({ author }) => author?.id ?? null)).toEqual([1, 2, 3, null])
    const deeper = await posts.selectRelated('author.referredByUser').orderBy('id').toArray()
    expect(deeper.map(({ author }) => author?.referredByUser?.id ?? null)).toEqual([null, null, 1, null])
    expect(deeper[1]?.author).toMatchObject({ id: 2, referredByUser: null })
  })

  it('prefetched rows are left out', async () => {
    const { posts, users, companies } = living(shop.db)
    const read = await posts.prefetchRelated('author').orderBy('id').toArray()
    expect(read.map(({ author }) => author?.id ?? null)).toEqual([1, 2, 3, null])
    const [one, two] = await companies.prefetchRelated('users.postsByAuthor').orderBy('id').toArray()
    expect(one?.users.map(({ postsByAuthor }) => postsByAuthor.map(({ title }) => title))).toEqual([
      ['p1'],
      ['p2'],
    ])
    expect(two?.users.map(({ id }) => id)).toEqual([3])
    const named = await users
      .prefetchRelated({ drafts: { postsByAuthor: posts.filter({ title: 'draft' }) } })
      .toArray()
    expect(named.map(({ drafts }) => drafts)).toEqual([[], [], []])
    const given = await posts.prefetchRelated('author').prefetchInto([{ authorId: 1 }, { authorId: 4 }])
    expect(given.map(({ author }) => author?.id ?? null)).toEqual([1, null])
    const streamed: (number | null)[] = []
    for (const post of posts.prefetchRelated('author').orderBy('id').iterator({ chunkSize: 2 }))
      streamed.push(post.author?.id ?? null)
    expect(streamed).toEqual([1, 2, 3, null])
  })

  it('conditions across relations do not see them', async () => {
    const { posts, companies, users } = living(shop.db)
    const found = async (rows: { toArray(): Promise<{ id: number }[]> }) =>
      (await rows.toArray()).map(({ id }) => id).sort()
    expect(await found(posts.filter({ author: { companyId: 2 } }))).toEqual([3])
    expect(await found(posts.exclude({ author: {} }))).toEqual([4])
    expect(await found(users.filter({ referredByUser: null }))).toEqual([1, 2])
    expect(await found(companies.filter({ users: { some: { name: 'User 4' } } }))).toEqual([])
    expect(await found(companies.filter({ users: { every: { name: 'User 3' } } }))).toEqual([2])
    expect(await found(companies.filter({ users: { none: { name: 'User 4' } } }))).toEqual([1, 2])
    expect(await found(users.filter({ postsByAuthor: { some: { title: 'draft' } } }))).toEqual([])
    expect(await found(companies.exclude({ users: { some: { id: 4 } } }))).toEqual([1, 2])
  })

  it('paths in values, orders and expressions find null', async () => {
    const { posts } = living(shop.db)
    const names = await posts.values('id', 'author.name').orderBy('id').toArray()
    expect(names.map(({ author }) => author?.name ?? null)).toEqual(['User 1', 'User 2', 'User 3', null])
    expect(await posts.orderBy('id').valuesList('author.name', { flat: true }).toArray()).toEqual([
      'User 1',
      'User 2',
      'User 3',
      null,
    ])
    const byName = await posts.orderBy('-author.name', 'id').toArray()
    expect(byName.map(({ id }) => id)).toEqual([4, 3, 2, 1])
    expect(await posts.only('title', 'author.name').orderBy('id').last()).toMatchObject({ author: null })
  })

  it('aggregates over them count those in scope', async () => {
    const { companies, users, posts } = living(shop.db)
    const counted = await companies
      .annotate({ n: count('users'), names: arrayAgg('users.name'), posts: count('users.postsByAuthor') })
      .orderBy('id')
      .toArray()
    expect(counted).toMatchObject([
      { n: 2, posts: 2 },
      { n: 1, names: ['User 3'], posts: 1 },
    ])
    expect(await users.aggregate({ posts: count('postsByAuthor') })).toEqual({ posts: 3 })
    const groups = await posts.values('author.companyId').annotate({ n: count() }).toArray()
    const perCompany = new Map(groups.map(({ author, n }) => [author?.companyId ?? null, n]))
    expect(perCompany).toEqual(
      new Map([
        [1, 2],
        [2, 1],
        [null, 1],
      ]),
    )
    expect(
      await companies
        .filter({ id: 2 })
        .annotate({ n: count('users') })
        .filter({ n: 1 })
        .count(),
    ).toBe(1)
  })

  it('a link table has a scope of its own', async () => {
    const { products, categories } = living(shop.db)
    expect(await products.prefetchRelated('categories').count()).toBe(0)
    expect(await categories.filter({ products: { some: { id: 1 } } }).count()).toBe(0)
  })
})
