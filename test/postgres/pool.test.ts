import { getEventListeners } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  drain,
  Failing,
  failureOf,
  GOOD_ROWS,
  Numbers,
  open,
  ROWS,
  Stalling,
} from './support/fault-database.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

describe('listeners', () => {
  test('of clients, sockets and signals do not grow over 100 iterations', async () => {
    await using opened = open(faults.url)
    const signal = new AbortController().signal
    const listeners = async (): Promise<number[]> => {
      const client = await opened.pool.connect()
      const socket = client.connection.stream as Socket
      const counts = [client, client.connection, socket].map((emitter) =>
        emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0),
      )
      client.release()
      return counts
    }
    await drain(new Numbers(opened.db).aiterator())
    const before = await listeners()
    for (let round = 0; round < 100; round++) {
      for await (const row of new Numbers(opened.db).aiterator({ chunkSize: 5, signal })) {
        if (row.id === (round % 12) + 1) break
      }
      await new Failing(opened.db)
        .aiterator({ chunkSize: GOOD_ROWS + 1, signal })
        .next()
        .catch(() => undefined)
    }
    expect(await listeners()).toEqual(before)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('the pool', () => {
  test('exhausted by streams says so within acquireTimeoutMs, and names them', async () => {
    await using opened = open(faults.url, { acquireTimeoutMs: 1000 })
    const holder = new Numbers(opened.db).aiterator({ chunkSize: 10 })
    await holder.next()
    const error = await failureOf(drain(new Stalling(opened.db).aiterator()))
    expect(error.message).toContain('acquireTimeoutMs')
    expect(error.message).toContain('"numbers"')
    await holder.return()
    await faults.expectUsable(opened)
  })

  test('of one serves a synchronous iterator inside an asynchronous one', async () => {
    await using opened = open(faults.url)
    const numbers = new Numbers(opened.db)
    for await (const row of numbers.aiterator({ chunkSize: 10 })) {
      if (row.id > 3) break
      let count = 0
      for (const inner of numbers.iterator({ chunkSize: 5000 })) if (inner.id === ++count) continue
      expect(count).toBe(ROWS)
    }
    await faults.expectUsable(opened)
  })
})

describe('closing the database', () => {
  test('in the loop body ends the loop with an error at its next fetch', async () => {
    const { db, pool } = open(faults.url)
    const error = await failureOf(
      drain(new Numbers(db).aiterator({ chunkSize: 10 }), ({ id }) => (id === 1 ? db.destroy() : undefined)),
    )
    expect(error.message).toContain('closed')
    expect(pool.totalCount).toBe(0)
    await faults.observer.untilStates()
  })

  test('while a fetch is under way cancels it', async () => {
    const { db, pool } = open(faults.url, { closeTimeoutMs: 60_000 })
    const reading = failureOf(drain(new Stalling(db).aiterator({ chunkSize: GOOD_ROWS + 1 })))
    await faults.observer.untilAsleep()
    await db.destroy()
    expect((await reading).message).toContain('closed')
    expect(pool.totalCount).toBe(0)
    await faults.observer.untilStates()
  })

  test('turns away who still waits for a connection', async () => {
    const { db } = open(faults.url, { acquireTimeoutMs: 60_000 })
    const holder = new Numbers(db).aiterator({ chunkSize: 10 })
    await holder.next()
    const waiting = failureOf(drain(new Numbers(db).aiterator()))
    await new Promise(setImmediate)
    await db.destroy()
    expect((await waiting).message).toContain('closed')
  })

  test('with a stream that nobody steps any more ends it', async () => {
    const { db } = open(faults.url)
    const rows = new Numbers(db).aiterator({ chunkSize: 10, batchYieldSize: 10 })
    await rows.next()
    await db.destroy()
    const error = await failureOf(rows.next())
    expect(error.message).toContain('closed')
    await faults.observer.untilStates()
  })
})
