import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { GOOD_ROWS, Numbers, Stalling, type Opened } from '../../postgres/support/fault-tables.js'
import { inBothForms } from '../both-forms.js'
import { loop, nameOf } from '../loop.js'
import type { ScenarioGroup } from '../scenario.js'
import { whenAsleep } from '../when-asleep.js'
import type { World } from '../world.js'
import { lockTimeouts } from './lock-timeouts.js'

export const limits: ScenarioGroup = {
  heading: 'Time limits',
  scenarios: [
    {
      fault: '`statement_timeout`',
      async run(world) {
        const { db } = world.open({ statement_timeout: 300 })
        return inBothForms(async (iterate) => {
          const { rows, error } = await loop(
            iterate(new Stalling(db), { chunkSize: GOOD_ROWS }),
            async (_, count) => {
              if (count === 1) await sleep(350)
            },
          )
          assert.equal(rows, GOOD_ROWS)
          return `${nameOf(error)} when a single fetch takes longer; the time that the loop body takes does not count`
        })
      },
    },
    {
      fault: '`idle_in_transaction_session_timeout`',
      async run(world) {
        return inBothForms(async (iterate) => {
          const opened = world.open({ idle_in_transaction_session_timeout: 100 })
          const error = await outlive(world, opened, iterate(new Numbers(opened.db), { chunkSize: 100 }))
          assert.ok(error?.message.includes('idle_in_transaction_session_timeout'), error?.message)
          return `${nameOf(error)}, which names the setting, when the loop body takes longer`
        })
      },
    },
    {
      fault: '`transaction_timeout`',
      needs: 'PostgreSQL 17',
      async run(world) {
        return inBothForms(async (iterate) => {
          const opened = world.open({ options: '-c transaction_timeout=100' })
          const error = await outlive(world, opened, iterate(new Numbers(opened.db), { chunkSize: 100 }))
          return `${nameOf(error)} when the whole loop takes longer`
        })
      },
    },
    ...lockTimeouts,
    {
      fault: 'The query is cancelled by somebody else',
      async run(world) {
        const { db } = world.open()
        return inBothForms(async (iterate) => {
          const cancelled = whenAsleep(world, 'pg_cancel_backend')
          const { rows, error } = await loop(iterate(new Stalling(db), { chunkSize: GOOD_ROWS }))
          await cancelled
          assert.equal(rows, GOOD_ROWS)
          return `${nameOf(error)} after the rows of the fetches before`
        })
      },
    },
    {
      fault: "pg's `query_timeout`",
      async run(world) {
        return inBothForms(async (iterate) => {
          const opened = world.open({ query_timeout: 300 })
          const { rows, error } = await loop(iterate(new Stalling(opened.db), { chunkSize: GOOD_ROWS }))
          delete opened.pool.options.query_timeout
          assert.ok(rows === 0 || rows === GOOD_ROWS, String(rows))
          await untilNobodyWorks(world)
          return `${nameOf(error)}, never fewer rows without one; the server stops working on the query`
        })
      },
    },
    {
      fault: '`idle_session_timeout` for connections that wait in the pool',
      async run(world) {
        return inBothForms(async (iterate) => {
          const opened = world.open({ options: '-c idle_session_timeout=300' })
          const some = new Numbers(opened.db).filter({ id: { lte: 100 } })
          const others = (await world.observer.states()).length
          const before = await loop(iterate(some))
          while ((await world.observer.states()).length > others) await sleep(5)
          await sleep(20)
          delete opened.pool.options.options
          const after = await loop(iterate(some))
          assert.deepEqual([before.rows, after.rows], [100, 100])
          return `${nameOf(after.error)}: the next loop gets another connection`
        })
      },
    },
  ],
}

/** Runs a loop whose body takes until the server has ended the session. @returns its error. */
async function outlive(
  world: World,
  { pool }: Opened,
  rows: Parameters<typeof loop>[0],
): Promise<Error | undefined> {
  const { error } = await loop(rows, async (_, count) => {
    if (count !== 50) return
    await world.observer.untilStates()
    await sleep(20)
  })
  // The next query is given more time, however busy the machine is.
  delete pool.options.options
  delete pool.options.idle_in_transaction_session_timeout
  return error
}

async function untilNobodyWorks({ observer }: World): Promise<void> {
  while ((await observer.states()).some((state) => state === 'active')) await sleep(5)
}
