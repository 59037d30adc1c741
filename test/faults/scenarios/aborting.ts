import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { GOOD_ROWS, Numbers, Stalling } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import type { Scenario } from '../scenario.js'

/** Aborting at any moment, so many times. */
const ROUNDS = 100

/** A signal that ends a loop. */
export const aborting: readonly Scenario[] = [
  {
    fault: 'The signal is aborted before the first step',
    async run(world) {
      const { db } = world.open()
      const reason = new Error('enough')
      const signal = AbortSignal.abort(reason)
      for (const rows of [new Numbers(db).aiterator({ signal }), new Numbers(db).iterator({ signal })]) {
        assert.deepEqual(await loop(rows), { rows: 0, error: reason })
        assert.equal((await rows.next()).done, true)
      }
      assert.deepEqual(await world.observer.states(), [])
      return 'the reason of the signal; no connection is made. The same in both forms'
    },
  },
  {
    fault: 'It is aborted during a fetch',
    async run(world) {
      const { db, pool } = world.open({ closeTimeoutMs: 60_000 })
      const aborter = new AbortController()
      const reason = new Error('enough')
      const { signal } = aborter
      const rows = new Stalling(db).aiterator({ chunkSize: GOOD_ROWS, signal })
      let reading: Promise<unknown> | undefined
      // The loop gives way while it takes rows: the signal is to come when it waits for more.
      await new Promise<void>((resolve) => {
        reading = loop(rows, (_, count) => (count === GOOD_ROWS ? resolve() : undefined))
      })
      await world.observer.untilAsleep()
      aborter.abort(reason)
      assert.deepEqual(await reading, { rows: GOOD_ROWS, error: reason })
      assert.deepEqual([pool.totalCount, pool.idleCount], [1, 1])
      assert.deepEqual(await world.observer.states(), ['idle'])
      return 'the reason of the signal; the query is cancelled on the server, and the connection kept'
    },
  },
  {
    fault: 'It is aborted in the loop body',
    async run(world) {
      const { db, pool } = world.open()
      for (const form of ['aiterator', 'iterator'] as const) {
        const aborter = new AbortController()
        const reason = new Error('enough')
        const rows = new Numbers(db)[form]({ chunkSize: 10, signal: aborter.signal })
        const stop = (_: unknown, count: number) => (count === 15 ? aborter.abort(reason) : undefined)
        assert.deepEqual(await loop(rows, stop), { rows: 15, error: reason })
        assert.equal(pool.idleCount, pool.totalCount)
        assert.ok((await world.observer.states()).every((state) => state === 'idle'))
      }
      return 'the reason of the signal instead of the next row. The same in both forms'
    },
  },
  {
    fault: 'It is aborted when the loop has ended',
    async run(world) {
      const { db } = world.open()
      const aborter = new AbortController()
      for (const form of ['aiterator', 'iterator'] as const) {
        const some = new Numbers(db).filter({ id: { lte: 25 } })
        assert.deepEqual(await loop(some[form]({ signal: aborter.signal })), { rows: 25, error: undefined })
      }
      aborter.abort(new Error('too late'))
      assert.equal((await sql`select 1 as n`.execute(db)).rows.length, 1)
      return 'nothing. The same in both forms'
    },
  },
  {
    fault: 'It is aborted while the loop waits for a connection',
    async run(world) {
      const { db, pool } = world.open()
      const holder = new Numbers(db).aiterator()
      await holder.next()
      const aborter = new AbortController()
      const reason = new Error('enough')
      const waiting = loop(new Numbers(db).aiterator({ signal: aborter.signal }))
      while (pool.waitingCount === 0) await sleep(1)
      aborter.abort(reason)
      assert.deepEqual(await waiting, { rows: 0, error: reason })
      await holder.return()
      return 'the reason of the signal, at once'
    },
  },
  {
    fault: 'It is aborted at any moment, and the connection goes on with another query',
    async run(world) {
      const { db, pool } = world.open()
      const ends = new Set<string>()
      for (let round = 0; round < ROUNDS; round++) {
        const aborter = new AbortController()
        const rows = new Numbers(db).aiterator({ chunkSize: 500, signal: aborter.signal })
        const timer = setTimeout(() => aborter.abort(), round % 8)
        ends.add(nameOf((await loop(rows)).error))
        clearTimeout(timer)
        await sql`select count(*) from numbers`.execute(db)
      }
      for (let round = 0; round < ROUNDS; round++) {
        const aborter = new AbortController()
        const step = new Numbers(db).aiterator({ signal: aborter.signal }).next()
        if (round % 2 === 0) await new Promise(setImmediate)
        aborter.abort()
        await assert.rejects(step, { name: 'AbortError' })
        await sql`select count(*) from numbers`.execute(db)
      }
      // Whether a loop was over before its turn is for the machine to say.
      ends.delete('no error')
      assert.equal(pool.totalCount, 1)
      return `${[...ends].join(', ')}; what is cancelled is never the other query`
    },
  },
  {
    fault: '`AbortSignal.timeout()` runs out during a fetch',
    async run(world) {
      const { db, pool } = world.open({ closeTimeoutMs: 60_000 })
      const signal = AbortSignal.timeout(300)
      const { error, rows } = await loop(new Stalling(db).aiterator({ chunkSize: GOOD_ROWS, signal }))
      assert.ok(rows === GOOD_ROWS || rows === 0, String(rows))
      assert.equal(pool.idleCount, pool.totalCount)
      return `${nameOf(error)}; the query is cancelled on the server`
    },
  },
]
