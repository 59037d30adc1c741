import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { connect, OptionError, type IteratorOptions } from '../../src/index.js'
import { relatedNumbers, tableOf } from '../faults/tables.js'
import {
  failureOf,
  Numbers,
  open,
  type NumberRow,
  type Opened,
  type OpenOptions,
} from './support/fault-database.js'
import { startProxy } from './support/proxy.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()
const retry = { attempts: 8, delayMs: 20, maxDelayMs: 100 }
const FAILING_MS = 150
const FOR_LONG_MS = 120_000

beforeAll(async () => {
  await faults.observer.query(`
    create table failing_until (until timestamptz not null, how text not null);
    insert into failing_until values (now(), '');
    create function flaky() returns boolean language plpgsql volatile as $$
    declare way text;
    begin
      select how into way from failing_until where until > clock_timestamp();
      if way = 'killed' then perform pg_terminate_backend(pg_backend_pid()), pg_sleep(5); end if;
      if way <> '' then raise exception 'on purpose' using errcode = way; end if;
      return true;
    end $$`)
})

/** Makes `flaky()` fail for a while, by a SQLSTATE or by killing its session. */
async function fail(how: string, ms = FAILING_MS): Promise<void> {
  await faults.observer.query(
    `update failing_until set how = '${how}', until = clock_timestamp() + interval '${ms} ms'`,
  )
}

const some = ({ db }: Opened) =>
  new Numbers(db).filter((eb) =>
    eb.and([eb('id', '<=', 3), sql<boolean>`case when id = 1 then flaky() else true end`]),
  )

async function all(rows: AsyncIterable<NumberRow> | Iterable<NumberRow>): Promise<number[]> {
  const ids: number[] = []
  for await (const { id } of rows) ids.push(id)
  return ids
}

const ways: readonly [string, (opened: Opened, options?: IteratorOptions) => Promise<unknown>][] = [
  ['toArray', async (opened) => all(await some(opened).toArray())],
  ['aiterator', (opened) => all(some(opened).aiterator({ chunkSize: 1 }))],
  ['iterator', (opened) => all(some(opened).iterator({ chunkSize: 1 }))],
]

