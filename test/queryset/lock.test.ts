import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, OptionError, QueryError, UsageError } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) VALUES ('a');
    INSERT INTO users (email, name, company_id) SELECT n || '@x', n, 1 FROM generate_series(1, 5) AS n;
    INSERT INTO posts (author_id, title, slug) VALUES (1, 't', 's')`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const inTransaction = <T>(body: (trx: Kysely<DB>) => Promise<T>): Promise<T> =>
  shop.db.transaction().execute(body)

const ids = (rows: { id: number }[]) => rows.map((row) => row.id)

describe('selectForUpdate', () => {
  it('locks the rows it reads, and only these', async () => {
    const { users } = shop.repos
    await inTransaction(async (one) => {
      await users
        .using(one)
        .filter({ id: { lte: 2 } })
        .selectForUpdate()
        .toArray()
      await inTransaction(async (other) => {
        const free = users.using(other).orderBy('id').selectForUpdate({ skipLocked: true })
        expect(ids(await free.toArray())).toEqual([3, 4, 5])
        expect((await free.first())?.id).toBe(3)
        expect(ids(await free.slice(0, 1).toArray())).toEqual([3])
      })
    })
  })

  it('fails at once with noWait', async () => {
    const { users } = shop.repos
    await inTransaction(async (one) => {
      await users.using(one).selectForUpdate().get({ id: 1 })
      const other = inTransaction((trx) => users.using(trx).selectForUpdate({ noWait: true }).get({ id: 1 }))
      await expect(other).rejects.toThrow(QueryError)
      await expect(other).rejects.toMatchObject({ sqlState: '55P03' })
    })
  })

  it('lets rows be referred to with noKey', async () => {
    const { users, companies } = shop.repos
    await inTransaction(async (one) => {
      await companies.using(one).selectForUpdate({ noKey: true }).toArray()
      await inTransaction(async (other) => {
        await sql`set local lock_timeout = 200`.execute(other)
        await other.insertInto('users').values({ email: 'new@x', name: 'n', company_id: 1 }).execute()
        await other.deleteFrom('users').where('email', '=', 'new@x').execute()
        const locked = await companies.using(other).selectForUpdate({ skipLocked: true }).toArray()
        expect(locked).toEqual([])
      })
      expect(await users.count()).toBe(5)
    })
  })

  it('streams within using(trx)', async () => {
    const { users } = shop.repos
    await inTransaction(async (one) => {
      const seen: number[] = []
      const rows = users.using(one).orderBy('id').selectForUpdate()
      for await (const { id } of rows.aiterator({ chunkSize: 2 })) {
        seen.push(id)
        await one.updateTable('users').set({ name: 'seen' }).where('id', '=', id).execute()
      }
      expect(seen).toEqual([1, 2, 3, 4, 5])
      await inTransaction(async (other) => {
        expect(await users.using(other).selectForUpdate({ skipLocked: true }).toArray()).toEqual([])
      })
    })
  })

  it('names the tables to lock', async () => {
    const { users } = shop.repos
    expect(users.selectForUpdate().toSQL().sql).toMatch(/ for update$/)
    expect(
      users
        .orderBy('id')
        .slice(0, 3)
        .selectForUpdate({ of: ['self'], noWait: true })
        .toSQL().sql,
    ).toMatch(/ limit \$1 for update of "users" nowait$/)
    await inTransaction(async (trx) => {
      expect(
        await users
          .using(trx)
          .selectForUpdate({ of: ['self'] })
          .toArray(),
      ).toHaveLength(5)
    })
  })

  it('names joined relations that always have a row', async () => {
    const { posts, users } = shop.repos
    const joined = posts.selectRelated('author.company')
    expect(joined.selectForUpdate({ of: ['self', 'author'] }).toSQL().sql).toMatch(
      / for update of "posts", "t1"$/,
    )
    expect(
      posts
        .selectForUpdate({ of: ['author'] })
        .selectRelated('author')
        .toSQL().sql,
    ).toMatch(/ of "t1"$/)
    await inTransaction(async (one) => {
      const [post] = await joined
        .using(one)
        .selectForUpdate({ of: ['author'] })
        .toArray()
      expect(post?.author.company?.name).toBe('a')
      await inTransaction(async (other) => {
        expect(ids(await posts.using(other).selectForUpdate({ noWait: true }).toArray())).toEqual([1])
        const free = users.using(other).selectForUpdate({ skipLocked: true }).orderBy('id')
        expect(ids(await free.toArray())).toEqual([2, 3, 4, 5])
      })
    })
  })

  it('refuses relations that may have none, which have to be left out', () => {
    const joined = shop.repos.posts.selectRelated('author.company')
    expect(() => joined.selectForUpdate().toSQL()).toThrow(
      /rows of "author\.company", which may lead to no row.*of: /,
    )
    expect(() => joined.selectForUpdate({ of: ['author.company'] }).toSQL()).toThrow(/may lead to no row/)
    expect(() => joined.selectForUpdate({ of: ['editor'] }).toSQL()).toThrow(
      /has no "editor"\. Choices: self, author\./,
    )
  })

  it('locks prefetched rows, within a transaction too', async () => {
    const { users, posts } = shop.repos
    const locking = users.prefetchRelated({ postsByAuthor: posts.selectForUpdate() })
    await expect(locking.toArray()).rejects.toThrow(/inside a transaction only/)
    expect(() => locking.aiterator()).toThrow(/inside a transaction only/)
    await inTransaction(async (one) => {
      await locking.using(one).toArray()
      await inTransaction(async (other) => {
        expect(await posts.using(other).selectForUpdate({ skipLocked: true }).toArray()).toEqual([])
      })
    })
  })

  it('counts without a lock, inside and outside a transaction', async () => {
    const locked = shop.repos.users.selectForUpdate()
    expect(await locked.count()).toBe(5)
    expect(await locked.exists()).toBe(true)
    expect(await locked.slice(0, 2).count()).toBe(2)
  })

  it('is read where a transaction was begun by hand', async () => {
    await shop.db.connection().execute(async (pinned) => {
      const { users } = repositories(pinned)
      await expect(users.selectForUpdate().toArray()).rejects.toThrow(UsageError)
      await sql`begin`.execute(pinned)
      expect(await users.selectForUpdate().toArray()).toHaveLength(5)
      expect(() => users.selectForUpdate().aiterator()).toThrow(UsageError)
      await sql`rollback`.execute(pinned)
    })
  })

  it('is refused outside a transaction, a stream at the call', async () => {
    const locked = shop.repos.users.selectForUpdate()
    const message = /selectForUpdate\(\) runs inside a transaction only/
    await expect(locked.toArray()).rejects.toThrow(UsageError)
    await expect(locked.toArray()).rejects.toThrow(message)
    await expect(locked.first()).rejects.toThrow(message)
    await expect(locked.last()).rejects.toThrow(message)
    await expect(locked.get({ id: 1 })).rejects.toThrow(message)
    await expect(locked.inBulk([1])).rejects.toThrow(message)
    await expect(
      (async () => {
        for await (const _ of locked);
      })(),
    ).rejects.toThrow(message)
    expect(() => locked.aiterator()).toThrow(message)
    expect(() => locked.iterator()).toThrow(message)
  })

  it('refuses what does not go together', () => {
    const { users, productSales } = shop.repos
    expect(() => users.selectForUpdate({ skipLocked: true, noWait: true })).toThrow(
      /either skipLocked or noWait/,
    )
    expect(() => users.selectForUpdate({ skiplocked: true } as never)).toThrow(OptionError)
    expect(() => users.selectForUpdate({ noWait: 1 } as never)).toThrow(OptionError)
    expect(() => users.selectForUpdate({ of: 'self' } as never)).toThrow(OptionError)
    expect(() => users.distinct().selectForUpdate()).toThrow(/distinct\(\) and selectForUpdate\(\) do not go/)
    expect(() => users.selectForUpdate().distinct('id')).toThrow(
      /distinct\(\) and selectForUpdate\(\) do not go/,
    )
    expect(() => productSales.selectForUpdate()).toThrow(/materialized view public\.product_sales/)
    expect(() => users.selectForUpdate({ of: ['company'] }).toSQL()).toThrow(
      /has no "company"\. Choices: self\. .*selectRelated/,
    )
    expect(() => users.filter({ id: { in: users.selectForUpdate().values('id') } })).toThrow(
      /A queryset with selectForUpdate\(\) cannot be part of another/,
    )
    const groups = users.values('companyId').annotate({ n: count() })
    expect(() => groups.selectForUpdate().toSQL()).toThrow(/cannot lock groups/)
  })
})
