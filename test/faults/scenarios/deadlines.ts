import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { QueryError, TimeoutError } from '../../../src/index.js'
import { engineOf } from '../../../src/kysely/adapter.js'
import { GOOD_ROWS, Items, Numbers, Stalling } from '../../postgres/support/fault-tables.js'
import { inBothForms } from '../both-forms.js'
import { loop, nameOf } from '../loop.js'
import type { ScenarioGroup } from '../scenario.js'
import type { World } from '../world.js'

const LIMIT_MS = 200

function codeOf(error: Error | undefined): string {
  assert.ok(error instanceof QueryError || error instanceof TimeoutError, String(error))
  assert.match(error.message, /stream was ended: select .* \(open for [\d.]+ s, \d+ rows read\)/)
  return `${nameOf(error)} \`${error.code}\`, which names the stream`
}

function blockFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

async function untilIdle(world: World): Promise<void> {
  while ((await world.observer.states()).some((state) => state !== 'idle')) await sleep(5)
}

export const deadlines: ScenarioGroup = {
  heading: 'Deadlines',
  scenarios: [
    {
      fault: 'A fetch takes longer than `fetchTimeoutMs`',
      async run(world) {
        const { db } = world.open()
        return inBothForms(async (iterate) => {
          const options = { chunkSize: GOOD_ROWS, fetchTimeoutMs: LIMIT_MS }
          const { rows, error } = await loop(iterate(new Stalling(db), options))
          assert.equal(rows, GOOD_ROWS)
          await untilIdle(world)
          return `${codeOf(error)}; the query is cancelled on the server`
        })
      },
    },
    {
      fault: 'A fetch of a stock Kysely stream takes longer than the `fetchTimeoutMs` of the dialect',
      async run(world) {
        const { db } = world.open({ fetchTimeoutMs: LIMIT_MS })
        const { rows, error } = await loop(db.selectFrom('stalling').selectAll().stream(GOOD_ROWS))
        assert.equal(rows, GOOD_ROWS)
        await untilIdle(world)
        return codeOf(error)
      },
    },
    {
      fault: 'The loop body blocks the process for longer than `fetchTimeoutMs`',
      async run(world) {
        const { db } = world.open()
        return inBothForms(async (iterate) => {
          const some = new Numbers(db).filter({ id: { lte: 1000 } })
          const { rows, error } = await loop(
            iterate(some, { chunkSize: 300, fetchTimeoutMs: LIMIT_MS }),
            (_, count) => {
              if (count % 250 === 0) blockFor(2 * LIMIT_MS)
            },
          )
          assert.equal(rows, 1000)
          return `${nameOf(error)}: what the server has sent in time is not late`
        })
      },
    },
    {
      fault: 'The loop body stalls for longer than `idleTimeoutMs`',
      async run(world) {
        const { db } = world.open()
        return inBothForms(async (iterate) => {
          const { rows, error } = await loop(
            iterate(new Numbers(db), { chunkSize: 100, idleTimeoutMs: LIMIT_MS }),
            async (_, count) => {
              if (count !== 50) return
              await untilIdle(world)
              // The connection is free for others while this body still runs.
              assert.equal(await countOf(new Numbers(db)), 10)
            },
          )
          assert.ok(rows >= 100 && rows <= 200, String(rows))
          return `${codeOf(error)}, after the rows that had arrived; its connection is free at once`
        })
      },
    },
    {
      fault: 'The loop body is slower than `idleTimeoutMs` over a chunk, but takes row after row',
      async run(world) {
        const { db } = world.open({ closeTimeoutMs: LIMIT_MS })
        return inBothForms(async (iterate) => {
          const some = new Numbers(db).filter({ id: { lte: 30 } })
          const { rows, error } = await loop(iterate(some, { chunkSize: 20, idleTimeoutMs: LIMIT_MS }), () =>
            sleep(LIMIT_MS / 5),
          )
          assert.equal(rows, 30)
          return `${nameOf(error)}`
        })
      },
    },
    {
      fault: 'The loop over a stock Kysely stream stalls for longer than the `idleTimeoutMs` of the dialect',
      async run(world) {
        const { db } = world.open({ idleTimeoutMs: LIMIT_MS })
        const { rows, error } = await loop(
          db.selectFrom('numbers').selectAll().stream(100),
          async (_, count) => {
            if (count === 50) await world.observer.untilStates()
            if (count === 60) assert.equal(await countOf(new Numbers(db)), 10)
          },
        )
        assert.equal(rows, 100)
        return `${codeOf(error)}; its connection is closed`
      },
    },
    {
      fault: 'The loop body stalls inside `using(trx)` for longer than `idleTimeoutMs`',
      async run(world) {
        const { db } = world.open()
        const streams = engineOf(db.getExecutor().adapter)?.streams
        return db.transaction().execute(async (trx) => {
          const options = { chunkSize: 100, idleTimeoutMs: LIMIT_MS }
          const { rows, error } = await loop(new Numbers(trx).aiterator(options), async (_, count) => {
            while (count === 50 && streams?.size !== 0) await sleep(5)
          })
          assert.ok(rows >= 100 && rows <= 200, String(rows))
          assert.equal(await countOf(new Numbers(trx)), 10)
          assert.equal(await countOf(new Items(trx)), 0)
          return `${codeOf(error)}; the transaction goes on`
        })
      },
    },
    {
      fault: 'The whole process hangs in the loop body, with `idleTimeoutMs`',
      async run(world) {
        const { db } = world.open({ closeTimeoutMs: LIMIT_MS })
        const { error } = await loop(
          new Numbers(db).aiterator({ chunkSize: 100, idleTimeoutMs: LIMIT_MS }),
          (_, count) => {
            if (count === 50) blockFor(5 * LIMIT_MS)
          },
        )
        return `${nameOf(error)}: the server ends the session after \`idleTimeoutMs\` and \`closeTimeoutMs\``
      },
    },
    {
      fault: 'A transaction is forgotten, and the database closed',
      async run(world) {
        const opened = world.open({ closeTimeoutMs: LIMIT_MS })
        const trx = await opened.db.startTransaction().execute()
        await trx.selectFrom('numbers').select('id').where('id', '=', 1).execute()
        world.forget(opened)
        await opened.db.destroy()
        const late = await loop(new Numbers(trx).aiterator())
        return `the connection is cut after \`closeTimeoutMs\`; the next query of the transaction: ${nameOf(late.error)}`
      },
    },
  ],
}

async function countOf(rows: Numbers | Items): Promise<number> {
  return rows.filter({ id: { lte: 10 } }).count()
}
