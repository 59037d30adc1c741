import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failing, GOOD_ROWS, Numbers, ROWS, Stalling } from '../../postgres/support/fault-tables.js'
import { inBothForms } from '../both-forms.js'
import { loop, nameOf } from '../loop.js'
import type { ScenarioGroup } from '../scenario.js'
import { stallingSiblings } from '../stalling-siblings.js'
import { whenAsleep } from '../when-asleep.js'
import type { World } from '../world.js'
import { restart } from './restart.js'

export const backend: ScenarioGroup = {
  heading: 'The server',
  scenarios: [
    {
      fault: 'Its process is killed between two fetches',
      async run(world) {
        const { db } = world.open()
        return inBothForms(async (iterate) => {
          const { rows, error } = await loop(
            iterate(new Numbers(db), { chunkSize: 100 }),
            async (_, count) => {
              if (count === 150) await kill(world)
            },
          )
          assert.ok(rows >= 150 && rows < ROWS, String(rows))
          return `${nameOf(error)} after the rows that had arrived`
        })
      },
    },
    {
      fault: 'Its process is killed during a fetch',
      async run(world) {
        const { db } = world.open()
        return inBothForms(async (iterate) => {
          const killed = whenAsleep(world, 'pg_terminate_backend')
          const { rows, error } = await loop(iterate(new Stalling(db), { chunkSize: GOOD_ROWS }))
          await killed
          assert.equal(rows, GOOD_ROWS)
          return `${nameOf(error)} after the rows of the fetches before`
        })
      },
    },
    {
      fault: 'Its process is killed during a prefetch',
      async run(world) {
        const { db } = world.open()
        return inBothForms(async (iterate) => {
          const killed = whenAsleep(world, 'pg_terminate_backend')
          const { rows, error } = await loop(iterate(stallingSiblings(db), { chunkSize: 1000 }))
          await killed
          assert.equal(rows, 2000)
          return `${nameOf(error)} after the chunks that were complete`
        })
      },
    },
    {
      fault: 'Its process is killed under a stock `stream()` of Kysely',
      async run(world) {
        const { db } = world.open()
        const { rows, error } = await loop(
          db.selectFrom('numbers').selectAll().stream(100),
          async (_, count) => {
            if (count === 150) await kill(world)
          },
        )
        assert.ok(rows >= 150 && rows < ROWS, String(rows))
        return `${nameOf(error)} after the rows that had arrived`
      },
    },
    {
      fault: 'Its process is killed before a stream of `INSERT … RETURNING` has committed',
      async run(world) {
        const { db } = world.open()
        const table = `${world.name}_items`
        await world.observer.query(`create table ${table} (like items)`)
        const insert = db
          // The columns are the same.
          .insertInto(table as 'items')
          .columns(['id', 'payload'])
          .expression(db.selectFrom('numbers').select(['id', 'payload']).where('id', '<=', 150))
          .returningAll()
        const { rows, error } = await loop(insert.stream(100), async (_, count) => {
          if (count === 1) await killIdle(world)
        })
        assert.ok(rows >= 100 && rows <= 150, String(rows))
        const left = await loop(insert.stream(100), async () => {
          await killIdle(world)
          return 'break'
        })
        assert.equal(nameOf(left.error), nameOf(error))
        assert.deepEqual(await world.observer.query(`select from ${table}`), [])
        return `${nameOf(error)}, also when the loop is left by \`break\`: it never ends as if it had been committed`
      },
    },
    {
      fault: 'Its process was killed when a loop that reads is left',
      async run(world) {
        const { db } = world.open()
        const leave = async (stream: Parameters<typeof loop>[0]) => {
          const { rows, error } = await loop(stream, async () => {
            await kill(world)
            return 'break'
          })
          assert.equal(rows, 1)
          return `${nameOf(error)}: nothing was lost`
        }
        const outcome = await inBothForms((iterate) => leave(iterate(new Numbers(db), { chunkSize: 100 })))
        assert.ok(outcome.startsWith(await leave(db.selectFrom('numbers').selectAll().stream(100))))
        return `${outcome}, and so a stock \`stream()\``
      },
    },
    {
      fault: 'A row cannot be computed',
      async run(world) {
        const { db } = world.open()
        return inBothForms(async (iterate) => {
          const { rows, error } = await loop(iterate(new Failing(db), { chunkSize: GOOD_ROWS }))
          assert.equal(rows, GOOD_ROWS)
          return `${nameOf(error)} after the rows of the fetches before`
        })
      },
    },
    {
      fault: 'It has no connection left',
      async run(world) {
        const role = world.name
        const { observer } = world
        await observer.query(`create role ${role} login password 'secret' connection limit 0`)
        const url = new URL(world.url)
        url.username = role
        url.password = 'secret'
        const { db } = world.open({ url: url.href })
        const outcome = await inBothForms(async (iterate) => {
          const { rows, error } = await loop(iterate(new Numbers(db)))
          assert.equal(rows, 0)
          return `${nameOf(error)} before the first row`
        })
        await observer.query(`alter role ${role} connection limit 5`)
        await observer.query(`grant select on numbers to ${role}`)
        world.atEnd(async () => {
          const cleaner = await world.observe(world.url)
          await cleaner.query(`drop owned by ${role}; drop role ${role}`)
          await cleaner[Symbol.asyncDispose]()
        })
        return outcome
      },
    },
    ...restart,
  ],
}

/** Kills the sessions of the scenario, and waits until the last word of the server is there to be read. */
async function kill({ observer }: World): Promise<void> {
  await observer.terminateAll()
  await observer.untilStates()
  await sleep(20)
}

/** The same, when nothing is under way. */
async function killIdle(world: World): Promise<void> {
  await world.observer.untilStates('idle in transaction')
  await kill(world)
}
