import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connect, QueryError, type Database, type KyselyHandle } from 'sluice'
import { tableOf } from '../faults/tables.js'
import {
  createTestDatabase,
  hasServerLog,
  serverLog,
  type LoggedStatement,
  type TestDatabase,
} from '../support/database.js'
import { openLine, type Line } from '../support/line.js'

const ONE_WAY_MS = 20
const ROWS = 600
const GOOD_ROWS = 315
/** The COMMIT of a loop that is left. */
const CLOSING = 1
const FORMS = ['aiterator', 'iterator'] as const

let database: TestDatabase
let line: Line
let db: Database<object>
let observer: Client

const table = (name: string, handle: KyselyHandle = db) =>
  tableOf<{ id: number; body: string }>(handle, name, { id: 'int4', body: 'text' })

beforeAll(async () => {
  database = await createTestDatabase()
  observer = new Client(database.url)
  await observer.connect()
  await observer.query(`
    create view numbers as select n as id, repeat('x', 1000) as body from generate_series(1, ${ROWS}) n;
    create view failing as select id, body || 0 / (${GOOD_ROWS + 1} - id) as body from numbers`)
  line = await openLine(database.url, ONE_WAY_MS)
  db = connect<object>({ connectionString: line.url, max: 1 })
  // The connections are there, and the worker.
  for (const form of FORMS) for await (const _ of table('numbers')[form]()) break
})
beforeEach(() => line.reset())
afterAll(async () => {
  await db.close()
  await line[Symbol.asyncDispose]()
  await observer.end()
  await database.drop()
})

async function statesOfOthers(): Promise<string[]> {
  const { rows } = await observer.query<{ state: string }>(
    `select state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
     and backend_type = 'client backend'`,
  )
  return rows.map(({ state }) => state)
}

describe.each(FORMS)('far from its server, a loop over %s', (form) => {
  const pause = (ms: number) => {
    if (form === 'aiterator') return sleep(ms)
    return void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  }

  it.each([
    ['with a chunk size', { chunkSize: 10 }],
    // Of that an eighth is for a fetch, and of iterator() three quarters are for the other thread.
    ['without one', { maxBytes: (form === 'iterator' ? 4 : 1) * 80_000 }],
  ])('has several fetches of one query on their way, %s', async (_, options) => {
    const log = hasServerLog ? serverLog(database) : undefined
    const mark = (await log?.mark()) ?? 0
    let read = 0
    for await (const { id } of table('numbers')[form](options)) expect(id).toBe(++read)
    expect(read).toBe(ROWS)
    const { requests, most, trips } = line.counts
    expect(requests).toBeGreaterThan(ROWS / 10)
    expect(most).toBeGreaterThan(3)
    // Two at a time, they would be half of the requests.
    expect(trips).toBeLessThan(requests / 2.5)
    const reads = (await log?.statementsSince(mark))?.filter(({ sql }) => sql.includes('"numbers"'))
    const count = (kind: LoggedStatement['kind']) => reads?.filter((read) => read.kind === kind).length
    if (reads !== undefined) expect([count('execute'), count('simple')]).toEqual([1, 0])
  })

  it('asks for no more at a time than the stream may hold', async () => {
    const maxBytes = (form === 'iterator' ? 4 : 1) * 42_000
    let read = 0
    for await (const _ of table('numbers')[form]({ chunkSize: 10, maxBytes })) read++
    expect(read).toBe(ROWS)
    // Of 10 kB each; the one whose rows come next is not ahead.
    expect(line.counts.most).toBeLessThanOrEqual(5)
  })

  it('that is slower than the line has one chunk ahead', async () => {
    let chunks = 0
    for await (const _ of table('numbers')[form]({ chunkSize: 10, batchYieldSize: 10 })) {
      await pause(8 * ONE_WAY_MS)
      if (++chunks === 8) break
    }
    // Of iterator() one more is on its way from the other thread.
    expect(line.counts.requests).toBeLessThanOrEqual(chunks + (form === 'iterator' ? 2 : 1) + CLOSING)
  })

  it('is left with fetches on their way, and frees its connection', async () => {
    for (const most of [200, 201]) {
      let read = 0
      for await (const { id } of table('numbers')[form]({ chunkSize: 4 })) {
        expect(id).toBe(++read)
        if (read === most) break
      }
      expect(read).toBe(most)
      expect(line.counts.most).toBeGreaterThan(3)
      expect(new Set(await statesOfOthers())).toEqual(new Set(['idle']))
      expect(await table('numbers').count()).toBe(ROWS)
    }
  })

  it('ends by the error that a fetch meets, after all rows before', async () => {
    let read = 0
    const loop = (async () => {
      for await (const { id } of table('failing')[form]({ chunkSize: 5 })) expect(id).toBe(++read)
    })()
    await expect(loop).rejects.toMatchObject({ sqlState: '22012' })
    await expect(loop).rejects.toBeInstanceOf(QueryError)
    expect(read).toBe(GOOD_ROWS)
    expect(await table('numbers').count()).toBe(ROWS)
  })
})

describe('far from its server, a loop in a transaction', () => {
  it('has several fetches on their way, and other queries of the transaction between them', async () => {
    await db.transaction().execute(async (trx) => {
      let read = 0
      for await (const { id } of table('numbers', trx).aiterator({ chunkSize: 5 })) {
        expect(id).toBe(++read)
        if (read % 150 !== 0) continue
        const { rows } = await sql`select ${id}::int4 as id`.execute(trx)
        expect(rows).toEqual([{ id }])
      }
      expect(read).toBe(ROWS)
    })
    expect(line.counts.most).toBeGreaterThan(3)
  })

  it('is left with fetches on their way, and the transaction goes on', async () => {
    await db.transaction().execute(async (trx) => {
      let read = 0
      for await (const _ of table('numbers', trx).aiterator({ chunkSize: 5 })) if (++read === 250) break
      expect(line.counts.open).toBe(0)
      expect(await table('numbers', trx).count()).toBe(ROWS)
    })
    expect(line.counts.most).toBeGreaterThan(3)
  })
})
