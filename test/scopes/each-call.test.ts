import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extendRepositories } from 'sluice'
import { repositories, type PostFilter, type UserFilter } from '../../generated/index.js'
import { keptPlans } from '../../src/plan/plan.js'
import type { Shop } from '../support/shop.js'
import { currentCompany, openScopedShop, tenants } from './scoped-shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openScopedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id).sort()

describe('a scope that is a function', () => {
  it('is asked for by each statement', async () => {
    const { users, posts } = tenants(shop.db)
    const filtered = users.filter({ isActive: true })
    const written = posts.filter({ author: { isActive: true } })
    for (const [company, those] of [
      [1, [1, 2]],
      [2, [3]],
      [1, [1, 2]],
    ] as const) {
      await currentCompany.run(company, async () => {
        expect(ids(await filtered.toArray())).toEqual(those)
        expect(await filtered.count()).toBe(those.length)
        expect([...new Set((await written.toArray()).map(({ authorId }) => authorId))].sort()).toEqual(those)
        expect((await users.create({ email: `n${Math.random()}@example.com`, name: 'New' })).companyId).toBe(
          company,
        )
        expect(await users.filter({ name: 'New' }).delete()).toBe(1)
      })
    }
  })

  it('leaves no rows in the cache of a queryset that others have', async () => {
    const { users, posts } = tenants(shop.db)
    const all = users.all()
    const prefetched = posts.prefetchRelated('author').all()
    const authors = async () => (await prefetched.toArray()).flatMap(({ author }) => author?.id ?? [])
    await currentCompany.run(1, async () => {
      expect(ids(await all.toArray())).toEqual([1, 2])
      expect(await authors()).toEqual([1, 2, 1])
    })
    await currentCompany.run(2, async () => {
      expect(ids(await all.toArray())).toEqual([3, 4])
      expect(await all.count()).toBe(2)
      expect(await authors()).toEqual([3, 4])
    })
  })

  it('is that of the call for a whole stream, its relations and a walk', async () => {
    const { users } = tenants(shop.db)
    const [stream, sync, walk] = currentCompany.run(1, () => {
      const related = users.orderBy('id').prefetchRelated('usersByReferredBy')
      return [
        related.aiterator({ chunkSize: 1 }),
        related.iterator({ chunkSize: 1 }),
        related.resumable({ batchSize: 1 }),
      ]
    })
    const found: unknown[] = []
    await currentCompany.run(2, async () => {
      for await (const { id, usersByReferredBy } of stream) found.push([id, ids(usersByReferredBy)])
      for (const { id, usersByReferredBy } of sync) found.push([id, ids(usersByReferredBy)])
      for await (const { rows } of walk)
        found.push(...rows.map(({ id, usersByReferredBy }) => [id, ids(usersByReferredBy)]))
    })
    const once = [
      [1, []],
      [2, []],
    ]
    expect(found).toEqual([...once, ...once, ...once])
  })

  it('has its values as parameters: one statement for all of them', async () => {
    const { users } = tenants(shop.db)
    const texts = new Set<string>()
    const read = (company: number) =>
      currentCompany.run(company, async () => {
        texts.add(users.selectRelated('referredByUser').toSQL().sql)
        await users.filter({ name: 'x' }).count()
        await users.filter({ name: 'x' }).update({ name: 'y' })
      })
    await read(1)
    const { count } = keptPlans()
    for (let company = 2; company < 20; company++) await read(company)
    expect(keptPlans().count).toBe(count)
    expect(texts.size).toBe(1)
  })

  it('fails the statement that it throws for, and no other', async () => {
    const { users, companies } = tenants(shop.db)
    await expect(users.count()).rejects.toThrow('No company is being served.')
    await expect(users.toArray()).rejects.toThrow('No company is being served.')
    await expect(users.filter({ id: 1 }).update({ name: 'x' })).rejects.toThrow('No company is being served.')
    await expect(companies.filter({ users: { some: { id: 1 } } }).count()).rejects.toThrow('No company')
    expect(() => users.aiterator()).toThrow('No company is being served.')
    expect(await companies.count()).toBe(2)
    expect(users.toJSON()).toMatchObject({ sql: '(No company is being served.)' })
    expect(await users.unscoped().count()).toBe(4)
  })

  it('is refused where it gives no filter', async () => {
    const gives = (given: unknown) =>
      extendRepositories(repositories, { users: { scope: () => given as object } })(shop.db).users
    await expect(gives(undefined).count()).rejects.toThrow('A filter of public.users must be an object')
    await expect(gives({ companyId: undefined }).count()).rejects.toThrow('undefined')
    await expect(gives({ company_id: 1 }).count()).rejects.toThrow('Did you mean "companyId"')
    expect(await gives({}).count()).toBe(4)
    expect(await gives((eb: (...args: unknown[]) => unknown) => eb('id', '>', 3)).count()).toBe(1)
  })

  it('may ask querysets, of which those of its own table are unscoped', async () => {
    const asking = extendRepositories(repositories, {
      companies: { scope: { id: 1 } },
      users: {
        scope: (): UserFilter => ({
          companyId: { in: asking(shop.db).companies },
          id: { in: asking(shop.db).users.unscoped().filter({ isActive: true }) },
        }),
      },
      posts: { scope: (): PostFilter => ({ id: { in: asking(shop.db).posts } }) },
    })
    expect(ids(await asking(shop.db).users.toArray())).toEqual([1, 2])
    await expect(asking(shop.db).posts.count()).rejects.toThrow(
      'asks for rows of public.posts within that scope',
    )
  })
})
