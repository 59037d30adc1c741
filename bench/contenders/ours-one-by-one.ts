/**
 * Our own loop without read-ahead, to be measured against. No option turns it off, so that here, in this process
 * alone, every portal is opened as if there were one.
 */
import { SluiceConnection } from '../../src/kysely/connection.js'
import type { Contender, ReadJob } from './job.js'
import { open as openOurs } from './ours.js'

type Open = SluiceConnection['openPortal']

/** Opens one form of reading. */
export async function open(job: ReadJob): Promise<Contender> {
  const { prototype } = SluiceConnection
  // Taken from its object in order to be called on the same class of object again.
  const readingAhead = Object.getOwnPropertyDescriptor(prototype, 'openPortal')?.value as Open
  let changed = 0
  // The same function but for one field of its argument.
  prototype.openPortal = function (this: SluiceConnection, request: Parameters<Open>[0]) {
    if (request.readAhead) changed++
    return readingAhead.call(this, { ...request, readAhead: false })
  } as Open
  const contender = await openOurs(job)
  return {
    ...contender,
    read: async (onRows) => {
      changed = 0
      await contender.read(onRows)
      if (changed === 0)
        throw new Error('No portal was about to read ahead: there is nothing to compare with.')
    },
  }
}
