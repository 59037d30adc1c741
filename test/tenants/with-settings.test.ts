import { describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { OptionError, UsageError, withLimits, withSettings, type SessionSettings } from 'sluice'
import { type Repositories } from '../../generated/index.js'
import { collect, db, repos, role, shop, tenants, usePolicies } from './policies.js'

usePolicies()

describe('withSettings', () => {
  it('sets what policies go by for its transaction, and for nothing after it', async () => {
    const read = (tenant: number) =>
      withSettings(db, { 'app.tenant': tenant }, async (db) => [
        await repos.users.using(db).toArray(),
        await collect(repos.users.using(db).aiterator({ chunkSize: 3 })),
        (await db.selectFrom('users').selectAll().execute()).map(({ id }) => ({ id })),
      ])
    expect(await repos.users.count()).toBe(0)
    for (const rows of await read(2)) expect([rows.length, ...tenants(rows)]).toEqual([10, 2])
    expect(await repos.users.count()).toBe(0)
    for (const rows of await read(3)) expect([rows.length, ...tenants(rows)]).toEqual([10, 3])
    const both = await Promise.all([read(1), read(2)])
    expect(both.map(([rows]) => [...tenants(rows!)])).toEqual([[1], [2]])
  })

  it('holds within writes and limits, and what the function returns is what it gives', async () => {
    const count = await withSettings(db, { 'app.tenant': 1n }, async (db) => {
      const users = repos.users.using(withLimits(db, { queryTimeoutMs: 5000 }))
      return [await users.all().update({ name: 'Ours' }), await users.count()]
    })
    expect(count).toEqual([10, 10])
    const [{ n }] = (await shop.sql(`select count(*)::int as n from users where name = 'Ours'`)) as [
      { n: number },
    ]
    expect(n).toBe(10)
  })

  it('rolls back by what the function throws', async () => {
    const failing = withSettings(db, { 'app.tenant': 1 }, async (db) => {
      await repos.users.using(db).all().update({ name: 'Lost' })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await shop.sql(`select 1 from users where name = 'Lost'`)).toEqual([])
    expect(await repos.users.count()).toBe(0)
  })

  it('nests, and each level has its own', async () => {
    const seen: number[][] = []
    await withSettings(db, { 'app.tenant': 1, 'app.other': 'x' }, async (outer) => {
      seen.push([...tenants(await repos.users.using(outer).toArray())])
      await withSettings(outer, { 'app.tenant': 2 }, async (inner) => {
        seen.push([...tenants(await repos.users.using(inner).toArray())])
        await withSettings(inner, { 'app.tenant': 3 }, async (deep) => {
          seen.push([...tenants(await repos.users.using(deep).toArray())])
        })
        seen.push([...tenants(await repos.users.using(inner).toArray())])
      })
      const failing = withSettings(outer, { 'app.tenant': 2 }, async (inner) => {
        await repos.users.using(inner).all().update({ name: 'Undone' })
        await sql`select 1 / 0`.execute(inner)
      })
      await expect(failing).rejects.toThrow('division by zero')
      seen.push([...tenants(await repos.users.using(outer).toArray())])
    })
    expect(seen).toEqual([[1], [2], [3], [2], [1]])
    expect(await shop.sql(`select 1 from users where name = 'Undone'`)).toEqual([])
  })

  it('inside a transaction, by Kysely or begun by hand, ends with the function', async () => {
    await db.transaction().execute(async (trx) => {
      await withSettings(trx, { 'app.tenant': 2 }, async (inner) => {
        expect(await repos.users.using(inner).count()).toBe(10)
      })
      expect(await repos.users.using(trx).count()).toBe(0)
    })
    await db.connection().execute(async (one) => {
      await sql`begin`.execute(one)
      expect(await withSettings(one, { 'app.tenant': 2 }, (inner) => repos.users.using(inner).count())).toBe(
        10,
      )
      expect(await repos.users.using(one).count()).toBe(0)
      await sql`rollback`.execute(one)
      expect(await withSettings(one, { 'app.tenant': 3 }, (inner) => repos.users.using(inner).count())).toBe(
        10,
      )
    })
  })

  it('takes a role, and gives it back', async () => {
    const asTwo = { role: `${role}_two`, 'app.tenant': 1 }
    const read = async (db: Parameters<Repositories['users']['using']>[0]) =>
      [...tenants(await repos.users.using(db).toArray())].sort()
    // Permissive policies add up.
    expect(await withSettings(db, asTwo, read)).toEqual([1, 3])
    expect(
      await withSettings(db, { 'app.tenant': 1 }, async (outer) => [
        await withSettings(outer, asTwo, read),
        await read(outer),
      ]),
    ).toEqual([[1, 3], [1]])
    await expect(withSettings(db, { role: 'postgres' }, read)).rejects.toThrow(/permission denied/)
    await expect(
      db.transaction().execute(async (trx) => {
        await expect(withSettings(trx, { role: 'no_such_role' }, read)).rejects.toThrow('does not exist')
        return repos.users.using(trx).count()
      }),
    ).resolves.toBe(0)
  })

  it('waits for what its function has started without waiting, and lets nothing be sent after it', async () => {
    const left: Promise<unknown>[] = []
    let later: (() => Promise<unknown>) | undefined
    await withSettings(db, { 'app.tenant': 2 }, (inner) => {
      left.push(
        repos.users.using(inner).count(),
        repos.users.using(inner).count(),
        repos.users.using(inner).prefetchRelated('postsByAuthor').toArray(),
      )
      later = () => repos.users.using(inner).all().update({ name: 'Late' })
      return Promise.resolve()
    })
    const [one, two, posts] = await Promise.all(left)
    expect([one, two, (posts as unknown[]).length]).toEqual([10, 10, 10])
    await expect(later!()).rejects.toThrow()
    // Also in the transaction around it, where the connection is still there.
    await db.transaction().execute(async (trx) => {
      await withSettings(trx, { 'app.tenant': 2 }, (inner) => {
        later = () => repos.users.using(inner).count()
        return Promise.resolve()
      })
      await expect(later!()).rejects.toThrow('The transaction of withSettings() is over')
    })
  })

  it('ends the streams of its function with it', async () => {
    await db.transaction().execute(async (trx) => {
      const rows = await withSettings(trx, { 'app.tenant': 2 }, async (inner) => {
        const rows = repos.users.using(inner).aiterator({ chunkSize: 1 })
        await rows.next()
        return rows
      })
      await expect(collect(rows)).rejects.toThrow('while a stream in it was open')
      expect(await repos.users.using(trx).count()).toBe(0)
    })
    const stock = await withSettings(db, { 'app.tenant': 2 }, async (inner) => {
      const rows = inner.selectFrom('users').selectAll().stream(1)
      await rows.next()
      return rows
    })
    await expect(stock.next()).rejects.toThrow()
    expect(await repos.users.count()).toBe(0)
  })

  it('refuses what would run by its settings without being its own', async () => {
    await db.transaction().execute(async (trx) => {
      await withSettings(trx, { 'app.tenant': 2 }, async () => {
        await expect(repos.users.using(trx).count()).rejects.toThrow('only what its function is given runs')
        await expect(trx.selectFrom('users').selectAll().execute()).rejects.toThrow(UsageError)
        await expect(withSettings(trx, { 'app.tenant': 3 }, () => Promise.resolve())).rejects.toThrow(
          UsageError,
        )
      })
      for await (const _ of repos.posts.using(trx).aiterator({ chunkSize: 1 })) {
        await expect(withSettings(trx, { 'app.tenant': 3 }, () => Promise.resolve())).rejects.toThrow(
          'with an open stream',
        )
        break
      }
      expect(await repos.posts.using(trx).count()).toBe(30)
    })
  })

  it.each<[string, unknown]>([
    ['no settings', {}],
    ['no object', 'app.tenant'],
    ['null', null],
    ['an undefined value', { 'app.tenant': undefined }],
    ['a null value', { 'app.tenant': null }],
    ['NaN', { 'app.tenant': NaN }],
    ['NUL', { 'app.tenant': 'a\0' }],
    ['a name with SQL', { 'app.tenant; drop table users': 1 }],
    ['an empty name', { '': 1 }],
    ['a name with spaces', { 'app tenant': 1 }],
  ])('refuses %s, before anything is sent', async (_, settings) => {
    // What does not compile is refused all the same.
    const given = settings as SessionSettings
    await expect(withSettings(db, given, () => Promise.resolve())).rejects.toThrow(OptionError)
    expect(() => repos.users.aiterator({ settings: given })).toThrow(OptionError)
    expect(() => repos.users.iterator({ settings: given })).toThrow(OptionError)
  })

  it('binds hostile values', async () => {
    const value = `'; drop table users; --"\\`
    const seen = await withSettings(
      db,
      { 'app.tenant': '2', 'app.note': value, 'App.Upper': 'é' },
      async (inner) =>
        (
          await sql<{
            note: string
            upper: string
          }>`select current_setting('app.note') as note, current_setting('app.upper') as upper`.execute(inner)
        ).rows,
    )
    expect(seen).toEqual([{ note: value, upper: 'é' }])
  })
})
