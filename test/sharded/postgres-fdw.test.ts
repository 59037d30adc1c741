import { Client, escapeLiteral } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, QueryError, type Database } from 'sluice'
import { createDatabase, startServer, type Server } from '../../codegen/server/index.js'
import { createTestDatabase } from '../support/database.js'
import {
  EVENT_COLUMNS,
  eventRows,
  Events,
  idsOf,
  NOTE_COLUMNS,
  noteRows,
  Notes,
  numbers,
  sorted,
} from './events.js'

const ROWS = 6000

interface Shard {
  readonly url: string
  readonly client: Client
  readonly drop: () => Promise<unknown>
}

let db: Database<object>
let events: Events
let notes: Notes
const shards: Shard[] = []
const closing: (() => Promise<unknown>)[] = []

async function openShard(server: Server | undefined, number: number): Promise<Shard> {
  const database =
    server === undefined
      ? await createTestDatabase()
      : await createDatabase(server, { name: `shard_${number}_${process.pid}` })
  const client = new Client({ connectionString: database.url, application_name: 'observer' })
  client.on('error', () => {})
  await client.connect()
  await client.query(`
    create table events (${EVENT_COLUMNS}, primary key (id));
    create table notes (${NOTE_COLUMNS}, primary key (event_id, nth))`)
  return { url: database.url, client, drop: () => client.end().then(() => database.drop()) }
}

function foreign({ url }: Shard, number: number): string {
  const { hostname, port, pathname, username, password } = new URL(url)
  const text = (part: string) => escapeLiteral(decodeURIComponent(part))
  const table = (name: string) => `
    create foreign table ${name}_${number} partition of ${name} for values with (modulus 3, remainder ${number})
      server shard_${number} options (table_name '${name}', batch_size '500', fetch_size '100');`
  return `
    create server shard_${number} foreign data wrapper postgres_fdw
      options (host ${text(hostname)}, port ${text(port)}, dbname ${text(pathname.slice(1))}, use_remote_estimate 'false');
    create user mapping for current_user server shard_${number}
      options (user ${text(username)}, password ${text(password)});
    ${table('events')} ${table('notes')}`
}

