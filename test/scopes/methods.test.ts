import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, extendRepositories } from 'sluice'
import type { Shop } from '../support/shop.js'
import { living, openScopedShop } from './scoped-shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openScopedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('methods of the application', () => {
  it('are there on the repository, and on querysets after whatever was called', async () => {
    const { users } = living(shop.db)
    expect(await users.named('User 2').toArray()).toMatchObject([{ id: 2 }])
    expect(
      await users
        .filter({ id: { gt: 1 } })
        .newestFirst()
        .first(),
    ).toMatchObject({ id: 3 })
    expect(await users.newestFirst().filter({ companyId: 1 }).named('User 1').count()).toBe(1)
    const [user] = await users.prefetchRelated('company').only('name').named('User 3').newestFirst().toArray()
    expect(user).toMatchObject({ name: 'User 3' })
    const ways = [
      users.all(),
      users.exclude({ id: 9 }),
      users.distinct(),
      users.defer('name'),
      users.annotate({ n: count('postsByAuthor') }),
      users.selectRelated('company'),
      users.using(shop.db),
      users.withSchema('public'),
      users.unscoped(),
      users.filter({}).unscoped(),
      users.none(),
      users.reverse(),
      users.selectForUpdate(),
      users.union(users),
      users.slice(0, 2),
    ]
    for (const each of ways) expect(typeof each.newestFirst).toBe('function')
    const [part] = await users.partitions(1)
    expect(await part?.newestFirst().first()).toMatchObject({ id: 3 })
  })

  it('are those of querysets that prefetchRelated takes', async () => {
    const { users, posts } = living(shop.db)
    const [user] = await users
      .filter({ id: 1 })
      .prefetchRelated({ postsByAuthor: posts.titled('p1') })
      .newestFirst()
      .toArray()
    expect(user?.postsByAuthor.map(({ title }) => title)).toEqual(['p1'])
    const read = await users.withPosts().named('User 2').toArray()
    expect(read[0]?.postsByAuthor).toHaveLength(1)
  })

  it('run within transactions, and write', async () => {
    const { users } = living(shop.db)
    await shop.db
      .transaction()
      .execute(async (trx) => {
        expect(await users.using(trx).named('User 3').close()).toBe(1)
        expect(await living(trx).users.count()).toBe(2)
        throw new Error('undone')
      })
      .catch((error: unknown) => expect(String(error)).toContain('undone'))
    expect(await users.count()).toBe(3)
  })

  it('are shown as what they are methods of', () => {
    const { users } = living(shop.db)
    expect(users.constructor.name).toBe('UsersRepository')
    expect(users.newestFirst().constructor.name).toBe('QuerySet')
    expect(Object.keys(users)).toEqual(Object.keys(shop.users))
  })

  it('add up where repositories are extended again', async () => {
    const again = extendRepositories(living, {
      users: {
        scopes: { first: { companyId: 1 } },
        methods: {
          oldestFirst() {
            return this.newestFirst().reverse()
          },
        },
      },
      companies: { scope: { id: 2 } },
    })
    const { users, companies, posts } = again(shop.db)
    expect(await users.oldestFirst().named('User 1').count()).toBe(1)
    expect(await users.newestFirst().oldestFirst().toArray()).toMatchObject([{ id: 1 }, { id: 2 }])
    expect(await users.unscoped('first').count()).toBe(3)
    expect(await companies.count()).toBe(1)
    expect(await posts.titled('p1').count()).toBe(1)
    expect(await living(shop.db).users.count()).toBe(3)
  })
})
