import { afterAll, describe, expect, it } from 'vitest'
import type { Server } from '../../../codegen/server/index.js'
import { Random } from '../../queryset/random.js'
import { temporaryFolder } from '../support.js'
import { findClients, findServers, type Installed } from './installed.js'
import { formNames, roundTrip } from './round-trip.js'

/**
 * `npm run test:dumps` is the long form. A seed that failed runs alone with DUMPS=1 and the seed as DUMP_SEED, in the same
 * form of the test and where the same versions of PostgreSQL are.
 */
const isLong = process.env['MODE'] === 'dumps'
const COUNT = Number(process.env['DUMPS'] ?? (isLong ? 1000 : 4))
const FIRST = Number(process.env['DUMP_SEED'] ?? 1)

const servers = findServers()

/** A pg_dump dumps servers that are no newer than itself, and writes for those that are no older. */
const pairs = findClients().flatMap((clients) => {
  const targets = servers.filter(({ major }) => major >= clients.major)
  const dumped = servers.filter(({ major }) => major <= clients.major)
  return targets.flatMap((to) => dumped.map((server) => ({ clients, server, to })))
})

/** Each server takes a while to start: one has to do. */
const used = isLong ? pairs : pairs.filter(({ server, to }) => server === to).slice(0, 1)

/** Whose the server is where a dump is loaded. */
const OWNERS = ['of others', 'of our own'] as const

function caseOf(seed: number) {
  const random = new Random(seed)
  return { seed, form: random.pick(formNames), whose: random.pick(OWNERS), ...random.pick(used) }
}

const running = new Map<number, Promise<Server>>()

function started({ major, start }: Installed): Promise<Server> {
  const server = running.get(major) ?? start()
  running.set(major, server)
  return server
}

afterAll(() => Promise.all([...running.values()].map(async (server) => (await server).stop())))

if (used.length === 0) it.skip('needs a pg_dump, and a server that it can dump', () => undefined)

describe.skipIf(used.length === 0)('what a pg_dump that is here writes of a random database', () => {
  const cases = used.length === 0 ? [] : Array.from({ length: COUNT }, (_, index) => caseOf(FIRST + index))
  let [taken, refused] = [0, 0]

  it.each(cases)(
    'gives the code of the database: seed $seed, $form, $clients.major of $server.major to $to.major $whose',
    { timeout: 60_000 },
    async ({ seed, form, whose, clients, ...each }) => {
      using folder = temporaryFolder()
      const [server, to] = [await started(each.server), await started(each.to)]
      const target = whose === 'of our own' ? to : { ...to, logFile: undefined }
      const trip = { seed, form, clients, server, target, folder: folder.path }
      const { live, loaded, world } = await roundTrip(trip)
      taken += world.taken.length
      refused += world.refused.length
      expect(loaded).toEqual(live)
    },
  )

  it('has most of what chance made of it', () => {
    expect(taken).toBeGreaterThan(refused * 3)
  })
})
