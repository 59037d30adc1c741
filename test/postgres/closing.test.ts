import { once } from 'node:events'
import { Kysely, sql } from 'kysely'
import pg, { type Pool } from 'pg'
import { describe, expect, test } from 'vitest'
import { SluiceDialect } from '../../src/index.js'
import { failureOf, Numbers, open, type FaultTables } from './support/fault-database.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

const never = () => new Promise<void>(() => {})

describe.each(['onCreateConnection', 'onReserveConnection'] as const)('%s that never settles', (name) => {
  test('is not waited for any more when the database is closed', async () => {
    let called!: () => void
    const isCalled = new Promise<void>((resolve) => (called = resolve))
    const setUp = () => {
      called()
      return never()
    }
    const { db } = open(faults.url, { closeTimeoutMs: 50, [name]: setUp })
    const reading = failureOf(new Numbers(db).count())
    await isCalled
    await db.destroy()
    expect((await reading).message).toContain('The database was closed')
    await faults.observer.untilStates()
  })
})

test('who waits for a connection is told at once', async () => {
  const { db, pool } = open(faults.url, { closeTimeoutMs: 50 })
  let closed!: () => void
  const isClosed = new Promise<void>((resolve) => (closed = resolve))
  const holding = db.transaction().execute(async () => {
    const waiting = failureOf(new Numbers(db).count())
    while (pool.waitingCount === 0) await new Promise(setImmediate)
    const closing = db.destroy().then(closed)
    expect((await waiting).message).toContain('The database was closed while a connection was being taken')
    await closing
  })
  expect((await failureOf(holding)).message).toContain('still in use 50 ms later')
  await isClosed
})

test('a query before the end of a stream in the same transaction is cut', async () => {
  const { db } = open(faults.url, { closeTimeoutMs: 50 })
  const holding = failureOf(
    db.transaction().execute(async (trx) => {
      await new Numbers(db).using(trx).aiterator({ chunkSize: 5 }).next()
      await sql`select pg_sleep(60)`.execute(trx)
    }),
  )
  await faults.observer.untilAsleep()
  await db.destroy()
  expect((await holding).message).toContain('still in use 50 ms later')
})

test('a client that others have taken from the pool is not waited for without end', async () => {
  const { db, pool } = open(faults.url, { closeTimeoutMs: 50, max: 2 })
  await new Numbers(db).count()
  const client = await pool.connect()
  await db.destroy()
  await once(client.connection.stream, 'close')
})

test('a pool that comes after the end is ended, and who waited for it told', async () => {
  let give!: (pool: Pool) => void
  const pool = () => new Promise<Pool>((resolve) => (give = resolve))
  const dialect = new SluiceDialect({ pool, closeTimeoutMs: 50 })
  const db = new Kysely<FaultTables>({ dialect })
  const reading = failureOf(new Numbers(db).count())
  while ((give as unknown) === undefined) await new Promise(setImmediate)
  await db.destroy()
  expect((await reading).message).toContain('The database was closed')
  const late = new pg.Pool({ connectionString: faults.url })
  give(late)
  while (!late.ended) await new Promise(setImmediate)
})

test('a pool that does not come is waited for as long as a connection', async () => {
  const dialect = new SluiceDialect({ pool: () => new Promise<Pool>(() => {}), acquireTimeoutMs: 20 })
  const db = new Kysely<FaultTables>({ dialect })
  expect((await failureOf(new Numbers(db).count())).message).toContain('acquireTimeoutMs')
})
