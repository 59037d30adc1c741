import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { GOOD_ROWS, Numbers, Stalling } from '../../postgres/support/fault-tables.js'
import type { Scenario } from '../scenario.js'

const DONE = { done: true, value: undefined }

/** Iterators that are stepped by hand. */
export const stepping: readonly Scenario[] = [
  {
    fault: 'It calls `return()` before the first step',
    async run(world) {
      const { db } = world.open()
      for (const form of ['aiterator', 'iterator'] as const) {
        const rows = new Numbers(db)[form]()
        assert.deepEqual(await rows.return(), DONE)
        assert.deepEqual(await rows.next(), DONE)
      }
      assert.deepEqual(await world.observer.states(), [])
      return 'the iterator is over; no connection is made. The same in both forms'
    },
  },
  {
    fault: 'It calls `return()` twice, and `next()` after it',
    async run(world) {
      const { db, pool } = world.open()
      const rows = new Numbers(db).aiterator({ chunkSize: 10 })
      await rows.next()
      assert.equal(pool.idleCount, 0)
      assert.deepEqual(await Promise.all([rows.return(), rows.return()]), [DONE, DONE])
      assert.equal(pool.idleCount, 1)
      assert.deepEqual([await rows.next(), await rows.return()], [DONE, DONE])
      const others = new Numbers(db).iterator({ chunkSize: 10 })
      others.next()
      assert.deepEqual([others.return(), others.return(), others.next()], [DONE, DONE, DONE])
      assert.deepEqual(await world.observer.states(), ['idle', 'idle'])
      return 'nothing more. The same in both forms'
    },
  },
  {
    fault: 'It calls `return()` beside a `next()` that waits for the server',
    async run(world) {
      const { db, pool } = world.open({ closeTimeoutMs: 60_000 })
      const rows = new Stalling(db).aiterator({ chunkSize: GOOD_ROWS + 1 })
      const pending = rows.next()
      await world.observer.untilAsleep()
      assert.deepEqual(await rows.return(), DONE)
      assert.deepEqual(await pending, DONE)
      assert.deepEqual([pool.totalCount, pool.idleCount], [1, 1])
      const early = new Numbers(db).aiterator()
      const step = early.next()
      assert.deepEqual([await early.return(), await step], [DONE, DONE])
      return 'both say that the iterator is over; the query is cancelled on the server'
    },
  },
  {
    fault: 'It calls `throw()`',
    async run(world) {
      const { db, pool } = world.open()
      const thrown = new Error('thrown in')
      const rows = new Numbers(db).aiterator({ chunkSize: 10 })
      await rows.next()
      await assert.rejects(rows.throw(thrown), thrown)
      assert.deepEqual(await rows.next(), DONE)
      assert.equal(pool.idleCount, 1)
      const others = new Numbers(db).iterator({ chunkSize: 10 })
      others.next()
      assert.throws(() => others.throw(thrown), thrown)
      assert.deepEqual(others.next(), DONE)
      assert.deepEqual(await world.observer.states(), ['idle', 'idle'])
      return 'that error, and the connection is free. The same in both forms'
    },
  },
  {
    fault: 'It calls `next()` many times at once',
    async run(world) {
      const { db } = world.open()
      const rows = new Numbers(db).filter({ id: { lte: 40 } }).aiterator({ chunkSize: 7 })
      const steps = await Promise.all(Array.from({ length: 50 }, () => rows.next()))
      const ids = steps.flatMap(({ value }) => (value === undefined ? [] : [value.id]))
      assert.deepEqual(
        ids,
        Array.from({ length: 40 }, (_, index) => index + 1),
      )
      return 'the rows in the order of the calls, then the end'
    },
  },
  {
    fault: 'It calls `next()` when the iterator is over',
    async run(world) {
      const { db } = world.open()
      for (const form of ['aiterator', 'iterator'] as const) {
        const rows = new Numbers(db).filter({ id: 1 })[form]()
        assert.equal((await rows.next()).value?.id, 1)
        for (let count = 0; count < 3; count++) assert.deepEqual(await rows.next(), DONE)
      }
      return 'the end again, without a query. The same in both forms'
    },
  },
  {
    fault: 'It gives up waiting for `next()` in a `Promise.race()`',
    async run(world) {
      const { db } = world.open({ closeTimeoutMs: 60_000 })
      const rows = new Stalling(db).aiterator({ chunkSize: GOOD_ROWS, batchYieldSize: GOOD_ROWS })
      assert.equal((await rows.next()).value?.length, GOOD_ROWS)
      const late = rows.next()
      assert.equal(await Promise.race([late, sleep(20, 'gave up')]), 'gave up')
      await rows.return()
      assert.deepEqual(await late, DONE)

      const quick = new Numbers(db).aiterator({ chunkSize: 10 })
      const raced = quick.next()
      await Promise.race([raced, Promise.resolve('at once')])
      assert.equal((await quick.next()).value?.id, 2)
      assert.equal((await raced).value?.id, 1)
      await quick.return()
      return 'the row belongs to that call, and the next one has the row after it; `return()` ends both'
    },
  },
]
