import assert from 'node:assert/strict'
import { sql, type Kysely } from 'kysely'
import { QueryError, TimeoutError } from '../../../src/index.js'
import {
  failureOf,
  Numbers,
  ROWS,
  type FaultTables,
  type NumberRow,
} from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import { openBehindProxy } from '../outside-proxy.js'
import type { ProxyCommand } from '../proxy-thread.js'
import type { Scenario } from '../scenario.js'
import { relatedNumbers, tableOf } from '../tables.js'

/** Long enough for a busy machine, as the same pool is to work again afterwards. */
const LIMIT_MS = 300
/** For a server that answers to answer, on a busy machine. */
const ANSWER_MS = 1500
/** What is sent either way goes nowhere, also on new connections, and nobody is told. */
const HOLE: ProxyCommand = { fromServer: 'vanish', toServer: 'vanish', newcomers: 'ignored' }
const PASSAGE: ProxyCommand = { fromServer: 'passed', toServer: 'passed', newcomers: 'served' }

/** What is under way when all bytes begin to vanish: `vanish` makes them do so. */
type Operation = (db: Kysely<FaultTables>, vanish: () => Promise<void>) => Promise<unknown>

const items = (db: Kysely<FaultTables>) => tableOf<NumberRow>(db, 'items', { id: 'int4', payload: 'text' })

const after =
  (run: (db: Kysely<FaultTables>) => Promise<unknown>): Operation =>
  async (db, vanish) => {
    await vanish()
    return run(db)
  }

/** Fails in a transaction, after what it has done so far. */
const within =
  (run: (trx: Kysely<FaultTables>, vanish: () => Promise<void>) => Promise<unknown>): Operation =>
  (db, vanish) =>
    db.transaction().execute((trx) => run(trx, vanish))

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['`count()`', after((db) => new Numbers(db).count())],
  ['`get()`', after((db) => new Numbers(db).get({ id: 1 }))],
  ['`toArray()`', after((db) => new Numbers(db).toArray())],
  [
    '`toArray()` that prefetches',
    after((db) => relatedNumbers(db).filter({ id: 1 }).prefetchRelated('same').toArray()),
  ],
  ['`create()`', after((db) => items(db).create({ id: 30_000, payload: 'x' }))],
  ['`bulkCreate()`', after((db) => items(db).bulkCreate([{ id: 30_001, payload: 'x' }], { batchSize: 1 }))],
  [
    '`create()` in a transaction',
    within(async (trx, vanish) => {
      await vanish()
      await items(trx).create({ id: 30_002, payload: 'x' })
    }),
  ],
  ['free-hand SQL', after((db) => sql`select 1`.execute(db))],
  ['free-hand SQL with parameters', after((db) => sql`select ${1}::int`.execute(db))],
  ['BEGIN', after((db) => db.transaction().execute(() => Promise.resolve()))],
  [
    'COMMIT',
    within(async (trx, vanish) => {
      await items(trx).create({ id: 30_003, payload: 'x' })
      await vanish()
    }),
  ],
  [
    'the Describe of a stock `stream()`',
    after(async (db) => {
      const { error } = await loop(db.selectFrom('numbers').selectAll().stream(10))
      if (error !== undefined) throw error
    }),
  ],
])

function codeOf(error: Error): string {
  const named = error instanceof QueryError || error instanceof TimeoutError
  return named && error.code.endsWith('_TIMEOUT') ? `${nameOf(error)} \`${error.code}\`` : nameOf(error)
}

/** All operations by how they failed. */
function grouped(outcomes: ReadonlyMap<string, string>): string {
  const names = new Map<string, string[]>()
  for (const [name, outcome] of outcomes) names.set(outcome, [...(names.get(outcome) ?? []), name])
  return [...names].map(([outcome, group]) => `${outcome} from ${group.join(', ')}`).join('; ')
}

const vanishingUnder = (fault: string, limits: object, expected: RegExp): Scenario => ({
  fault,
  deadlineMs: 120_000,
  async run(world) {
    const { db, proxy } = await openBehindProxy(world, { closeTimeoutMs: LIMIT_MS, ...limits })
    const outcomes = new Map<string, string>()
    for (const [name, run] of operations) {
      await sql`select 1`.execute(db)
      const error = await failureOf(run(db, () => proxy.tell(HOLE)))
      await proxy.tell(PASSAGE)
      assert.match(error.message, expected, name)
      outcomes.set(name, codeOf(error))
    }
    const written = await items(db)
      .filter({ id: { lte: 40_000 } })
      .toArray()
    assert.deepEqual(
      written.filter(({ id }) => id >= 30_000),
      [],
    )
    return grouped(outcomes)
  },
})

/** All bytes vanish under what is not streamed. */
export const vanishing: readonly Scenario[] = [
  vanishingUnder(
    'All bytes vanish under what is not streamed; with `queryTimeoutMs`',
    { queryTimeoutMs: LIMIT_MS },
    /queryTimeoutMs/,
  ),
  vanishingUnder(
    'All bytes vanish under what is not streamed, and nothing is limited',
    { silenceTimeoutMs: LIMIT_MS, connectTimeoutMs: ANSWER_MS },
    /silenceTimeoutMs/,
  ),
  {
    fault: 'All bytes vanish under a fetch, and nothing is limited',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world, {
        silenceTimeoutMs: LIMIT_MS,
        connectTimeoutMs: ANSWER_MS,
        closeTimeoutMs: LIMIT_MS,
      })
      const outcomes: string[] = []
      for (const form of ['aiterator', 'iterator'] as const) {
        const { rows, error } = await loop(new Numbers(db)[form]({ chunkSize: 100 }), async (_, count) => {
          if (count === 150) await proxy.tell(HOLE)
        })
        await proxy.tell(PASSAGE)
        assert.ok(rows >= 200 && rows < ROWS, String(rows))
        assert.match(error?.message ?? '', /silenceTimeoutMs/)
        outcomes.push(nameOf(error))
      }
      assert.equal(outcomes[0], outcomes[1])
      return `${outcomes[0]}, which names \`silenceTimeoutMs\`; \`iterator\` the same`
    },
  },
  {
    fault: 'The server is at work for longer than `silenceTimeoutMs`',
    async run(world) {
      const { db } = await openBehindProxy(world, { silenceTimeoutMs: LIMIT_MS })
      const { rows } = await sql<{ done: number }>`select 1 as done from pg_sleep(1.5)`.execute(db)
      assert.deepEqual(rows, [{ done: 1 }])
      return 'no error: it answers when asked over another connection'
    },
  },
]
