import { describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { DecodeError, withSettings } from 'sluice'
import { repositories, type Repositories } from '../../generated/index.js'
import { collect, db, repos, role, tenants, usePolicies } from './policies.js'

usePolicies()

describe('a stream with settings', () => {
  it('reads by them, prefetches as well, and nobody after it does', async () => {
    const settings = { 'app.tenant': 3 }
    const rows = await collect(
      repos.users.prefetchRelated('postsByAuthor').aiterator({ settings, chunkSize: 4 }),
    )
    expect([rows.length, ...tenants(rows)]).toEqual([10, 3])
    expect(await repos.users.count()).toBe(0)
    const sync = [...repos.users.prefetchRelated('usersByReferredBy').iterator({ settings, chunkSize: 4 })]
    expect([sync.length, ...tenants(sync)]).toEqual([10, 3])
    expect([...repos.users.iterator()]).toEqual([])
    expect(tenants([...repos.users.iterator({ settings: { role: `${role}_two` } })])).toEqual(new Set([3]))
    await expect(collect(repos.users.aiterator({ settings: { no_such_setting: 1 } }))).rejects.toMatchObject({
      sqlState: '42704',
    })
    expect(await collect(repos.users.aiterator())).toEqual([])
  })

  it('is refused inside a transaction', async () => {
    const settings = { 'app.tenant': 3 }
    await db.transaction().execute(async (trx) => {
      expect(() => repos.users.using(trx).aiterator({ settings })).toThrow('withSettings(trx')
      expect(await repos.users.using(trx).count()).toBe(0)
    })
    await db.connection().execute(async (one) => {
      await sql`begin`.execute(one)
      await expect(collect(repos.users.using(one).aiterator({ settings }))).rejects.toThrow(
        'withSettings(trx',
      )
      await sql`rollback`.execute(one)
      expect(await collect(repos.users.using(one).aiterator({ settings }))).toHaveLength(10)
    })
  })
})

describe('rows whose parent a policy hides', () => {
  const own = <T>(body: (repos: Repositories) => Promise<T>) =>
    withSettings(db, { 'app.tenant': 2 }, (db) => body(repositories(db)))

  it('are not lost by a join: an error says which relation it is', async () => {
    for (const read of [
      ({ posts }: Repositories) => posts.selectRelated('author').toArray(),
      ({ posts }: Repositories) => collect(posts.selectRelated('author', 'editor').aiterator()),
      ({ posts }: Repositories) => posts.prefetchRelated('author').toArray(),
      ({ posts }: Repositories) => posts.orderBy('-id').selectRelated('author').slice(0, 3).toArray(),
      ({ posts }: Repositories) => posts.prefetchRelated('author.company').toArray(),
    ]) {
      const failing = own(read)
      await expect(failing).rejects.toThrow(DecodeError)
      await expect(failing).rejects.toThrow('The row of public.users that "author" of public.posts leads to')
    }
    expect(() => [...repos.posts.selectRelated('author').iterator()]).toThrow('a policy')
  })

  it('are as many as count() says, and null where the relation may lead to no row', async () => {
    const rows = await own(({ posts }) => posts.selectRelated('editor').toArray())
    expect(rows).toHaveLength(await repos.posts.count())
    expect(
      rows.filter(({ editorId, editor }) => editorId !== null && editor === null).length,
    ).toBeGreaterThan(0)
    const some = await own(({ posts, users }) =>
      posts.prefetchRelated({ author: users.filter({ id: { gt: 0 } }) }).toArray(),
    )
    expect(some.filter(({ author }) => author === null)).toHaveLength(20)
    const all = await own(({ posts, users }) => posts.prefetchRelated({ author: users.all() }).toArray())
    expect(all.filter(({ author }) => author === null)).toHaveLength(20)
  })

  it('are left out where the filter says so', async () => {
    const seen = await own(({ posts }) =>
      posts
        .filter({ author: { id: { isNull: false } } })
        .selectRelated('author')
        .toArray(),
    )
    expect(tenants(seen.map(({ author }) => author))).toEqual(new Set([2]))
    expect(seen).toHaveLength(10)
  })

  it('are locked with their parents only where these can be', async () => {
    const locked = await own(({ posts }) =>
      posts
        .selectRelated('author')
        .selectForUpdate({ of: ['self', 'author'] })
        .toArray(),
    )
    expect(locked).toHaveLength(10)
    const failing = own(({ posts }) =>
      posts
        .selectRelated('author')
        .selectForUpdate({ of: ['self'] })
        .toArray(),
    )
    await expect(failing).rejects.toThrow(DecodeError)
  })
})
