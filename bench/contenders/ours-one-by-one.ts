/**
 * Our own loop without read-ahead, to be measured against. No option turns it off, so that here, in this process
 * alone, every portal forgets to send the fetch that will be asked for next.
 */
import { Fetches } from '../../src/portal/fetches.js'
import { Portal } from '../../src/portal/portal.js'
import type { Contender, ReadJob } from './job.js'
import { open as openOurs } from './ours.js'

/** Opens one form of reading. */
export async function open(job: ReadJob): Promise<Contender> {
  const { prototype } = Portal
  // Taken from its class in order to be called on the objects of that class again.
  const next = Object.getOwnPropertyDescriptor(prototype, 'next')?.value as typeof prototype.next
  let steps = 0
  Fetches.prototype.sendAhead = () => {}
  prototype.next = function () {
    steps++
    return next.call(this)
  }
  const contender = await openOurs(job)
  return {
    ...contender,
    read: async (onRows) => {
      steps = 0
      await contender.read(onRows)
      if (steps === 0) throw new Error('No portal was stepped: there is nothing to compare with.')
    },
  }
}
