import { setTimeout as delay } from 'node:timers/promises'
import { CompiledQuery, Kysely, sql, type QueryExecutor } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { repositories } from '../../generated/index.js'
import { ConnectionError, SluiceDialect, UsageError, withLimits, withSettings } from '../../src/index.js'
import type { SluiceConnection } from '../../src/kysely/connection.js'
import { bindingOf } from '../../src/kysely/handle.js'
import { ownValues } from '../../src/kysely/own-values.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ schema: 'shop' })
})
afterAll(() => database.drop())

const SLOW = 'select pg_sleep(600), $1::int8 as a'

async function withDb(
  values: 'pg' | 'sluice',
  task: (db: Kysely<object>, pool: pg.Pool) => Promise<void>,
): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  const db = new Kysely<object>({ dialect: new SluiceDialect({ pool, values }) })
  try {
    await task(db, pool)
  } finally {
    await db.destroy()
  }
}

/** What Kysely 0.29 calls of a connection, which is ours whatever the version of Kysely. */
function onConnection<T>(db: Kysely<object>, task: (connection: SluiceConnection) => Promise<T>): Promise<T> {
  return db.getExecutor().provideConnection((given) => task(given as SluiceConnection))
}

async function running(): Promise<number> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and state = 'active' and query like '%pg_sleep(600)%' and pid <> pg_backend_pid()`,
  )
  await client.end()
  return rows[0]?.n ?? 0
}

const untilRuns = () => vi.waitFor(async () => expect(await running()).toBe(1), 10_000)
const untilGone = () => vi.waitFor(async () => expect(await running()).toBe(0), 10_000)

test.each(['pg', 'sluice'] as const)(
  'a query is cancelled, and its connection goes on: %s',
  async (values) => {
    await withDb(values, async (db, pool) => {
      await onConnection(db, async (connection) => {
        const failing = connection.executeQuery(CompiledQuery.raw(SLOW, [1]))
        const refused = expect(failing).rejects.toMatchObject({ code: '57014' })
        await untilRuns()
        await connection.cancelQuery()
        await refused
        await connection.cancelQuery()
        expect((await connection.executeQuery(CompiledQuery.raw('select 1 as a'))).rows).toEqual([{ a: 1 }])
      })
      expect([pool.totalCount, pool.idleCount]).toEqual([1, 1])
    })
  },
)

test('a query is cancelled also where it has not been sent yet', async () => {
  await withDb('pg', (db) =>
    onConnection(db, async (connection) => {
      const failing = connection.executeQuery(CompiledQuery.raw(SLOW, [1]))
      const refused = expect(failing).rejects.toMatchObject({ code: '57014' })
      await connection.cancelQuery()
      await refused
    }),
  )
})

test.each(['pg', 'sluice'] as const)('a session is killed, with nothing unhandled: %s', async (values) => {
  await withDb(values, async (db, pool) => {
    await onConnection(db, async (connection) => {
      await connection.killSession()
      const failing = connection.executeQuery(CompiledQuery.raw(SLOW, [1]))
      const refused = expect(failing).rejects.toThrow(ConnectionError)
      await untilRuns()
      await connection.killSession()
      await refused
      await untilGone()
    })
    expect(pool.totalCount).toBe(0)
    expect((await db.executeQuery(CompiledQuery.raw('select 1 as a'))).rows).toEqual([{ a: 1 }])
  })
})

test.each(['pg', 'sluice'] as const)('a stream is cancelled by its signal: %s', async (values) => {
  await withDb(values, async (db, pool) => {
    await onConnection(db, async (connection) => {
      const controller = new AbortController()
      const { signal } = controller
      const stream = connection.streamQuery(CompiledQuery.raw(SLOW, [1]), 10, { signal })
      const next = stream.next()
      await untilRuns()
      controller.abort(new Error('enough'))
      expect(await next).toMatchObject({ done: true })
      await stream.return?.()
      await untilGone()
    })
    expect((await db.executeQuery(CompiledQuery.raw('select 1 as a'))).rows).toEqual([{ a: 1 }])
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1])
  })
})

const takesSignals = executeOf().length > 1

/** Kysely 0.28 has no signals. */
function executeOf(): (...given: never[]) => unknown {
  const db = new Kysely<object>({ dialect: new SluiceDialect({ pool: new pg.Pool() }) })
  return db.getExecutor().executeQuery.bind(db.getExecutor())
}

/** What Kysely 0.29 takes, by the types of either version. */
const abortedBy = (signal: AbortSignal, strategy?: string) =>
  [{ signal, ...(strategy && { inflightQueryAbortStrategy: strategy }) }] as unknown as []

test.skipIf(!takesSignals).each(['ignore query', 'cancel query', 'kill session'])(
  "Kysely's signal and '%s' work",
  async (strategy) => {
    const printed = vi.spyOn(console, 'error').mockReturnValue(undefined)
    const seconds = strategy === 'ignore query' ? 1 : 600
    await withDb('pg', async (db, pool) => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const query = sql`select pg_sleep(${seconds})`.execute(db, ...abortedBy(controller.signal, strategy))
      const refused = expect(query).rejects.toBe(reason)
      await delay(300)
      controller.abort(reason)
      await refused
      await untilGone()
      expect((await sql`select 1 as a`.execute(db)).rows).toEqual([{ a: 1 }])
      expect(pool.totalCount).toBe(1)
    })
    printed.mockRestore()
  },
)

test.skipIf(!takesSignals)("Kysely's signal ends a stream() that waits, and prints nothing", async () => {
  const printed = vi.spyOn(console, 'error').mockReturnValue(undefined)
  await withDb('pg', async (db) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const stream = db.selectNoFrom([sql`pg_sleep(600)`.as('a')]).stream(...abortedBy(controller.signal))
    const refused = expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toBe(reason)
    await untilRuns()
    controller.abort(reason)
    await refused
    await untilGone()
    expect((await sql`select 1 as a`.execute(db)).rows).toEqual([{ a: 1 }])
  })
  expect(printed).not.toHaveBeenCalled()
  printed.mockRestore()
})

type Task = (executor: QueryExecutor) => Promise<void>

/** Whatever leads from a Kysely instance to one that says more of its statements. */
const ways: Readonly<Record<string, (db: Kysely<object>, task: Task) => Promise<void>>> = {
  'withLimits()': (db, task) => task(withLimits(db, { queryTimeoutMs: 300_000 }).getExecutor()),
  'withSettings()': (db, task) => withSettings(db, { 'app.tenant': 'a' }, (trx) => task(trx.getExecutor())),
  'withLimits() in withSettings()': (db, task) =>
    withSettings(db, { 'app.tenant': 'a' }, (trx) =>
      task(withLimits(trx, { queryTimeoutMs: 300_000 }).getExecutor()),
    ),
  'toKysely()': (db, task) => task(ownValues(bindingOf(db))),
}

test.each(Object.entries(ways))('its connections cancel what runs on them: %s', async (_, way) => {
  await withDb('pg', async (db, pool) => {
    const cancelled = way(db, (executor) =>
      executor.provideConnection(async (given) => {
        const connection = given as SluiceConnection
        const failing = connection.executeQuery(CompiledQuery.raw(SLOW, [1]))
        const refused = expect(failing).rejects.toMatchObject({ code: '57014' })
        await untilRuns()
        await connection.cancelQuery()
        await refused
        throw new Error('cancelled')
      }),
    )
    await expect(cancelled).rejects.toThrow('cancelled')
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1])
  })
})

test
  .skipIf(!takesSignals)
  .each(
    Object.entries(ways).flatMap(([name, way]) =>
      ['cancel query', 'kill session'].map((strategy) => [name, strategy, way] as const),
    ),
  )("Kysely's signal works: %s, '%s'", async (_, strategy, way) => {
  const printed = vi.spyOn(console, 'error').mockReturnValue(undefined)
  await withDb('pg', async (db) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const aborted = way(db, async (executor) => {
      const query = executor.executeQuery(
        CompiledQuery.raw(SLOW, [1]),
        ...abortedBy(controller.signal, strategy),
      )
      const refused = expect(query).rejects.toBe(reason)
      await untilRuns()
      controller.abort(reason)
      await refused
      throw reason
    })
    await expect(aborted).rejects.toBe(reason)
    await untilGone()
    expect((await sql`select 1 as a`.execute(db)).rows).toEqual([{ a: 1 }])
  })
  printed.mockRestore()
})

test.skipIf(!takesSignals).each(['withLimits()', 'toKysely()'])(
  "Kysely's signal ends the wait for a connection: %s",
  async (name) => {
    await withDb('pg', (db) =>
      onConnection(db, async () => {
        const reason = new Error('enough')
        await ways[name]?.(db, async (executor) => {
          const controller = new AbortController()
          const query = executor.executeQuery(CompiledQuery.raw('select 1'), ...abortedBy(controller.signal))
          const refused = expect(query).rejects.toBe(reason)
          controller.abort(reason)
          await refused
        })
      }),
    )
  },
)

test.skipIf(!takesSignals)('a queryset goes on as a Kysely query that takes a signal', async () => {
  const printed = vi.spyOn(console, 'error').mockReturnValue(undefined)
  await withDb('pg', async (db) => {
    await sql`insert into users (email, name) values ('a@example.com', 'Ada')`.execute(db)
    const controller = new AbortController()
    const reason = new Error('enough')
    const query = repositories(db)
      .users.toKysely()
      .select(sql`pg_sleep(600)`.as('slept'))
    const refused = expect(query.execute(...abortedBy(controller.signal, 'cancel query'))).rejects.toBe(
      reason,
    )
    await untilRuns()
    controller.abort(reason)
    await refused
    await untilGone()
  })
  printed.mockRestore()
})

test("pg's pipeline mode is refused by name", () => {
  const pool = new pg.Pool({ connectionString: database.url, pipeline: true })
  expect(() => new SluiceDialect({ pool })).toThrow(UsageError)
  expect(() => new SluiceDialect({ pool })).toThrow(/`pipeline: true`/)
})
