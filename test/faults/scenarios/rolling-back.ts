import assert from 'node:assert/strict'
import { failureOf, GOOD_ROWS, Numbers, ROWS, Stalling } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import type { Scenario } from '../scenario.js'

/** The end of a transaction, or of the database, under an open stream. */
export const rollingBack: readonly Scenario[] = [
  {
    fault: 'The transaction ends under an open stream, by COMMIT, ROLLBACK or the end of its function',
    async run(world) {
      const { db } = world.open()
      const names = new Set<string>()
      for (const end of ['commit', 'rollback'] as const) {
        const trx = await db.startTransaction().execute()
        const rows = new Numbers(trx).aiterator({ chunkSize: 10, batchYieldSize: 10 })
        await rows.next()
        await trx[end]().execute()
        names.add(await ended(rows))
      }
      const escaped = await db.transaction().execute(async (trx) => {
        const rows = new Numbers(trx).aiterator({ chunkSize: 10, batchYieldSize: 10 })
        await rows.next()
        return [rows]
      })
      for (const rows of escaped) names.add(await ended(rows))
      return `${[...names].join(', ')} at the next fetch, and not the end of the loop`
    },
  },
  {
    fault: 'ROLLBACK to a savepoint that was set before the stream began',
    async run(world) {
      const { db } = world.open()
      const trx = await db.startTransaction().execute()
      const before = await trx.savepoint('before').execute()
      const rows = new Numbers(before).aiterator({ chunkSize: 10, batchYieldSize: 10 })
      await rows.next()
      await before.rollbackToSavepoint('before').execute()
      const error = await failureOf(rest(rows))
      assert.match(error.message, /savepoint/)
      await trx.rollback().execute()
      return `${nameOf(error)} at the next fetch`
    },
  },
  {
    fault: 'A stream is begun before a savepoint, and read after it was set, released or rolled back',
    async run(world) {
      const { db } = world.open()
      const trx = await db.startTransaction().execute()
      const { rows, error } = await loop(new Numbers(trx).aiterator({ chunkSize: 10 }), async (_, count) => {
        if (count === 15) await (await trx.savepoint('kept').execute()).releaseSavepoint('kept').execute()
        if (count === 45) await (await trx.savepoint('lost').execute()).rollbackToSavepoint('lost').execute()
        if (count === 75) await trx.savepoint('open').execute()
      })
      assert.equal(rows, ROWS)
      await trx.commit().execute()
      return `${nameOf(error)}, and all rows`
    },
  },
  {
    fault: '`destroy()` under an open stream',
    async run(world) {
      const inBody = world.open()
      const { error } = await loop(new Numbers(inBody.db).aiterator({ chunkSize: 10 }), (_, count) =>
        count === 1 ? inBody.db.destroy() : undefined,
      )
      const fetching = world.open({ closeTimeoutMs: 60_000 })
      const reading = loop(new Stalling(fetching.db).aiterator({ chunkSize: GOOD_ROWS + 1 }))
      await world.observer.untilAsleep()
      await fetching.db.destroy()
      const { error: other } = await reading
      assert.equal(nameOf(other), nameOf(error))
      const unattended = world.open()
      const rows = new Numbers(unattended.db).aiterator({ chunkSize: 10, batchYieldSize: 10 })
      await rows.next()
      await unattended.db.destroy()
      assert.equal(nameOf(await failureOf(rows.next())), nameOf(error))
      for (const opened of [inBody, fetching, unattended]) {
        assert.equal(opened.pool.totalCount, 0)
        world.forget(opened)
      }
      assert.match(String(error?.message), /closed/)
      return `${nameOf(error)} at the next fetch; one that is under way is cancelled on the server`
    },
  },
  {
    fault: '`destroy()` under an open stream of a transaction',
    async run(world) {
      const opened = world.open({ closeTimeoutMs: 300 })
      const outcome = await failureOf(
        opened.db.transaction().execute(async (trx) => {
          const { error } = await loop(new Numbers(trx).aiterator({ chunkSize: 10 }), (_, count) =>
            count === 1 ? opened.db.destroy() : undefined,
          )
          throw error ?? new Error('The loop did not fail.')
        }),
      )
      assert.equal(opened.pool.totalCount, 0)
      world.forget(opened)
      return `${nameOf(outcome)}; the transaction is rolled back after \`closeTimeoutMs\``
    },
  },
]

async function ended(rows: AsyncIterable<unknown>): Promise<string> {
  const error = await failureOf(rest(rows))
  assert.match(error.message, /transaction ended while a stream in it was open/)
  return nameOf(error)
}

async function rest(rows: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const row of rows) count += Number(row !== undefined)
  return count
}
