import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { OptionError, TimeoutError, withLimits, type KyselyHandle } from '../../src/index.js'
import { failureOf, Numbers, open, Stalling, type NumberRow, type Opened } from './support/fault-database.js'
import { tableOf } from '../faults/tables.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()
const queryTimeoutMs = 150
const itemsOf = ({ db }: { readonly db: KyselyHandle }) =>
  tableOf<NumberRow>(db, 'items', { id: 'int4', payload: 'text' })
const slow = sql<boolean>`pg_sleep(30) is not null`

describe('queryTimeoutMs', () => {
  it.each<[string, (opened: Opened) => Promise<unknown>]>([
    ['count', ({ db }) => new Numbers(db).filter(() => slow).count()],
    ['toArray', ({ db }) => new Stalling(db).toArray()],
    ['get', ({ db }) => new Numbers(db).get(() => slow)],
    [
      'update',
      (opened) =>
        itemsOf(opened)
          .filter(() => slow)
          .update({ payload: 'y' }),
    ],
    ['free-hand SQL', ({ db }) => sql`select pg_sleep(30)`.execute(db)],
    ['free-hand SQL with parameters', ({ db }) => sql`select pg_sleep(${30})`.execute(db)],
    ['several statements', ({ db }) => sql`select 1; select pg_sleep(30)`.execute(db)],
  ])('ends %s on the server, and the connection is free', async (_, run) => {
    await using opened = open(faults.url, { queryTimeoutMs })
    await opened.db
      .insertInto('items')
      .values({ id: 1, payload: 'x' })
      .onConflict((on) => on.doNothing())
      .execute()
    const error = await failureOf(run(opened))
    expect(error).toMatchObject({
      code: 'QUERY_TIMEOUT',
      message: expect.stringContaining('queryTimeoutMs') as string,
    })
    expect(await faults.observer.states()).toEqual(['idle'])
    await faults.expectUsable(opened)
    expect(opened.pool.totalCount).toBe(1)
  })

  it('is a TimeoutError of free-hand SQL', async () => {
    await using opened = open(faults.url, { queryTimeoutMs })
    expect(await failureOf(sql`select pg_sleep(30)`.execute(opened.db))).toBeInstanceOf(TimeoutError)
  })

  it('counts from when a statement is at work, and not while it waits for others', async () => {
    await using opened = open(faults.url, { queryTimeoutMs })
    await opened.db.connection().execute(async (db) => {
      const sleeps = Array.from({ length: 4 }, () => sql`select pg_sleep(0.08)`.execute(db))
      expect(await Promise.all(sleeps)).toHaveLength(4)
    })
  })

  it('does not limit a stream, of which each fetch has its own limit', async () => {
    await using opened = open(faults.url, { queryTimeoutMs })
    const seen = []
    for await (const row of new Numbers(opened.db).filter({ id: { lte: 3 } }).aiterator({ chunkSize: 1 })) {
      await sleep(queryTimeoutMs / 2)
      seen.push(row.id)
    }
    expect(seen).toEqual([1, 2, 3])
    const fetch = sql<boolean>`case when id = 1 then pg_sleep(0.3) is not null end`
    const [first] = [...new Numbers(opened.db).filter(() => fetch).iterator()]
    expect(first?.id).toBe(1)
  })

  it('fails a transaction, whose COMMIT is then refused and whose first error surfaces', async () => {
    await using opened = open(faults.url, { queryTimeoutMs })
    const caught = await failureOf(
      opened.db.transaction().execute(async (trx) => {
        await trx.insertInto('items').values({ id: 50, payload: 'lost' }).execute()
        await sql`select pg_sleep(30)`.execute(trx).catch(() => {})
      }),
    )
    expect(caught).toMatchObject({ name: 'UsageError' })
    expect(caught.message).toContain('rolled back, not committed')
    const streamed = opened.db.transaction().execute(async (trx) => {
      const rows = new Stalling(trx).aiterator({ chunkSize: 5000, fetchTimeoutMs: 150 })
      expect(await failureOf(rows.next())).toMatchObject({ code: 'FETCH_TIMEOUT' })
    })
    expect((await failureOf(streamed)).message).toContain('rolled back, not committed')
    const thrown = opened.db.transaction().execute((trx) => sql`select pg_sleep(30)`.execute(trx))
    expect(await failureOf(thrown)).toMatchObject({ code: 'QUERY_TIMEOUT' })
    expect(await itemsOf(opened).filter({ id: 50 }).exists()).toBe(false)
  })

  it.each([0, -1, 1.5, '5', 2 ** 31])('refuses %j', (given) => {
    expect(() => open(faults.url, { queryTimeoutMs: given as number })).toThrow(OptionError)
  })
})

describe('withLimits', () => {
  it('limits what a repository runs, reads and writes, in a transaction or not, and nothing else', async () => {
    const log: string[] = []
    await using opened = open(faults.url, { log: ({ query }) => void log.push(query.sql) })
    const { db } = opened
    await db
      .insertInto('items')
      .values({ id: 1, payload: 'x' })
      .onConflict((on) => on.doNothing())
      .execute()
    const limited = { db: withLimits(db, { queryTimeoutMs }) }
    const expected = { name: 'QueryError', code: 'QUERY_TIMEOUT' }
    log.length = 0
    expect(await failureOf(new Numbers(limited.db).filter(() => slow).count())).toMatchObject(expected)
    expect(log).toHaveLength(1)
    const update = itemsOf(limited)
      .filter(() => slow)
      .update({ payload: 'y' })
    expect(await failureOf(update)).toMatchObject(expected)
    const inside = db.transaction().execute(async (trx) => {
      expect(
        await new Numbers(trx)
          .using(withLimits(trx, { queryTimeoutMs: 5000 }))
          .filter({ id: 1 })
          .count(),
      ).toBe(1)
      return new Numbers(trx)
        .filter(() => slow)
        .using(withLimits(trx, { queryTimeoutMs }))
        .first()
    })
    expect(await failureOf(inside)).toMatchObject(expected)
    expect(await itemsOf(limited).bulkCreate([{ id: 60, payload: 'x' }])).toHaveLength(1)
    expect(await itemsOf({ db }).filter({ id: 60 }).delete()).toBe(1)
    const ids: number[] = []
    for await (const { id } of new Numbers(limited.db).filter({ id: 1 }).aiterator()) ids.push(id)
    for (const { id } of new Numbers(limited.db).filter({ id: 2 }).iterator()) ids.push(id)
    expect(ids).toEqual([1, 2])
    await sql`select pg_sleep(0.3)`.execute(db)
    expect(() => withLimits(db, { queryTimeoutMs: 0 })).toThrow(OptionError)
  })

  it('comes before the limit of the dialect', async () => {
    await using opened = open(faults.url, { queryTimeoutMs })
    const longer = withLimits(opened.db, { queryTimeoutMs: 5000 })
    const rows = new Numbers(longer).filter(
      () => sql<boolean>`case when id = 1 then pg_sleep(0.4) is not null end`,
    )
    expect(await rows.toArray()).toHaveLength(1)
  })
})
