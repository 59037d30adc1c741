import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { afterCommit, atomic, UniqueViolation, UsageError, withSettings } from 'sluice'
import { DIALECTS, type OnDialect, openOn, START_MS } from './dialects.js'

const user = (name: string) => ({ email: `${name}@example.com`, name })

describe.each(DIALECTS)('transactions on the dialect of %s', (name) => {
  let shop: OnDialect
  beforeAll(async () => {
    shop = await openOn(name)
  }, START_MS)
  afterAll(() => shop[Symbol.asyncDispose]())
  beforeEach(async () => {
    await shop.sql('truncate users restart identity cascade')
    await shop.users.bulkCreate(Array.from({ length: 40 }, (_, index) => user(`u${index + 1}`)))
  })
  const count = () => shop.users.count()

  it('commit what atomic() has done, and undo what it throws', async () => {
    const done: string[] = []
    await atomic(shop.db, async (trx) => {
      await shop.users.using(trx).create(user('kept'))
      await afterCommit(trx, () => done.push('committed'))
      const part = atomic(trx, async (inner) => {
        await shop.users.using(inner).create(user('dropped'))
        await shop.users.using(inner).create(user('kept'))
      })
      await expect(part).rejects.toBeInstanceOf(UniqueViolation)
      expect(await shop.users.using(trx).count()).toBe(41)
      expect(done).toEqual([])
    })
    expect(done).toEqual(['committed'])
    const failed = new Error('no')
    const failing = atomic(shop.db, async (trx) => {
      await shop.users.using(trx).all().delete()
      throw failed
    })
    await expect(failing).rejects.toBe(failed)
    expect(await count()).toBe(41)
    expect(await shop.busy()).toBe(0)
  })

  it('do not pass over a statement that has failed', async () => {
    const passed = atomic(shop.db, async (trx) => {
      await shop.users
        .using(trx)
        .create(user('u1'))
        .catch(() => {})
    })
    await expect(passed).rejects.toMatchObject({
      code: 'TRANSACTION_ABORTED',
    })
    expect(await count()).toBe(40)
  })

  it("are Kysely's own, for using(trx)", async () => {
    const rolledBack = new Error('roll back')
    const running = shop.db.transaction().execute(async (trx) => {
      const users = shop.users.using(trx)
      await trx.insertInto('users').values(user('raw')).execute()
      await users.create(user('ours'))
      expect(await users.count()).toBe(42)
      await expect(atomic(trx, (inner) => shop.users.using(inner).create(user('u1')))).rejects.toThrow()
      expect(await users.getOrCreate(user('u1'))).toMatchObject([{ id: 1 }, false])
      throw rolledBack
    })
    await expect(running).rejects.toBe(rolledBack)
    expect(await count()).toBe(40)
  })

  it('have streams, beside which the loop reads and writes', async () => {
    await atomic(shop.db, async (trx) => {
      const users = shop.users.using(trx).orderBy('id')
      const others = users.aiterator({ chunkSize: 3 })
      let loops = 0
      for await (const { id } of users.aiterator({ chunkSize: 7 })) {
        await users.filter({ id }).update({ name: 'Renamed' })
        expect((await others.next()).value?.id).toBe(id)
        loops++
      }
      await others.return?.()
      expect(loops).toBe(40)
      expect(await users.filter({ name: 'Renamed' }).count()).toBe(40)
      for await (const _ of users.aiterator({ chunkSize: 10 })) break
      expect(await users.count()).toBe(40)
    })
    expect(await shop.busy()).toBe(0)
  })

  it('have streams with relations', async () => {
    await shop.users.filter({ id: { gt: 1 } }).update({ referredBy: 1 })
    const seen: number[] = []
    for await (const each of shop.users
      .orderBy('id')
      .prefetchRelated('usersByReferredBy')
      .aiterator({ chunkSize: 30 }))
      seen.push(each.usersByReferredBy.length)
    expect(seen).toEqual([39, ...Array<number>(39).fill(0)])
    expect(await shop.busy()).toBe(0)
  })

  it('end the streams in them', async () => {
    let rows: AsyncIterator<unknown> | undefined
    await shop.db.transaction().execute(async (trx) => {
      rows = shop.users.using(trx).aiterator({ chunkSize: 2 })
      await rows.next()
      await rows.next()
    })
    await expect(rows?.next()).rejects.toBeInstanceOf(UsageError)
  })

  it('lock rows, and refuse to outside of them', async () => {
    await expect(shop.users.selectForUpdate().toArray()).rejects.toBeInstanceOf(UsageError)
    await atomic(shop.db, async (trx) => {
      const locked = await shop.users
        .using(trx)
        .filter({ id: 1 })
        .selectForUpdate({ skipLocked: true })
        .toArray()
      expect(locked).toHaveLength(1)
    })
  })

  it('have settings of their own', async () => {
    const asked = sql<{ tenant: string }>`select current_setting('app.tenant', true) as tenant`
    const inside = await withSettings(shop.db, { 'app.tenant': "it's 7" }, async (db) => {
      expect(await shop.users.using(db).count()).toBe(40)
      return (await asked.execute(db)).rows[0]?.tenant
    })
    expect(inside).toBe("it's 7")
    expect((await asked.execute(shop.db)).rows[0]?.tenant ?? '').toBe('')
    await atomic(shop.db, async (trx) => {
      await withSettings(trx, { 'app.tenant': 8 }, async (db) =>
        expect((await asked.execute(db)).rows[0]?.tenant).toBe('8'),
      )
      expect((await asked.execute(trx)).rows[0]?.tenant ?? '').toBe('')
    })
    for await (const _ of shop.users.filter({ id: 1 }).aiterator({ settings: { 'app.tenant': 9 } }));
    expect(await shop.busy()).toBe(0)
  })

  it('are found where they were begun by SQL, on a connection that is kept', async () => {
    await shop.db.connection().execute(async (one) => {
      const users = shop.users.using(one)
      for await (const _ of users.aiterator({ chunkSize: 10 })) break
      await sql`begin`.execute(one)
      await users.create(user('dropped'))
      for await (const _ of users.aiterator({ chunkSize: 10 })) break
      expect(await users.count()).toBe(41)
      await atomic(one, (inner) => shop.users.using(inner).create(user('dropped2')))
      await sql`rollback`.execute(one)
      expect(await users.count()).toBe(40)
      await atomic(one, (inner) => shop.users.using(inner).create(user('kept')))
    })
    expect(await count()).toBe(41)
    expect(await shop.busy()).toBe(0)
  })
})
