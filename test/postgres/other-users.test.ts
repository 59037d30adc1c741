import { EventEmitter, once } from 'node:events'
import { Kysely, sql } from 'kysely'
import pg, { type Client, type PoolClient, type PoolConfig } from 'pg'
import { describe, expect, test } from 'vitest'
import { SluiceDialect } from '../../src/index.js'
import { drain, failureOf, Numbers, ROWS, Stalling, type FaultTables } from './support/fault-database.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

/** A database on a pool that its owner sets up before ours sees it. */
function openOn(pool: pg.Pool) {
  const db = new Kysely<FaultTables>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
  return { db, pool, [Symbol.asyncDispose]: () => db.destroy() }
}

const poolOf = (settings: PoolConfig = {}) => new pg.Pool({ connectionString: faults.url, ...settings })

/** Without waiting for it; should the connection end first, nobody cares. */
function send(client: Client, text: string, values?: unknown[]): void {
  client.query(text, values).catch(() => undefined)
}

const setting = async (db: Kysely<FaultTables>, name: string) =>
  (await sql<{ value: string }>`select current_setting(${name}) as value`.execute(db)).rows[0]?.value

/** A client that sends something of its own before anyone is told that it is connected. */
class ChattyClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    this.once('connect', () => void this.query("set application_name = 'chatty'"))
  }
}

/** What those who share a pool do with each new client, without anyone waiting for it. */
const habits: [string, (pool: pg.Pool) => void][] = [
  [
    'a listener that sets a limit',
    (pool) => pool.on('connect', (c) => send(c, "set statement_timeout = '1min'")),
  ],
  [
    'two listeners with several queries each',
    (pool) => {
      for (const name of ['one', 'two']) {
        pool.on('connect', (c) => {
          send(c, `set application_name = '${name}'`)
          send(c, 'select $1::text', [name])
        })
      }
    },
  ],
  [
    'a listener whose query takes a while',
    (pool) => pool.on('connect', (c) => send(c, 'select pg_sleep(0.2)')),
  ],
  ['a listener that listens', (pool) => pool.on('connect', (c) => send(c, 'listen changes'))],
  [
    'a listener whose query fails',
    (pool) => pool.on('connect', (c) => void c.query('select no_such_column').catch(() => undefined)),
  ],
  [
    'a listener of each acquisition',
    (pool) => pool.on('acquire', (c) => send(c, "set lock_timeout = '10s'")),
  ],
  [
    'a listener that goes on when its first query is answered',
    (pool) => pool.on('connect', (c) => void c.query('select 1').then(() => send(c, "set work_mem = '8MB'"))),
  ],
  [
    'a pool that verifies its clients',
    (pool) => {
      const { options } = pool as unknown as {
        options: { verify: (client: PoolClient, done: () => void) => void }
      }
      options.verify = (client, done) =>
        void client.query("set statement_timeout = '2min'").then(() => done(), done)
    },
  ],
]

describe.each(habits)('beside %s', (_, adopt) => {
  test('streams, reads and writes are whole on each new connection', async () => {
    const pool = poolOf({ max: 4 })
    adopt(pool)
    await using opened = openOn(pool)
    const { db } = opened
    const streams = Array.from({ length: 4 }, () => drain(new Numbers(db).aiterator({ chunkSize: 7 })))
    expect(await Promise.all(streams)).toEqual(streams.map(() => ROWS))
  })

  test('a first stream with a signal and a limit meets neither by the work of others', async () => {
    const pool = poolOf({ max: 1 })
    adopt(pool)
    await using opened = openOn(pool)
    const { signal } = new AbortController()
    expect(await drain(new Numbers(opened.db).aiterator({ signal, fetchTimeoutMs: 150 }))).toBe(ROWS)
  })

  test('a first write is in the database', async () => {
    const pool = poolOf({ max: 1 })
    adopt(pool)
    await using opened = openOn(pool)
    const id = 1000 + habits.findIndex(([, each]) => each === adopt)
    await opened.db.insertInto('items').values({ id, payload: 'kept' }).execute()
    expect(await faults.observer.query(`select id from items where id = ${id}`)).toEqual([{ id }])
  })
})

test('what a listener sets holds for our first query', async () => {
  const pool = poolOf({ max: 1 })
  pool.on('connect', (c) => send(c, "set statement_timeout = '77s'"))
  await using opened = openOn(pool)
  expect(await setting(opened.db, 'statement_timeout')).toBe('77s')
})

