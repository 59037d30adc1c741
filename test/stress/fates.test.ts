import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { late, startProxy, type Proxy } from '../postgres/support/proxy.js'
import type { TestDatabase } from '../support/database.js'
import { stressDatabase } from './database.js'
import { runFates } from './fate.js'
import { ends, planOf, type Plan } from './plan.js'
import { runSyncFates } from './sync-child.js'
import { addTally, emptyTally, type Tally } from './tally.js'
import { World, type WorldOptions } from './world.js'

/** More of them, by another seed: FATES=2000 FATES_SEED=7. */
const STREAMS = Number(process.env['FATES'] ?? 600)
const seed = Number(process.env['FATES_SEED'] ?? 1)
/** Streams at once, on a pool of half as many connections. */
const LANES = 6
/** Streams after which everything has to be as it was. */
const ROUND = 100

let database: TestDatabase
let proxy: Proxy
const uncaught: unknown[] = []
const note = (error: unknown) => void uncaught.push(error)

beforeAll(async () => {
  process.on('unhandledRejection', note).on('uncaughtExceptionMonitor', note).on('warning', note)
  database = await stressDatabase()
  proxy = await startProxy(database.url)
  const delay = () => Math.floor(Math.random() * 3)
  proxy.relay = late(delay)
  proxy.relayToServer = late(delay)
})

afterAll(async () => {
  process.off('unhandledRejection', note).off('uncaughtExceptionMonitor', note).off('warning', note)
  await proxy[Symbol.asyncDispose]()
  await database.drop()
})

/** Runs the fates of these numbers on a pool of their own, from which nothing is left in the end. */
async function stress(options: Omit<WorldOptions, 'url'>, from: number, to: number): Promise<Tally> {
  await using world = new World({ url: database.url, ...options })
  const canReset = options.proxy !== undefined
  for (let start = from; start < to; start += ROUND) {
    const plans: Plan[] = []
    for (let number = start; number < Math.min(to, start + ROUND); number++) {
      plans.push(planOf({ seed, number, canReset, isSync: false }))
    }
    await runFates(world, plans, LANES)
  }
  await world.close()
  return world.tally
}

test(`${STREAMS} streams of all fates on pools of three, some over a network that is late, some synchronous`, async () => {
  const share = Math.ceil(STREAMS / 10)
  const { url } = database
  const resources = countResources()
  const tallies = await Promise.all([
    stress({ application: 'fates' }, 0, STREAMS - 2 * share),
    stress({ application: 'late fates', proxy }, STREAMS - 2 * share, STREAMS - share),
    runSyncFates({ url, application: 'synchronous fates', seed, from: STREAMS - share, count: share }),
  ])
  const sum = emptyTally()
  for (const tally of tallies) addTally(sum, tally)
  expect(sum.streams).toBe(STREAMS)
  expect(Object.keys(sum.ends).toSorted()).toEqual(ends.toSorted())
  expect(Object.keys(sum.errors).toSorted()).toEqual(['22012', '57014', 'lost'])
  expect(uncaught).toEqual([])
  await vi.waitFor(() => expect(countResources()).toEqual(resources), { timeout: 20_000 })
}, 600_000)

/** What keeps this process alive, as far as streams could leave it. */
function countResources(): string[] {
  const ours = ['TCPSocketWrap', 'TCPConnectWrap', 'MessagePort', 'Worker', 'ProcessWrap']
  return process
    .getActiveResourcesInfo()
    .filter((name) => ours.includes(name))
    .toSorted()
}
