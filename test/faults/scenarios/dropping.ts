import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { Numbers } from '../../postgres/support/fault-tables.js'
import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

const DROPPED = 'SLUICE_DROPPED_STREAM'

/** Iterators that nobody holds any more, and that nobody has closed. */
export const dropping: readonly Scenario[] = [
  {
    fault: 'It drops the iterator of `aiterator()` after one row',
    async run(world) {
      const { db } = world.open()
      const first = async () => (await new Numbers(db).aiterator({ chunkSize: 10 }).next()).value?.id
      assert.equal(await first(), 1)
      await untilReclaimed(world)
      world.expectWarnings(DROPPED)
      return `once it is garbage, the process warning \`${DROPPED}\`, and the connection is free`
    },
  },
  {
    fault: 'It drops the iterator of `iterator()` after one row',
    async run(world) {
      const { db } = world.open()
      const first = () => new Numbers(db).iterator({ chunkSize: 10 }).next().value?.id
      assert.equal(first(), 1)
      await untilReclaimed(world)
      world.expectWarnings(DROPPED)
      return `once it is garbage, the process warning \`${DROPPED}\`, and the connection is free`
    },
  },
  {
    fault: 'It never returns: it waits for a promise that nobody can settle any more',
    async run(world) {
      const { db } = world.open()
      let rows = 0
      const start = () => {
        const never = async () => {
          for await (const row of new Numbers(db).aiterator({ chunkSize: 10 })) {
            rows += row.id
            await new Promise(() => {})
          }
        }
        void never()
      }
      start()
      while (rows === 0) await sleep(1)
      assert.equal(rows, 1)
      await untilReclaimed(world)
      world.expectWarnings(DROPPED)
      return `once it is garbage, the process warning \`${DROPPED}\`, and the connection is free`
    },
  },
  {
    fault: 'It drops an iterator that was never stepped, that is over, or whose rows have all been fetched',
    async run(world) {
      const { db } = world.open()
      const { signal } = new AbortController()
      const over = async () => {
        for (let count = 0; count < 10; count++) {
          new Numbers(db).aiterator({ signal })
          new Numbers(db).iterator({ signal })
        }
        for await (const row of new Numbers(db).aiterator({ signal, chunkSize: 10 })) if (row.id > 12) break
        for (const row of new Numbers(db).iterator({ signal, chunkSize: 10 })) if (row.id > 12) break
        const missing = db.selectFrom('numbers').select(sql`missing`.as('missing'))
        await assert.rejects(missing.stream().next(), { code: '42703' })
        const few = new Numbers(db).filter({ id: { lte: 5 } })
        assert.equal((await few.aiterator().next()).value?.id, 1)
        assert.equal(few.iterator().next().value?.id, 1)
      }
      await over()
      await untilIdle(world)
      for (let count = 0; count < 5; count++) {
        gc()
        await sleep(5)
      }
      return 'nothing: it holds no connection'
    },
  },
  {
    fault: 'It drops an iterator that a signal, a time limit or the end of the database has ended before',
    async run(world) {
      const { db } = world.open({ max: 3, idleTimeoutMs: 40 })
      const controller = new AbortController()
      const closed = world.open()
      world.forget(closed)
      const start = async () => {
        await new Numbers(closed.db).aiterator({ chunkSize: 10 }).next()
        new Numbers(closed.db).iterator({ chunkSize: 10 }).next()
        await new Numbers(db).aiterator({ chunkSize: 10, signal: controller.signal }).next()
        await new Numbers(db).aiterator({ chunkSize: 10 }).next()
        await db.selectFrom('numbers').selectAll().stream(10).next()
      }
      const started = start()
      await started
      controller.abort()
      await closed.db.destroy()
      await untilIdle(world)
      for (let count = 0; count < 5; count++) {
        gc()
        await sleep(5)
      }
      return 'nothing: its connection is free already'
    },
  },
]

function gc(): void {
  assert.ok(global.gc, 'The process has no --expose-gc.')
  void global.gc()
}

/** Until nothing of ours is open, and the worker has said so. */
async function untilIdle({ observer }: World): Promise<void> {
  while ((await observer.states()).some((state) => state !== 'idle')) await sleep(5)
  await sleep(50)
}

/** Until the server has no open transaction of ours. */
async function untilReclaimed({ observer }: World): Promise<void> {
  const deadline = performance.now() + 5000
  while ((await observer.states()).some((state) => state !== 'idle')) {
    assert.ok(performance.now() < deadline, 'The connection is not reclaimed.')
    gc()
    await sleep(5)
  }
}
