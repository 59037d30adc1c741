import assert from 'node:assert/strict'
import { GOOD_ROWS, Numbers, Stalling } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import type { ScenarioGroup } from '../scenario.js'

export const backend: ScenarioGroup = {
  heading: 'The server',
  scenarios: [
    {
      fault: 'Its process is killed between two fetches',
      async run(world) {
        const { db } = world.open()
        const { rows, error } = await loop(
          new Numbers(db).aiterator({ chunkSize: 100 }),
          async (_, count) => {
            if (count === 150) await world.observer.terminateAll()
          },
        )
        assert.ok(rows >= 150 && rows <= 400, String(rows))
        return `${nameOf(error)} after the rows that had arrived`
      },
    },
    {
      fault: 'Its process is killed during a fetch',
      async run(world) {
        const { db } = world.open()
        const reading = loop(new Stalling(db).aiterator({ chunkSize: GOOD_ROWS }))
        await world.observer.untilAsleep()
        await world.observer.terminateAll()
        const { rows, error } = await reading
        assert.equal(rows, GOOD_ROWS)
        return `${nameOf(error)} after the rows of the fetches before`
      },
    },
  ],
}
