import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { GOOD_ROWS, Numbers, ROWS, Stalling } from '../../postgres/support/fault-tables.js'
import { QueryError } from '../../../src/index.js'
import { loop, nameOf } from '../loop.js'
import type { Scenario } from '../scenario.js'

/** While a loop over `iterator()` waits, no timer of its thread runs. */
export const workerWaiting: readonly Scenario[] = [
  {
    fault: '`AbortSignal.timeout()` runs out in a loop that never gives way to timers',
    async run(world) {
      const { db } = world.open()
      const signal = AbortSignal.timeout(1)
      let rows = 0
      for (const row of new Numbers(db).iterator({ chunkSize: 100, signal })) assert.equal(row.id, ++rows)
      assert.equal(rows, ROWS)
      // It was due long before.
      assert.equal(signal.aborted, false)
      const { error } = await loop(
        new Numbers(db).iterator({ chunkSize: 100, signal: AbortSignal.timeout(20) }),
        async (_, count) => {
          if (count === 150) await sleep(50)
        },
      )
      return `All rows: no timer runs meanwhile. A body that awaits lets it: ${nameOf(error)} before the next row`
    },
  },
  {
    fault: 'A fetch does not end, with `fetchTimeoutMs`',
    async run(world) {
      const { db } = world.open()
      const { rows, error } = await loop(
        new Stalling(db).iterator({ chunkSize: GOOD_ROWS, fetchTimeoutMs: 100 }),
      )
      assert.equal(rows, GOOD_ROWS)
      assert.ok(error instanceof QueryError)
      return `${nameOf(error)} with the code \`${error.code}\`, after the rows of the fetches before; the query is cancelled on the server`
    },
  },
  {
    fault:
      'The consumer pauses between two steps for longer than the worker is kept, and other iterations end meanwhile',
    async run(world) {
      const { db } = world.open({ workerIdleTimeoutMs: 20 })
      const { rows, error } = await loop(new Numbers(db).iterator({ chunkSize: 100 }), async (_, count) => {
        if (count !== 150) return
        assert.equal((await loop(new Numbers(db).iterator())).rows, ROWS)
        await sleep(100)
      })
      assert.equal(rows, ROWS)
      assert.equal(error, undefined)
      return 'All rows'
    },
  },
]
