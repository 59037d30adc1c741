import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { Kysely, sql } from 'kysely'
import pg, { type PoolClient } from 'pg'
import { expect, test } from 'vitest'
import { SluiceDialect } from '../../src/index.js'
import { drain, Numbers, open, ROWS, type FaultTables } from './support/fault-database.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

const listenersOf = (emitter: EventEmitter): number =>
  emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0)

test('listeners do not grow with the dialects that are made on a pool', async () => {
  const pool = new pg.Pool({ connectionString: faults.url, max: 1 })
  const makers: unknown[] = []
  const counts: number[][] = []
  const round = async (): Promise<void> => {
    const db = new Kysely<FaultTables>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
    expect(await drain(new Numbers(db).aiterator())).toBe(ROWS)
    const client = await pool.connect()
    const { connection } = client
    counts.push([pool, client, connection, connection.stream as Socket].map(listenersOf))
    client.release()
    makers.push((pool as unknown as { Client: unknown }).Client)
  }
  for (let index = 0; index < 5; index++) await round()
  expect(counts).toEqual(counts.map(() => counts[0]))
  expect(new Set(makers).size).toBe(1)
  await pool.end()
})

test('a connection is not given back while a query on it is under way, which may begin a transaction', async () => {
  await using opened = open(faults.url)
  const { db } = opened
  await db.connection().execute((pinned) => {
    void sql`begin`.execute(pinned)
    return Promise.resolve()
  })
  await db.insertInto('items').values({ id: 1, payload: 'kept' }).execute()
  expect(await faults.observer.query('select id from items where id = 1')).toEqual([{ id: 1 }])
})

test('a client that others gave back in the middle of a transaction is not used', async () => {
  await using opened = open(faults.url)
  const { db, pool } = opened
  await new Numbers(db).count()
  const client: PoolClient = await pool.connect()
  await client.query('begin')
  client.release()
  await db.insertInto('items').values({ id: 2, payload: 'kept' }).execute()
  expect(await faults.observer.query('select id from items where id = 2')).toEqual([{ id: 2 }])
  await faults.expectUsable(opened)
})
