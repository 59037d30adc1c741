import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, exists, outerRef, ref, subquery, walkStore } from 'sluice'
import type { Shop } from '../support/shop.js'
import { living, openScopedShop } from './scoped-shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openScopedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id).sort()

describe('whatever reads a scoped repository has the rows of the scope alone', () => {
  it('at once, one by one, and by key', async () => {
    const { users } = living(shop.db)
    expect(ids(await users.toArray())).toEqual([1, 2, 3])
    expect(await users.getOrNull({ id: 4 })).toBeNull()
    await expect(users.get({ id: 4 })).rejects.toThrow('No row')
    expect(await users.orderBy('id').last()).toMatchObject({ id: 3 })
    expect(await users.latest('id')).toMatchObject({ id: 3 })
    expect(await users.filter({ id: 4 }).first()).toBeNull()
    expect([...(await users.inBulk([1, 4])).keys()]).toEqual([1])
    expect([...(await users.inBulk()).keys()].sort()).toEqual([1, 2, 3])
    expect(await users.contains({ id: 4 })).toBe(false)
    expect(ids(await users.exclude({ id: 1 }).toArray())).toEqual([2, 3])
  })

  it('counted, looked for and aggregated', async () => {
    const { users } = living(shop.db)
    expect(await users.count()).toBe(3)
    expect(await users.filter({ id: 4 }).exists()).toBe(false)
    expect(await users.aggregate({ n: count() })).toEqual({ n: 3 })
    expect(await users.orderBy('id').slice(2).count()).toBe(1)
    expect(await users.values('companyId').annotate({ n: count() }).orderBy('companyId').toArray()).toEqual([
      { companyId: 1, n: 2 },
      { companyId: 2, n: 1 },
    ])
    expect(await users.distinct('companyId').orderBy('companyId', '-id').toArray()).toMatchObject([
      { id: 2 },
      { id: 3 },
    ])
  })

  it('in streams, here and on the worker', async () => {
    const { users } = living(shop.db)
    const streamed = []
    for await (const user of users.aiterator({ chunkSize: 2 })) streamed.push(user)
    expect(ids(streamed)).toEqual([1, 2, 3])
    expect(ids([...users.iterator()])).toEqual([1, 2, 3])
    const evaluated = []
    for await (const user of users) evaluated.push(user)
    expect(ids(evaluated)).toEqual([1, 2, 3])
  })

  it('in pages, walks and partitions', async () => {
    const { users } = living(shop.db)
    const page = await users.orderBy('id').page({ size: 2 })
    expect(ids(page.rows)).toEqual([1, 2])
    expect(ids((await users.orderBy('id').page({ size: 2, after: page.next })).rows)).toEqual([3])
    const walked = []
    for await (const { rows } of users.resumable({ batchSize: 2 })) walked.push(...rows)
    expect(ids(walked)).toEqual([1, 2, 3])
    const store = walkStore(shop.db)
    await store.create()
    const named: number[] = []
    await users.walk({ name: 'living', store }, (rows) => named.push(...rows.map(({ id }) => id)))
    expect(named).toEqual([1, 2, 3])
    for (const by of ['key', 'ctid'] as const) {
      const parts = await users.partitions(2, { by })
      expect(ids((await Promise.all(parts.map((part) => part.toArray()))).flat())).toEqual([1, 2, 3])
    }
    const [first] = await users.partitions(1)
    expect(ids(await users.partition(JSON.parse(JSON.stringify(first)) as string).toArray())).toEqual([
      1, 2, 3,
    ])
  })

  it('in set operations, subqueries and free-hand SQL', async () => {
    const { users, posts } = living(shop.db)
    const all = users.values('id')
    expect(ids(await all.union(shop.users.filter({ id: 1 }).values('id')).toArray())).toEqual([1, 2, 3])
    expect(ids(await shop.users.values('id').difference(all).toArray())).toEqual([4])
    expect(ids(await users.toKysely().execute())).toEqual([1, 2, 3])
    expect(ids(await users.toKysely().where('id', '>', 1).execute())).toEqual([2, 3])
    expect(users.toSQL().sql).toContain('"is_active" = $1')
    expect(await users.explain()).toContain('is_active')
    expect(ids(await shop.posts.filter({ authorId: { in: users } }).toArray())).toEqual([1, 2, 3, 5])
    const written = posts.filter({ authorId: outerRef('id') })
    expect(ids(await shop.users.filter(exists(written)).toArray())).toEqual([1, 2, 3, 4])
    const last = shop.users
      .filter({ id: 4 })
      .annotate({ seen: subquery(users.filter({ id: outerRef('id') }).values('name')) })
    expect(await last.toArray()).toMatchObject([{ id: 4, seen: null }])
    expect(ids(await users.filter({ name: ref('name') }).toArray())).toEqual([1, 2, 3])
  })

  it('within a transaction and on tables of another schema', async () => {
    await shop.db.transaction().execute(async (trx) => {
      expect(ids(await living(trx).users.toArray())).toEqual([1, 2, 3])
      expect(ids(await living(shop.db).users.using(trx).selectForUpdate().toArray())).toEqual([1, 2, 3])
    })
    const elsewhere = living(shop.db).withSchema('public')
    expect(ids(await elsewhere.users.toArray())).toEqual([1, 2, 3])
    expect(
      ids(
        await living(shop.db.withSchema('public'))
          .users.filter({ id: { gt: 1 } })
          .toArray(),
      ),
    ).toEqual([2, 3])
    expect(ids(await living(shop.db).users.withSchema('public').toArray())).toEqual([1, 2, 3])
  })
})
