import assert from 'node:assert/strict'
import { sql, type Kysely } from 'kysely'
import {
  GOOD_ROWS,
  Numbers,
  ROWS,
  Stalling,
  type FaultTables,
  type NumberRow,
} from '../../postgres/support/fault-tables.js'
import { inBothForms } from '../both-forms.js'
import { startBouncer } from '../bouncer.js'
import { loop, nameOf } from '../loop.js'
import type { Scenario } from '../scenario.js'
import { relatedNumbers } from '../tables.js'

const STREAMS = 20
const SERVER_CONNECTIONS = 3
const ROUNDS = 30

/** PgBouncer between the pool and the server. */
export const bouncing: readonly Scenario[] = [
  {
    fault: 'PgBouncer in transaction mode is between the pool and the server',
    needs: 'pgbouncer',
    async run(world) {
      const { db } = (await startBouncer(world, { poolSize: 1 })).open()
      const before = await settingsOf(db)
      const outcome = await inBothForms(async (iterate) => {
        const plain = await loop(iterate(new Numbers(db), { idleTimeoutMs: 60_000 }))
        const related = relatedNumbers(db).prefetchRelated('same')
        const prefetched = await loop(iterate(related, { chunkSize: 3000 }), (row) => {
          const { id, same } = row as NumberRow & { same: NumberRow[] }
          assert.deepEqual(
            same.map((other) => other.id),
            [id],
          )
        })
        for (const ended of [plain, prefetched]) assert.deepEqual(ended, { rows: ROWS, error: undefined })
        return 'Loops and prefetches are right'
      })
      await db.transaction().execute(async (trx) => {
        const ended = await loop(new Numbers(trx).aiterator({ chunkSize: 5000 }), async (_, count) => {
          if (count % 1000 === 0)
            assert.equal(await new Numbers(trx).filter({ id: { lte: count } }).count(), count)
        })
        assert.deepEqual(ended, { rows: ROWS, error: undefined })
      })
      assert.deepEqual(await settingsOf(db), before)
      return `${outcome}, and so are queries in the body within \`using(trx)\`; nothing is left for the next client`
    },
  },
  {
    fault: `${STREAMS} loops at once through PgBouncer, which has ${SERVER_CONNECTIONS} connections to the server`,
    needs: 'pgbouncer',
    async run(world) {
      const bouncer = await startBouncer(world, { poolSize: SERVER_CONNECTIONS })
      const { db } = bouncer.open({ max: STREAMS })
      const loops = Array.from({ length: STREAMS }, (_, index) =>
        loop((index % 2 === 0 ? new Numbers(db) : relatedNumbers(db).prefetchRelated('same')).aiterator()),
      )
      for (const ended of await Promise.all(loops)) assert.deepEqual(ended, { rows: ROWS, error: undefined })
      assert.equal((await bouncer.observer.states()).length, SERVER_CONNECTIONS)
      return 'Each receives all rows: they take turns'
    },
  },
  {
    fault: 'A loop through PgBouncer is aborted',
    needs: 'pgbouncer',
    async run(world) {
      const bouncer = await startBouncer(world, { poolSize: 2 })
      const { db } = bouncer.open({ max: 2 })
      const aborters = [new AbortController(), new AbortController()]
      const loops = aborters.map(({ signal }) => loop(new Stalling(db).aiterator({ signal })))
      await bouncer.observer.untilAsleep(2)
      const errors: (Error | undefined)[] = []
      for (const [index, aborter] of aborters.entries()) {
        aborter.abort(new Error('enough'))
        errors.push((await loops[index])?.error)
        await bouncer.observer.untilAsleep(1 - index)
      }
      assert.deepEqual(
        errors.map((error) => error?.message),
        ['enough', 'enough'],
      )
      for (let round = 0; round < ROUNDS; round++) {
        const aborter = new AbortController()
        await loop(
          new Numbers(db).aiterator({ signal: aborter.signal, chunkSize: GOOD_ROWS }),
          (_, count) => {
            if (count === 1) setTimeout(() => aborter.abort(), round % 3)
          },
        )
        assert.equal(await new Numbers(db).count(), ROWS)
      }
      return 'The reason of the signal; its own query is cancelled on the server, and never another or the next one'
    },
  },
  {
    fault: 'The connection between PgBouncer and the server is killed',
    needs: 'pgbouncer',
    async run(world) {
      const bouncer = await startBouncer(world)
      const { db } = bouncer.open()
      return inBothForms(async (iterate) => {
        const { rows, error } = await loop(iterate(new Numbers(db), { chunkSize: 100 }), async (_, count) => {
          if (count !== 150) return
          await bouncer.observer.terminateAll()
          await bouncer.observer.untilStates()
        })
        assert.ok(rows >= 150 && rows < ROWS, String(rows))
        // The server's last word, or PgBouncer's own where it learns of the end of the connection first.
        assert.match(nameOf(error), /^`QueryError` (?:57P01|08P01)$/)
        return '`QueryError` 57P01, or 08P01 of PgBouncer, after the rows that had arrived'
      })
    },
  },
  {
    fault: 'PgBouncer in statement mode, which knows no transactions',
    needs: 'pgbouncer',
    async run(world) {
      const bouncer = await startBouncer(world, { mode: 'statement' })
      const opened = bouncer.open()
      const outcome = await inBothForms(async (iterate) => {
        const { rows, error } = await loop(iterate(new Numbers(opened.db)))
        assert.equal(rows, 0)
        return `${nameOf(error)} before the first row`
      })
      assert.equal(await new Numbers(opened.db).count(), ROWS)
      await opened.db.destroy()
      world.forget(opened)
      return outcome
    },
  },
  {
    fault: 'A setting in the options of the pool that PgBouncer does not take, such as `statement_timeout`',
    needs: 'pgbouncer',
    async run(world) {
      const bouncer = await startBouncer(world)
      const opened = bouncer.open({ statement_timeout: 1000 })
      const outcome = await inBothForms(async (iterate) => {
        const { rows, error } = await loop(iterate(new Numbers(opened.db)))
        assert.equal(rows, 0)
        return `${nameOf(error)} before the first row`
      })
      await opened.db.destroy()
      world.forget(opened)
      return outcome
    },
  },
]

/** Whatever a session may keep. */
async function settingsOf(db: Kysely<FaultTables>): Promise<unknown[]> {
  const { rows } = await sql`
    select name, setting from pg_settings union all
    select 'statement ' || name, statement from pg_prepared_statements union all
    select 'cursor ' || name, statement from pg_cursors order by 1`.execute(db)
  return rows
}