beforeAll(async () => {
  const database = await createTestDatabase()
  closing.push(() => database.drop())
  // The run's own is the first of three.
  const servers = await Promise.all([startServer(), startServer()])
  closing.push(() => Promise.all(servers.map((server) => server.stop())))
  for (const [number, server] of [undefined, ...servers].entries())
    shards.push(await openShard(server, number))
  closing.push(() => Promise.all(shards.map((shard) => shard.drop())))
  const client = new Client(database.url)
  await client.connect()
  await client.query(`
    create extension postgres_fdw;
    create table events (${EVENT_COLUMNS}) partition by hash (id);
    create table notes (${NOTE_COLUMNS}) partition by hash (event_id);
    ${shards.map(foreign).join('')}`)
  await client.end()
  db = connect({ connectionString: database.url, max: 5 })
  closing.push(() => db.close())
  events = new Events(db)
  notes = new Notes(db)
  expect(await events.bulkCreate(eventRows(ROWS))).toBe(ROWS)
  expect(await notes.bulkCreate(noteRows(ROWS))).toBe(ROWS / 1.5)
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

/** On each shard the sessions of others that are in the middle of something. */
async function busy(): Promise<string[]> {
  const asked = shards.map(({ client }) =>
    client.query<{ state: string }>(
      `select state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
       and backend_type = 'client backend' and state <> 'idle'`,
    ),
  )
  return (await Promise.all(asked)).flatMap(({ rows }) => rows.map(({ state }) => state))
}

describe('a table that is sharded over three servers by postgres_fdw', () => {
  it('has what was written through it, each row on one of them', async () => {
    const counts = await Promise.all(
      shards.map(async ({ client }) => {
        const { rows } = await client.query<{ count: number }>('select count(*)::int4 as count from events')
        return rows[0]?.count ?? 0
      }),
    )
    expect(counts.reduce((sum, each) => sum + each)).toBe(ROWS)
    for (const count of counts) expect(count).toBeGreaterThan(ROWS / 4)
  })

  it('is streamed in one order, each row once and as it was written', async () => {
    const read: unknown[] = []
    for await (const event of events.orderBy('id').aiterator({ chunkSize: 700 })) read.push(event)
    expect(read).toEqual([...eventRows(ROWS)])
    expect(await busy()).toEqual([])
  })

  it('is streamed synchronously', () => {
    const read: number[] = []
    for (const { id } of events.filter({ kind: 'buy' }).orderBy('id').iterator()) read.push(Number(id))
    expect(read).toEqual(numbers(ROWS).filter((n) => n % 3 === 2))
  })

  it('is streamed with what belongs to its rows, which is on whichever server', async () => {
    let at = 0
    for await (const event of events.orderBy('id').prefetchRelated('notes').aiterator({ chunkSize: 900 })) {
      const texts = event.notes.map(({ text }) => text).sort()
      expect(texts).toEqual(at % 3 === 0 ? [`note 1 of ${at}`, `note 2 of ${at}`] : [])
      at++
    }
    expect(at).toBe(ROWS)
  })

  it('is parted, and its parts are read beside each other', async () => {
    const parts = await events.partitions(4)
    const read = await Promise.all(
      parts.map(async (part) => {
        const ids: number[] = []
        for await (const { id } of part.aiterator()) ids.push(Number(id))
        return ids
      }),
    )
    expect(sorted(read)).toEqual(numbers(ROWS))
    for (const part of read) expect(Math.abs(part.length - ROWS / 4)).toBeLessThan(ROWS / 20)
    expect(await busy()).toEqual([])
  })

  it('gives pages, aggregates and single rows', async () => {
    const first = await events.orderBy('-id').page({ size: 10 })
    const second = await events.orderBy('-id').page({ size: 10, after: first.next })
    expect(idsOf([...first.rows, ...second.rows])).toEqual(numbers(ROWS).slice(-20).reverse())
    expect(await events.filter({ payload: { isNull: true } }).count()).toBe(ROWS / 5)
    expect(await events.get({ id: 4711n })).toMatchObject({
      id: 4711n,
      payload: { n: 4711, of: ['é', 4711] },
    })
  })

  it('is updated, deleted from and inserted into within a transaction', async () => {
    const undone = new Error('undo')
    const writing = db.transaction().execute(async (trx) => {
      const inside = events.using(trx)
      expect(await inside.filter({ id: { lt: 600n } }).update({ kind: 'changed' })).toBe(600)
      expect(await inside.filter({ id: { gte: 5400n } }).delete()).toBe(600)
      await inside.create({ id: 9_000n, kind: 'new', at: new Date(0), payload: null })
      let changed = 0
      for await (const _ of inside.filter({ kind: { in: ['changed', 'new'] } }).aiterator({ chunkSize: 50 }))
        changed++
      expect([changed, await inside.count()]).toEqual([601, 5401])
      throw undone
    })
    await expect(writing).rejects.toBe(undone)
    expect(await events.count()).toBe(ROWS)
    expect(await events.filter({ kind: 'changed' }).count()).toBe(0)
  })

  it('leaves no session of a shard in a transaction when a loop is left', async () => {
    for await (const _ of events.orderBy('id').aiterator({ chunkSize: 10 })) break
    for (const _ of events.orderBy('id').iterator({ chunkSize: 10 })) break
    expect(await busy()).toEqual([])
  })

  it('says so when a shard goes away in the middle, and goes on when it is back', async () => {
    const loop = async () => {
      let seen = 0
      for await (const _ of events.orderBy('id').aiterator({ chunkSize: 100 }))
        if (++seen === 150)
          await shards[1]?.client.query(
            `select pg_terminate_backend(pid, 5000) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
          )
      return seen
    }
    await expect(loop()).rejects.toBeInstanceOf(QueryError)
    expect(await events.count()).toBe(ROWS)
  })
})
