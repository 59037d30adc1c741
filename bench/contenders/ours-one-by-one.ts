/**
 * Our own loop without read-ahead, to be measured against. No option turns it off, so that here, in this process
 * alone, every portal forgets to send the fetch that will be asked for next.
 */
import { Fetches } from '../../src/portal/fetches.js'
import type { Contender, ReadJob } from './job.js'
import { open as openOurs } from './ours.js'

/** Opens one form of reading. */
export async function open(job: ReadJob): Promise<Contender> {
  let left = 0
  Fetches.prototype.sendAhead = () => void left++
  const contender = await openOurs(job)
  return {
    ...contender,
    read: async (onRows) => {
      left = 0
      await contender.read(onRows)
      if (left === 0) throw new Error('No portal was about to read ahead: there is nothing to compare with.')
    },
  }
}
