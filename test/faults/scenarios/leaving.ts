import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProxy } from '../../postgres/support/proxy.js'
import { GOOD_ROWS, Numbers, Stalling } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import type { Scenario } from '../scenario.js'

/** A loop that is left early, or that takes its time. */
export const leaving: readonly Scenario[] = [
  {
    fault: 'It throws',
    async run(world) {
      const { db, pool } = world.open()
      const thrown = new Error('from the body')
      for (const form of ['aiterator', 'iterator'] as const) {
        for (const batchYieldSize of [undefined, 3]) {
          const options = { chunkSize: 10, ...(batchYieldSize && { batchYieldSize }) }
          const { error } = await loop(new Numbers(db)[form](options), (_, count) => {
            if (count >= 15) throw thrown
          })
          assert.equal(error, thrown)
          assert.equal(pool.idleCount, pool.totalCount)
          assert.ok((await world.observer.states()).every((state) => state === 'idle'))
        }
      }
      const stock = db.selectFrom('numbers').selectAll().stream(10)
      const { error } = await loop(stock, () => {
        throw thrown
      })
      assert.equal(error, thrown)
      return 'its own error, and the connection is free. The same in both forms'
    },
  },
  {
    fault: 'It breaks, returns, or ends an `await using` or `using` block',
    async run(world) {
      const { db, pool } = world.open()
      const numbers = new Numbers(db)
      const areFree = async () => {
        assert.equal(pool.idleCount, pool.totalCount)
        assert.ok((await world.observer.states()).every((state) => state === 'idle'))
      }
      for (const form of ['aiterator', 'iterator'] as const) {
        const { rows, error } = await loop(numbers[form]({ chunkSize: 10 }), (_, count) =>
          count === 15 ? 'break' : undefined,
        )
        assert.deepEqual([rows, error], [15, undefined])
        await areFree()
      }
      const first = async () => {
        for await (const row of numbers.aiterator({ chunkSize: 10 })) return row.id
        return 0
      }
      assert.equal(await first(), 1)
      await areFree()
      {
        await using rows = numbers.aiterator({ chunkSize: 10 })
        await rows.next()
        assert.equal(pool.idleCount, 0)
      }
      await areFree()
      {
        using rows = numbers.iterator({ chunkSize: 10 })
        rows.next()
        assert.ok((await world.observer.states()).includes('idle in transaction'))
      }
      await areFree()
      for await (const row of db.selectFrom('numbers').selectAll().stream(10)) if (row.id === 15) break
      // Kysely's own streams give it back a moment later.
      await loop(numbers.filter({ id: 1 }).aiterator())
      await areFree()
      return 'the connection is free when the statement has ended. The same in both forms'
    },
  },
  {
    fault: 'It takes the first rows by destructuring `iterator()`',
    async run(world) {
      const { db } = world.open()
      const [first, second] = new Numbers(db).iterator({ chunkSize: 10 })
      assert.deepEqual([first?.id, second?.id], [1, 2])
      assert.deepEqual(await world.observer.states(), ['idle'])
      return 'the connection is free'
    },
  },
  {
    fault: 'It breaks while the server computes the next rows',
    async run(world) {
      const { db, pool } = world.open({ closeTimeoutMs: 60_000 })
      for (const log of [undefined, () => {}]) {
        const opened = log === undefined ? { db, pool } : world.open({ closeTimeoutMs: 60_000, log })
        for await (const row of new Stalling(opened.db).aiterator({ chunkSize: GOOD_ROWS })) {
          assert.equal(row.id, 1)
          await world.observer.untilAsleep()
          break
        }
        assert.deepEqual([opened.pool.totalCount, opened.pool.idleCount], [1, 1])
      }
      return 'their query is cancelled on the server, and the connection kept'
    },
  },
  {
    fault: 'It is slower than the server',
    async run(world) {
      let rowsSent = 0
      await using proxy = await startProxy(world.url)
      proxy.relay = (bytes, to) => {
        rowsSent += bytes.toString('latin1').match(/x\d/g)?.length ?? 0
        to.write(bytes)
      }
      const opened = world.open({ url: proxy.url })
      await loop(new Numbers(opened.db).filter({ id: 1 }).aiterator())
      rowsSent = 0
      const { rows, error } = await loop(
        new Numbers(opened.db).aiterator({ chunkSize: 500, batchYieldSize: 500 }),
        async (_, count) => {
          await sleep(30)
          // The first ones tell how slow it is.
          if (count > 3000)
            assert.ok(rowsSent <= count + 500, `${rowsSent} rows were sent when the loop was at ${count}.`)
        },
      )
      assert.deepEqual([rows, error], [10_000, undefined])
      await opened.db.destroy()
      world.forget(opened)
      return 'all rows; the server is asked for one chunk ahead and no more'
    },
  },
  {
    fault: 'It blocks the event loop for longer than `acquireTimeoutMs` and `closeTimeoutMs`',
    async run(world) {
      const { db } = world.open({ acquireTimeoutMs: 1500, closeTimeoutMs: 1500 })
      const block = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1600)
      const { rows, error } = await loop(new Numbers(db).aiterator({ chunkSize: 1000 }), (_, count) => {
        if (count === 1500) block()
      })
      assert.equal(rows, 10_000)
      return `${nameOf(error)}, and all rows`
    },
  },
]