describe('retry', () => {
  describe.each(['killed', '40001', '53200'])('after %s', (how) => {
    it.each(ways)('repeats %s until it succeeds', async (_, run) => {
      await using opened = open(faults.url, { retry })
      // Starts the worker.
      await run(opened)
      await fail(how)
      expect(await run(opened)).toEqual([1, 2, 3])
    })

    it.each(ways)('gives %s up after so many attempts, and says how many', async (_, run) => {
      await using opened = open(faults.url, { retry: { attempts: 3, delayMs: 5 } })
      await fail(how, FOR_LONG_MS)
      const error = await failureOf(run(opened))
      expect(error).toMatchObject({ name: 'QueryError', attempts: 3, isRetryable: true, rowsDelivered: 0 })
      expect(error.message).toContain('tried 3 times')
      await fail('', 0)
      await faults.expectUsable(opened)
    })

    it.each(ways)('leaves %s alone by default', async (_, run) => {
      await using opened = open(faults.url)
      await fail(how, FOR_LONG_MS)
      expect(await failureOf(run(opened))).toMatchObject({ attempts: 1 })
      await fail('', 0)
    })
  })

  it.each(ways)('does not repeat %s for what will fail again', async (_, run) => {
    await using opened = open(faults.url, { retry: { attempts: 5, delayMs: 5000 } })
    await fail('22012', FOR_LONG_MS)
    expect(await failureOf(run(opened))).toMatchObject({ attempts: 1, isRetryable: false })
    await fail('', 0)
  })

  it('repeats count(), first() and what is prefetched', async () => {
    await using opened = open(faults.url, { retry })
    await fail('40001')
    expect(await some(opened).count()).toBe(3)
    await fail('40001')
    expect(await some(opened).orderBy('id').first()).toMatchObject({ id: 1 })
    let cuts = 2
    await using proxy = await startProxy(faults.url)
    await using behind = open(proxy.url, { retry })
    proxy.relayToServer = (bytes, to) => {
      // A query by keys is that of a prefetch.
      if (bytes.includes('any(') && cuts-- > 0) to.destroy()
      else to.write(bytes)
    }
    const numbers = relatedNumbers(behind.db)
      .filter({ id: { lte: 2 } })
      .prefetchRelated('same')
    expect(await numbers.toArray()).toHaveLength(2)
    cuts = 2
    expect(await all(numbers.aiterator())).toEqual([1, 2])
    expect(cuts).toBeLessThan(0)
    cuts = 100
    expect(await failureOf(numbers.filter({ id: { lte: 1 } }).toArray())).toMatchObject({
      attempts: retry.attempts,
    })
  })

  it('does not repeat a stream after its first row, or one that may write', async () => {
    await using opened = open(faults.url, { retry })
    const rows = new Numbers(opened.db).filter((eb) =>
      eb.and([eb('id', '<=', 3), sql<boolean>`case when id = 3 then flaky() else true end`]),
    )
    await fail('40001', FOR_LONG_MS)
    expect(await failureOf(all(rows.aiterator({ chunkSize: 1 })))).toMatchObject({
      attempts: 1,
      rowsDelivered: 2,
    })
    expect(await failureOf(all(rows.iterator({ chunkSize: 1 })))).toMatchObject({
      attempts: 1,
      rowsDelivered: 2,
    })
    const writing = some(opened)
    expect(await failureOf(all(writing.aiterator({ readOnly: false })))).toMatchObject({ attempts: 1 })
    expect(await failureOf(all(writing.iterator({ readOnly: false })))).toMatchObject({ attempts: 1 })
    await fail('', 0)
  })

  it('does not repeat anything in a transaction or on a pinned connection, nor a write', async () => {
    await using opened = open(faults.url, { retry })
    await fail('40001', FOR_LONG_MS)
    const inside = opened.db.transaction().execute((db) => some({ ...opened, db }).toArray())
    expect(await failureOf(inside)).toMatchObject({ attempts: 1 })
    const pinned = opened.db.connection().execute((db) => some({ ...opened, db }).toArray())
    expect(await failureOf(pinned)).toMatchObject({ attempts: 1 })
    const items = tableOf<NumberRow>(opened.db, 'items', { id: 'int4', payload: 'text' })
    await opened.db.insertInto('items').values({ id: 1, payload: 'x' }).execute()
    const written = items.filter(() => sql<boolean>`flaky()`).update({ payload: 'y' })
    expect(await failureOf(written)).toMatchObject({ attempts: 1, isRetryable: true })
    await opened.db.deleteFrom('items').execute()
    await fail('', 0)
  })

  describe('of connecting', () => {
    const refused = async (options: OpenOptions, ms = FAILING_MS) => {
      const proxy = await startProxy(faults.url)
      proxy.newcomers = 'cut'
      setTimeout(() => (proxy.newcomers = 'served'), ms)
      return { proxy, opened: open(proxy.url, options) }
    }

    it('helps reads, writes, free-hand SQL and transactions', async () => {
      const tasks: ((opened: Opened) => Promise<unknown>)[] = [
        ({ db }) => new Numbers(db).count(),
        ({ db }) => all(new Numbers(db).filter({ id: 1 }).aiterator()),
        ({ db }) => sql`select 1`.execute(db),
        ({ db }) => db.deleteFrom('items').execute(),
        ({ db }) => db.transaction().execute((trx) => sql`select 1`.execute(trx)),
      ]
      for (const task of tasks) {
        const { proxy, opened } = await refused({ retry })
        await task(opened)
        await opened.db.destroy()
        await proxy[Symbol.asyncDispose]()
      }
    })

    it('is not repeated for each repetition of a read, and says how often it was tried', async () => {
      const { proxy, opened } = await refused({ retry: { attempts: 4, delayMs: 5 } }, 5000)
      for (const form of [
        () => new Numbers(opened.db).count(),
        () => all(new Numbers(opened.db).aiterator()),
      ])
        expect(await failureOf(form())).toMatchObject({ attempts: 4, cause: { attempts: 4 } })
      expect(await failureOf(sql`select 1`.execute(opened.db))).toMatchObject({
        name: 'ConnectionError',
        attempts: 4,
      })
      await opened.db.destroy()
      await proxy[Symbol.asyncDispose]()
    })

    it('ends with acquireTimeoutMs, and when the database is closed', async () => {
      const slow = { attempts: 100, delayMs: 1000, maxDelayMs: 60_000 }
      const { proxy, opened } = await refused({ retry: slow, acquireTimeoutMs: 300 }, 5000)
      const error = await failureOf(new Numbers(opened.db).count())
      expect(error.message).toContain('Cannot connect to the database')
      await opened.db.destroy()
      const other = open(proxy.url, { retry: slow })
      const waiting = failureOf(new Numbers(other.db).count())
      await sleep(100)
      await other.db.destroy()
      expect((await waiting).message).toContain('closed')
      await proxy[Symbol.asyncDispose]()
    })
  })

  it('ends its pauses by a signal and by leaving', async () => {
    await using opened = open(faults.url, { retry: { attempts: 50, delayMs: 20_000, maxDelayMs: 60_000 } })
    await fail('40001', FOR_LONG_MS)
    const reason = new Error('enough')
    const aborter = new AbortController()
    setTimeout(() => aborter.abort(reason), 100)
    expect(await failureOf(all(some(opened).aiterator({ signal: aborter.signal })))).toBe(reason)
    const rows = some(opened).aiterator()
    const first = rows.next()
    await sleep(100)
    await rows.return()
    expect(await first).toEqual({ done: true, value: undefined })
    await fail('', 0)
  })

  it('is checked, and taken by connect()', async () => {
    for (const wrong of [{ attempts: 0 }, { delayMs: '5' }, { tries: 3 }, 3])
      expect(() => open(faults.url, { retry: wrong as object })).toThrow(OptionError)
    const db = connect({ connectionString: faults.url, retry: {} })
    expect((await sql<{ x: number }>`select 1 as x`.execute(db)).rows).toEqual([{ x: 1 }])
    await db.close()
  })
})
