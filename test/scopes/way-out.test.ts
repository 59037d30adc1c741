import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from 'sluice'
import { repositories } from '../../generated/index.js'
import type { Shop } from '../support/shop.js'
import { living, openScopedShop } from './scoped-shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openScopedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id).sort()

describe('unscoped()', () => {
  it('has all rows of the table, of a repository and of a queryset, whatever is called after it', async () => {
    const { users } = living(shop.db)
    expect(ids(await users.unscoped().toArray())).toEqual([1, 2, 3, 4])
    expect(
      ids(
        await users
          .filter({ id: { gt: 2 } })
          .unscoped()
          .newestFirst()
          .toArray(),
      ),
    ).toEqual([3, 4])
    expect(await users.unscoped().using(shop.db).withSchema('public').count()).toBe(4)
    expect(await users.unscoped().filter({ id: 4 }).exists()).toBe(true)
    expect(await users.unscoped().getOrNull({ id: 4 })).toMatchObject({ id: 4 })
  })

  it('is about the rows of the queryset, and not about those that relations lead to', async () => {
    const { users, posts } = living(shop.db)
    const [all] = await users.unscoped().filter({ id: 2 }).selectRelated('referredByUser').toArray()
    expect(all?.referredByUser).toBeNull()
    const [read] = await users.unscoped().filter({ id: 1 }).prefetchRelated('postsByAuthor').toArray()
    expect(read?.postsByAuthor.map(({ title }) => title)).toEqual(['p1'])
    const [whole] = await users
      .filter({ id: 1 })
      .prefetchRelated({ postsByAuthor: posts.unscoped() })
      .toArray()
    expect(whole?.postsByAuthor.map(({ title }) => title).sort()).toEqual(['draft', 'p1'])
    expect(await posts.filter({ authorId: { in: users.unscoped() } }).count()).toBe(4)
    expect(await posts.filter({ authorId: { in: users } }).count()).toBe(3)
  })

  it('lifts those scopes that are named', async () => {
    await shop.posts.filter({ title: 'p2' }).update({ title: 'long' })
    const { posts } = living(shop.db)
    expect(ids(await posts.toArray())).toEqual([1, 3, 4])
    expect(ids(await posts.unscoped('published').toArray())).toEqual([1, 3, 4, 5])
    expect(ids(await posts.unscoped('short').toArray())).toEqual([1, 2, 3, 4])
    expect(
      ids(
        await posts
          .unscoped('short')
          .filter({ id: { gt: 1 } })
          .unscoped('published')
          .toArray(),
      ),
    ).toEqual([2, 3, 4, 5])
    expect(await posts.unscoped('short', 'published').count()).toBe(5)
    await shop.posts.filter({ title: 'long' }).update({ title: 'p2' })
  })

  it('is refused for names that are none, on slices and after union', () => {
    const { users, posts } = living(shop.db)
    expect(() => posts.unscoped('publishd')).toThrow('Did you mean "published"? Choices: published, short.')
    expect(() => users.unscoped('living')).toThrow('has no scope "living". It has none with a name.')
    const anyhow = (queryset: unknown) => queryset as { unscoped(): unknown }
    expect(() => anyhow(users.slice(0, 1)).unscoped()).toThrow(UsageError)
    expect(() => anyhow(users.union(users)).unscoped()).toThrow(UsageError)
  })

  it('is not needed by repositories that are not extended', async () => {
    living(shop.db)
    const { users } = repositories(shop.db)
    expect(await users.count()).toBe(4)
    expect(users.toSQL().sql).not.toContain('where')
    expect(await users.unscoped().count()).toBe(4)
  })
})
