import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { QueryError } from 'sluice'
import { sqlStateOf } from '../../src/postgres/database-error.js'
import { drain, Failing, failureOf, GOOD_ROWS, Numbers, open, Stalling } from './support/fault-database.js'
import { passOn, startProxy } from './support/proxy.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

describe('a lost connection', () => {
  test('between two fetches ends the loop with an error, after rows that were all delivered in order', async () => {
    await using opened = open(faults.url)
    let last = 0
    const error = await failureOf(
      drain(new Numbers(opened.db).aiterator({ chunkSize: 100 }), async ({ id }) => {
        last = id
        if (id === 1) await faults.observer.terminateAll()
      }),
    )
    expect(error).toBeInstanceOf(QueryError)
    expect(error).toMatchObject({ rowsDelivered: last })
    expect(last).toBeGreaterThan(0)
    await faults.expectUsable(opened)
  })

  test('during a fetch ends the loop with an error', async () => {
    await using opened = open(faults.url)
    const reading = drain(new Stalling(opened.db).aiterator({ chunkSize: GOOD_ROWS }))
    const [error] = await Promise.all([
      failureOf(reading),
      faults.observer.untilAsleep().then(() => faults.observer.terminateAll()),
    ])
    expect(error).toBeInstanceOf(QueryError)
    expect(error).toMatchObject({ rowsDelivered: GOOD_ROWS })
    await faults.expectUsable(opened)
  })

  test('of a stock stream ends the loop with an error', async () => {
    await using opened = open(faults.url)
    const error = await failureOf(
      drain(opened.db.selectFrom('numbers').selectAll().stream(100), async (row) => {
        if (row.id === 150) await faults.observer.terminateAll()
      }),
    )
    // Who writes to a socket that the server has closed may not get to read the server's last word.
    expect(sqlStateOf(error) ?? (error as Error).message).toMatch(/57P01|EPIPE|ECONNRESET/)
    await faults.expectUsable(opened)
  })

  test('never lets a writing stream end as if it had been committed', async () => {
    await using opened = open(faults.url)
    const insert = opened.db
      .insertInto('items')
      .columns(['id', 'payload'])
      .expression(opened.db.selectFrom('numbers').select(['id', 'payload']).where('id', '<=', 150))
      .returningAll()
    const reading = drain(insert.stream(100), async ({ id }) => {
      if (id !== 1) return
      // The second and last chunk is read ahead by now, and nothing is committed.
      await faults.observer.untilStates('idle in transaction')
      await faults.observer.terminateAll()
      await faults.observer.untilStates()
      await sleep(20)
    })
    const error = await failureOf(reading)
    expect(sqlStateOf(error)).toBe('57P01')
    expect(await faults.observer.query('select from items')).toEqual([])
    await faults.expectUsable(opened)
  })

  test('is told to whoever leaves a writing stream', async () => {
    await using opened = open(faults.url)
    const leave = async (): Promise<void> => {
      const insert = opened.db.insertInto('items').values({ id: 1, payload: 'a' }).returningAll()
      for await (const row of insert.stream(1)) {
        expect(row.id).toBe(1)
        await faults.observer.untilStates('idle in transaction')
        await faults.observer.terminateAll()
        await faults.observer.untilStates()
        await sleep(20)
        break
      }
    }
    expect(sqlStateOf(await failureOf(leave()))).toBe('57P01')
    expect(await faults.observer.query('select from items')).toEqual([])
  })

  test('does not hinder leaving a reading stream', async () => {
    await using opened = open(faults.url)
    for await (const row of opened.db.selectFrom('numbers').selectAll().stream(100)) {
      expect(row.id).toBe(1)
      await faults.observer.terminateAll()
      await faults.observer.untilStates()
      break
    }
    await faults.expectUsable(opened)
  })
})

