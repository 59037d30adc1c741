import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Numbers, ROWS, type Opened } from '../../postgres/support/fault-tables.js'
import { loop, nameOf } from '../loop.js'
import { execute, startOwnServer } from '../own-server.js'
import type { Scenario } from '../scenario.js'
import type { World } from '../world.js'

const STREAMS = 20

/** The server as a whole: stopped and started again under open streams. */
export const restart: readonly Scenario[] = [
  {
    fault: `It is stopped and started again under ${STREAMS} streams`,
    isLong: true,
    run: (world) => stopUnderStreams(world, 'SIGINT'),
  },
  {
    fault: `It is stopped at once, as by a crash, and started again under ${STREAMS} streams`,
    run: (world) => stopUnderStreams(world, 'SIGQUIT'),
  },
  {
    fault: 'It is shutting down, or starting up',
    async run(world) {
      // What it recovers from comes as soon as a file is gone, and then is nothing.
      const server = await startOwnServer(world, {
        wal_level: 'replica',
        restore_command: 'while [ -e held ]; do sleep 0.02; done; false',
      })
      const held = join(server.data, 'held')
      const { db } = world.open({ url: server.url, max: 2 })
      const names = new Set<string>()
      const tryBothForms = async () => {
        for (const stream of [new Numbers(db).aiterator(), new Numbers(db).iterator()])
          names.add(nameOf((await loop(stream)).error))
      }
      const open = await loop(new Numbers(db).aiterator({ chunkSize: 100 }), async (_, count) => {
        if (count !== 150) return
        await server.signal('SIGTERM')
        await untilRefused(server.url)
        await tryBothForms()
      })
      assert.deepEqual(open, { rows: ROWS, error: undefined })
      await server.signal('SIGINT')
      await server.untilStopped()
      await Promise.all([held, join(server.data, 'recovery.signal')].map((path) => writeFile(path, '')))
      await server.start('starting')
      await untilRefused(server.url)
      await tryBothForms()
      await rm(held)
      await server.until('ready')
      await world.observe(server.url)
      return `${[...names].join(', ')}, in both forms; streams that are open go on while it waits for them`
    },
  },
]

async function stopUnderStreams(world: World, signal: 'SIGINT' | 'SIGQUIT'): Promise<string> {
  const server = await startOwnServer(world)
  const opened = world.open({ url: server.url, max: STREAMS })
  let arrived = 0
  let stopped!: () => void
  const restarted = new Promise<void>((resolve) => (stopped = resolve))
  const loops = Array.from({ length: STREAMS }, (_, index) =>
    loop(streamOf(opened, index), async (_, count) => {
      if (count !== 150) return
      if (++arrived === STREAMS) {
        await server.signal(signal)
        await server.untilStopped()
        await server.start()
        stopped()
      }
      await restarted
    }),
  )
  const names = new Set<string>()
  for (const { rows, error } of await Promise.all(loops)) {
    assert.ok(rows >= 150 && rows < ROWS, String(rows))
    names.add(nameOf(error))
  }
  const again = await loop(streamOf(opened, 0))
  assert.equal(again.error, undefined)
  await world.observe(server.url)
  return `${[...names].join(', ')} in each of the loops; after that the same pool gives right answers`
}

/** Every fourth is synchronous. */
function streamOf({ db }: Opened, index: number) {
  const numbers = new Numbers(db)
  return index % 4 === 0 ? numbers.iterator({ chunkSize: 100 }) : numbers.aiterator({ chunkSize: 100 })
}

/** Waits until a connection is refused for the state of the server. */
async function untilRefused(url: string): Promise<void> {
  for (;;) {
    const refused = await execute(url, '').then(
      () => false,
      (error: Error & { code?: string }) => error.code === '57P03',
    )
    if (refused) return
  }
}
