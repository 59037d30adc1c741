import assert from 'node:assert/strict'
import { sql } from 'kysely'
import {
  Failing,
  failureOf,
  GOOD_ROWS,
  Items,
  Numbers,
  ROWS,
  Stalling,
} from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import type { Scenario } from '../scenario.js'

/** Other queries than the stream's own. */
export const interleaving: readonly Scenario[] = [
  {
    fault: 'The body writes, on a pool of one, by `using(trx)`',
    async run(world) {
      const { db } = world.open()
      await db.transaction().execute(async (trx) => {
        const payload = world.name
        const { rows, error } = await loop(
          new Numbers(trx).aiterator({ chunkSize: 100 }),
          async (_, count) => {
            if (count % 2000 === 0)
              await trx
                .insertInto('items')
                .values({ id: 11_000 + count, payload })
                .execute()
          },
        )
        assert.deepEqual([rows, error], [ROWS, undefined])
      })
      const written = await sql`delete from items where payload = ${world.name} returning id`.execute(db)
      assert.equal(written.rows.length, 5)
      return 'all is written, and the loop receives all rows'
    },
  },
  {
    fault: 'It writes on the same pool of one, outside the transaction',
    async run(world) {
      const { db } = world.open({ acquireTimeoutMs: 1500 })
      const { rows, error } = await loop(new Numbers(db).aiterator({ chunkSize: 10 }), () =>
        db.insertInto('items').values({ id: 12_000, payload: world.name }).execute(),
      )
      assert.equal(rows, 1)
      assert.match(
        String(error?.message),
        /within 1500 ms \(acquireTimeoutMs\).*\n.*from "public"\."numbers"/,
      )
      return `${nameOf(error)} after \`acquireTimeoutMs\`, which names the open stream`
    },
  },
  {
    fault: 'It streams too, in the same transaction',
    async run(world) {
      const { db } = world.open()
      await db.transaction().execute(async (trx) => {
        const { rows, error } = await loop(
          new Numbers(trx).aiterator({ chunkSize: 100 }),
          async (_, count) => {
            if (count % 1000 !== 0) return
            const inner = new Numbers(trx).filter({ id: { lte: count } }).aiterator({ chunkSize: 400 })
            assert.deepEqual(await loop(inner), { rows: count, error: undefined })
          },
        )
        assert.deepEqual([rows, error], [ROWS, undefined])
        const [one, other] = [new Numbers(trx), new Numbers(trx)].map((each) =>
          each.aiterator({ chunkSize: 7 }),
        )
        for (let id = 1; id <= 50; id++) {
          assert.equal((await one!.next()).value?.id, id)
          assert.equal((await other!.next()).value?.id, id)
        }
        await Promise.all([one!.return(), other!.return()])
      })
      return 'each loop receives all of its rows'
    },
  },
  {
    fault: 'A query of it fails, and it catches the error',
    async run(world) {
      const { db } = world.open()
      const outcome = db.transaction().execute(async (trx) => {
        const { rows, error } = await loop(
          new Numbers(trx).aiterator({ chunkSize: 10 }),
          async (_, count) => {
            if (count === 15) await failureOf(sql`select 1 / 0`.execute(trx))
          },
        )
        assert.ok(rows >= 15 && rows < ROWS, String(rows))
        assert.match(String(error?.message), /division by zero/)
        return error
      })
      const committed = await failureOf(outcome)
      assert.match(committed.message, /rolled back, not committed.*division by zero/)
      const swallowed = await failureOf(
        db.transaction().execute(async (trx) => {
          await failureOf(sql`select 1 / 0`.execute(trx))
          const { error } = await loop(new Numbers(trx).aiterator())
          throw error ?? new Error('The loop did not fail.')
        }),
      )
      return `${nameOf(swallowed)} at the next fetch, with the error that it caught; COMMIT: ${nameOf(committed)}`
    },
  },
  {
    fault: 'A query of it fails in a savepoint, which is rolled back',
    async run(world) {
      const { db } = world.open()
      const trx = await db.startTransaction().execute()
      const { rows, error } = await loop(new Numbers(trx).aiterator({ chunkSize: 10 }), async (_, count) => {
        if (count !== 15) return
        const inner = await trx.savepoint('inner').execute()
        await failureOf(sql`select 1 / 0`.execute(inner))
        await inner.rollbackToSavepoint('inner').execute()
      })
      assert.equal(rows, ROWS)
      await trx.commit().execute()
      return `${nameOf(error)}, and all rows`
    },
  },
  {
    fault: 'A query of it meets the failure of the fetch ahead of it',
    async run(world) {
      const { db } = world.open()
      const trx = await db.startTransaction().execute()
      const { error } = await loop(new Failing(trx).aiterator({ chunkSize: GOOD_ROWS }), () =>
        sql`select 1`.execute(trx),
      )
      await trx.rollback().execute()
      assert.ok(error?.cause instanceof Error)
      return `${nameOf(error)}, with the failure of the fetch as its cause: ${nameOf(error.cause)}`
    },
  },
  {
    fault: 'It queries on a connection that is pinned without a transaction',
    async run(world) {
      const { db } = world.open()
      return db.connection().execute(async (pinned) => {
        const { error } = await loop(new Numbers(pinned).aiterator({ chunkSize: 10 }), () =>
          sql`select 1`.execute(pinned),
        )
        assert.match(String(error?.message), /busy with a stream.*from "public"\."numbers"/)
        await sql`select 1`.execute(pinned)
        // By a BEGIN of its own it is one.
        await sql`begin`.execute(pinned)
        const all = await loop(new Numbers(pinned).aiterator({ chunkSize: 1000 }), async (_, count) => {
          if (count % 1000 === 0) await new Items(pinned).filter({ id: 0 }).toArray()
        })
        assert.deepEqual(all, { rows: ROWS, error: undefined })
        await sql`rollback`.execute(pinned)
        return `${nameOf(error)} that names the stream; after a hand-written BEGIN, nothing`
      })
    },
  },
  {
    fault: 'The loop is left in a transaction, or its signal is aborted',
    async run(world) {
      const { db } = world.open()
      await db.transaction().execute(async (trx) => {
        await loop(new Numbers(trx).aiterator({ chunkSize: 10 }), (_, count) =>
          count === 15 ? 'break' : undefined,
        )
        await sql`select 1`.execute(trx)
        const rows = new Numbers(trx).aiterator({ chunkSize: ROWS })
        const pending = rows.next()
        await rows.return()
        await pending
        await sql`select 1`.execute(trx)
        const aborter = new AbortController()
        const stop = (_: unknown, count: number) => (count === 15 ? aborter.abort() : undefined)
        const some = new Numbers(trx).filter({ id: { lte: 20 } })
        const { error } = await loop(some.aiterator({ signal: aborter.signal }), stop)
        assert.equal(nameOf(error), '`AbortError`')
        await sql`select 1`.execute(trx)
      })
      const outcome = await failureOf(
        db.transaction().execute(async (trx) => {
          const aborter = new AbortController()
          const reading = loop(new Stalling(trx).aiterator({ chunkSize: GOOD_ROWS, signal: aborter.signal }))
          await world.observer.untilAsleep()
          aborter.abort()
          assert.equal(nameOf((await reading).error), '`AbortError`')
          await sql`select 1`.execute(trx)
        }),
      )
      return `the transaction goes on; aborted during a fetch, its next query has ${nameOf(outcome)}`
    },
  },
]