describe("the server's time limits", () => {
  test('statement_timeout counts a fetch and ends the loop with its SQLSTATE', async () => {
    await using opened = open(faults.url, { statement_timeout: 100 })
    const error = await failureOf(drain(new Stalling(opened.db).aiterator({ chunkSize: GOOD_ROWS })))
    expect(error).toMatchObject({ sqlState: '57014', rowsDelivered: GOOD_ROWS })
    await faults.expectUsable(opened)
  })

  test('idle_in_transaction_session_timeout is named as what ended a slow loop', async () => {
    await using opened = open(faults.url, { idle_in_transaction_session_timeout: 50 })
    const error = await failureOf(
      drain(new Numbers(opened.db).aiterator({ chunkSize: 100 }), () => faults.observer.untilStates()),
    )
    expect(error.message).toContain('idle_in_transaction_session_timeout')
    await faults.expectUsable(opened)
  })

  test("pg's query_timeout ends the loop with an error and never with fewer rows", async () => {
    await using opened = open(faults.url, { query_timeout: 200 })
    const error = await failureOf(drain(new Stalling(opened.db).aiterator({ chunkSize: GOOD_ROWS })))
    expect(error).toMatchObject({ rowsDelivered: GOOD_ROWS })
    // Nor is the server left at work on a query that nobody waits for.
    await faults.observer.untilStates()
    await faults.expectUsable(opened)
  })

  test('a query cancelled from outside ends the loop with 57014', async () => {
    await using opened = open(faults.url)
    const reading = failureOf(drain(new Stalling(opened.db).aiterator({ chunkSize: GOOD_ROWS })))
    await faults.observer.untilAsleep()
    await faults.observer.cancelAll()
    expect(await reading).toMatchObject({ sqlState: '57014', rowsDelivered: GOOD_ROWS })
    await faults.expectUsable(opened)
  })

  test('a row that cannot be computed ends the loop after all rows of the chunks before it', async () => {
    await using opened = open(faults.url)
    const error = await failureOf(drain(new Failing(opened.db).aiterator({ chunkSize: GOOD_ROWS })))
    expect(error).toMatchObject({ sqlState: '22012', rowsDelivered: GOOD_ROWS })
    await faults.expectUsable(opened)
  })
})

describe('the network', () => {
  test('may deliver every byte on its own', async () => {
    await using proxy = await startProxy(faults.url)
    await using opened = open(proxy.url)
    await sql`select 1`.execute(opened.db)
    proxy.relay = (bytes, toClient) => {
      for (let at = 0; at < bytes.length; at++) toClient.write(bytes.subarray(at, at + 1))
    }
    const some = new Numbers(opened.db).filter({ id: { lte: 300 } })
    expect(await drain(some.aiterator({ chunkSize: 70 }))).toBe(300)
    expect(await some.toArray()).toHaveLength(300)
  })

  test.each(['reset', 'ended'] as const)(
    '%s in the middle of a row ends the loop with an error',
    async (how) => {
      await using proxy = await startProxy(faults.url)
      await using opened = open(proxy.url)
      let last = 0
      const error = await failureOf(
        drain(new Numbers(opened.db).aiterator({ chunkSize: 1000 }), ({ id }) => {
          last = id
          proxy.relay = (bytes, toClient) => {
            // Bytes before the last row's end; the rest never comes.
            toClient.write(bytes.subarray(0, bytes.length - 20))
            proxy.relay = () => undefined
            if (how === 'reset') toClient.resetAndDestroy()
            else toClient.end()
          }
        }),
      )
      expect(error).toBeInstanceOf(QueryError)
      expect(error).toMatchObject({ rowsDelivered: last })
      expect(last % 1000).toBe(0)
      proxy.relay = passOn
      await faults.observer.untilStates()
      await faults.expectUsable(opened)
    },
  )

  test('that goes silent under a fetch does not hold an aborted loop for longer than closeTimeoutMs', async () => {
    await using proxy = await startProxy(faults.url)
    await using opened = open(proxy.url, { closeTimeoutMs: 100 })
    await sql`select 1`.execute(opened.db)
    const aborter = new AbortController()
    const reason = new Error('enough')
    const failure = failureOf(drain(new Numbers(opened.db).aiterator({ signal: aborter.signal })))
    proxy.relay = () => aborter.abort(reason)
    expect(await failure).toBe(reason)
    proxy.relay = passOn
    await faults.expectUsable(opened)
  })
})
