import assert from 'node:assert/strict'
import { GOOD_ROWS, Numbers, ROWS, Stalling } from '../../postgres/support/fault-tables.js'
import { inBothForms } from '../both-forms.js'
import { loop, nameOf } from '../loop.js'
import { openBehindProxy } from '../outside-proxy.js'
import type { ProxyCommand } from '../proxy-thread.js'
import type { Scenario } from '../scenario.js'

const CHUNK = 200

/** A fault that meets a loop after its 250th row, between two fetches or at the next one. */
const inTheLoop = (fault: string, command: ProxyCommand): Scenario => ({
  fault,
  async run(world) {
    const { db, proxy } = await openBehindProxy(world)
    return inBothForms(async (iterate) => {
      const { rows, error } = await loop(iterate(new Numbers(db), { chunkSize: CHUNK }), async (_, count) => {
        if (count === 250) await proxy.tell(command)
      })
      await proxy.tell({ fromServer: 'passed' })
      // Some chunks were on their way when it happened, and none comes in part.
      assert.ok(rows >= 400 && rows < ROWS && rows % CHUNK === 0, String(rows))
      return `${nameOf(error)} after the chunks that had arrived whole`
    })
  },
})

/** The connection goes, cut on the network or by either side. */
export const cutting: readonly Scenario[] = [
  inTheLoop('The connection is reset between two fetches', { now: 'reset' }),
  inTheLoop('The connection is reset during a fetch', { fromServer: 'reset' }),
  inTheLoop('The connection is reset in the middle of a row', { fromServer: 'resetWithinRow' }),
  inTheLoop('The connection ends in the middle of a row, by a FIN', { fromServer: 'endWithinRow' }),
  inTheLoop('The server’s side alone ends the connection between two fetches', { now: 'end' }),
  {
    fault: 'The connection is reset while it is being made',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world)
      return inBothForms(async (iterate) => {
        await proxy.tell({ newcomers: 'cut' })
        const { rows, error } = await loop(iterate(new Numbers(db)))
        await proxy.tell({ newcomers: 'served' })
        assert.equal(rows, 0)
        return nameOf(error)
      })
    },
  },
  {
    fault: 'The connection is reset in the middle of the answer to COMMIT',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world)
      return inBothForms(async (iterate) => {
        await proxy.tell({ fromServer: 'resetWithinCommit' })
        const read = await loop(iterate(new Numbers(db)))
        const written = await loop(iterate(new Numbers(db), { readOnly: false }))
        await proxy.tell({ fromServer: 'passed' })
        assert.deepEqual([read.rows, written.rows], [ROWS, ROWS])
        assert.equal(nameOf(read.error), nameOf(written.error))
        return `all rows and then ${nameOf(written.error)}, also where nothing was written`
      })
    },
  },
  {
    fault: 'The connection is cut on this side only, while the server is at work',
    async run(world) {
      const { db, proxy } = await openBehindProxy(world)
      return inBothForms(async (iterate) => {
        await proxy.tell({ keepsServer: true })
        const reading = loop(iterate(new Stalling(db), { chunkSize: GOOD_ROWS }), async (_, count) => {
          if (count < GOOD_ROWS) return
          // The next fetch is under way.
          await world.observer.untilAsleep()
          await proxy.tell({ now: 'reset' })
        })
        const { rows, error } = await reading
        assert.equal(rows, GOOD_ROWS)
        await world.observer.untilStates('idle in transaction (aborted)')
        await world.observer.terminateAll()
        await proxy.tell({ keepsServer: false })
        return `${nameOf(error)}; the server’s query is cancelled`
      })
    },
  },
]
