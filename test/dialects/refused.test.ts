import {
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresDialect,
  sql,
} from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atomic, UsageError, withLimits } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { createTestDatabase } from '../support/database.js'
import { type OnDialect, openOn, OTHERS, START_MS } from './dialects.js'

describe.each(OTHERS)('on the dialect of %s', (name) => {
  let shop: OnDialect
  beforeAll(async () => {
    shop = await openOn(name, { users: 20 })
  }, START_MS)
  afterAll(() => shop[Symbol.asyncDispose]())

  it.each<[what: string, why: string, call: () => unknown]>([
    ['iterator()', 'worker thread', () => shop.users.iterator()],
    ['toKysely()', 'tell nothing', () => shop.users.toKysely()],
    ['aiterator({ fetchTimeoutMs })', 'cancelling', () => shop.users.aiterator({ fetchTimeoutMs: 5 })],
    ['aiterator({ idleTimeoutMs })', 'cancelling', () => shop.users.aiterator({ idleTimeoutMs: 5 })],
    [
      'withLimits({ queryTimeoutMs })',
      'connection beside its own',
      () => withLimits(shop.db, { queryTimeoutMs: 5 }),
    ],
  ])('%s is refused at the call, with the reason', (what, why, call) => {
    expect(call).toThrow(UsageError)
    expect(call).toThrow(`${what} needs sluice's dialect`)
    expect(call).toThrow(why)
  })

  it('a signal is heard before each statement, and after the one under way', async () => {
    const reason = new Error('enough')
    const aborted = AbortSignal.abort(reason)
    await expect(shop.users.count({ signal: aborted })).rejects.toBe(reason)
    await expect(shop.users.using(withLimits(shop.db, { signal: aborted })).count()).rejects.toBe(reason)
    const aborting = new AbortController()
    const counting = shop.users.toArray({ signal: aborting.signal })
    aborting.abort(reason)
    await expect(counting).rejects.toBe(reason)
    const rows = function* () {
      yield { email: 'x1@example.com', name: 'x' }
      aborting.abort(reason)
      yield { email: 'x2@example.com', name: 'x' }
    }
    const writing = shop.users.bulkCreate(rows(), { batchSize: 1, signal: aborting.signal })
    await expect(writing).rejects.toBe(reason)
    expect(await shop.busy()).toBe(0)
  })

  it("free-hand SQL keeps the driver's own values", async () => {
    const { rows } = await sql<{ one: unknown }>`select 1::int4 as one`.execute(shop.db)
    expect(rows).toEqual([{ one: 1 }])
    await atomic(shop.db, async (trx) => {
      const { rows: inside } = await sql<{ one: unknown }>`select 1::int4 as one`.execute(trx)
      expect(inside).toEqual([{ one: 1 }])
    })
  })
})

describe('repositories', () => {
  it('refuse a dialect of another database', () => {
    const mysql = new Kysely<DB>({
      dialect: {
        createAdapter: () => new MysqlAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new MysqlIntrospector(db),
        createQueryCompiler: () => new MysqlQueryCompiler(),
      },
    })
    expect(() => repositories(mysql)).toThrow('Repositories need a dialect of PostgreSQL, not MysqlAdapter')
  })

  it('say that there was no connection to be had', async () => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: 1 })
    const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
    const failure = await repositories(db)
      .users.count()
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'QueryError' })
    expect(String(failure)).toContain('No connection to the database was to be had')
    await db.destroy()
  })

  it('say so where a driver makes something else of text', async () => {
    await using database = await createTestDatabase({ schema: 'shop' })
    const types = { getTypeParser: () => (text: string) => text.length }
    const pool = new pg.Pool({ connectionString: database.url, types })
    const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
    await expect(repositories(db).users.count()).rejects.toThrow("leave text to the driver's own parser")
    await db.destroy()
  })
})