test('clients of a class of their own may talk before us', async () => {
  const pool = poolOf({ max: 1, Client: ChattyClient })
  await using opened = openOn(pool)
  expect(await drain(new Numbers(opened.db).aiterator())).toBe(ROWS)
  expect(await setting(opened.db, 'application_name')).toBe('chatty')
})

test("a signal that ends a stream behind a listener's query leaves that query alone", async () => {
  const pool = poolOf({ max: 1 })
  const listeners = new EventEmitter()
  pool.on('connect', (c) => {
    c.query('select pg_sleep(0.5)').then(
      () => listeners.emit('ended', 'answered'),
      (error: Error) => listeners.emit('ended', error.message),
    )
  })
  await using opened = openOn(pool)
  const ended = once(listeners, 'ended')
  const controller = new AbortController()
  const reading = failureOf(drain(new Numbers(opened.db).aiterator({ signal: controller.signal })))
  await faults.observer.untilAsleep()
  controller.abort(new Error('enough'))
  expect((await reading).message).toBe('enough')
  expect(await ended).toEqual(['answered'])
  expect(await drain(new Numbers(opened.db).aiterator())).toBe(ROWS)
})

test('a limit still ends what is ours behind the query of a listener', async () => {
  const pool = poolOf({ max: 1 })
  pool.on('connect', (c) => send(c, 'select pg_sleep(0.2)'))
  await using opened = openOn(pool)
  const reading = drain(new Stalling(opened.db).aiterator({ chunkSize: 2500, fetchTimeoutMs: 300 }))
  expect(await failureOf(reading)).toMatchObject({ code: 'FETCH_TIMEOUT' })
})

/** What somebody leaves on a client that he gives back without waiting. */
const leftovers: [string, (client: Client) => void][] = [
  ['a BEGIN', (client) => send(client, 'begin')],
  [
    'a BEGIN behind a slow query',
    (client) => {
      send(client, 'select pg_sleep(0.2)')
      send(client, 'begin')
    },
  ],
  [
    'a transaction that failed',
    (client) => {
      send(client, 'begin')
      client.query('select no_such_column').catch(() => undefined)
    },
  ],
  [
    'a transaction that is over by then',
    (client) => {
      send(client, 'begin')
      send(client, 'commit')
    },
  ],
]

describe.each(leftovers)('after a client was given back with %s under way', (name, leave) => {
  const id = 2000 + leftovers.findIndex(([each]) => each === name)

  test('a write that reports success is in the database', async () => {
    const pool = poolOf({ max: 1 })
    await using opened = openOn(pool)
    const { db } = opened
    await new Numbers(db).count()
    const client = await pool.connect()
    leave(client)
    client.release()
    await db.insertInto('items').values({ id, payload: 'kept' }).execute()
    expect(await faults.observer.query(`select id from items where id = ${id}`)).toEqual([{ id }])
  })

  test('a stream is whole and in a transaction of its own', async () => {
    const pool = poolOf({ max: 1 })
    await using opened = openOn(pool)
    const client = await pool.connect()
    leave(client)
    client.release()
    expect(await drain(new Numbers(opened.db).aiterator({ chunkSize: 5 }))).toBe(ROWS)
  })
})

test('a client that was left in a transaction before there was a dialect is not used', async () => {
  const pool = poolOf({ max: 1 })
  const client = await pool.connect()
  await client.query('begin')
  client.release()
  await using opened = openOn(pool)
  await opened.db.insertInto('items').values({ id: 4000, payload: 'kept' }).execute()
  expect(await faults.observer.query('select id from items where id = 4000')).toEqual([{ id: 4000 }])
})

test('who has the client of a stream in the loop may query it, and is answered in turn', async () => {
  const pool = poolOf({ max: 1 })
  let held: PoolClient | undefined
  pool.on('acquire', (client) => (held = client))
  await using opened = openOn(pool)
  const answers: Promise<pg.QueryResult<{ n: number }>>[] = []
  let rows = 0
  for await (const _ of new Numbers(opened.db).aiterator({ chunkSize: 3 })) {
    if (rows++ % 4 === 0 && held !== undefined) answers.push(held.query('select 1 as n'))
  }
  expect(rows).toBe(ROWS)
  expect((await Promise.all(answers)).map((each) => each.rows[0]?.n)).toEqual(answers.map(() => 1))
})
