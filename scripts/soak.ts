import { Command, InvalidArgumentError } from 'commander'
import pg from 'pg'
import { createDatabase, startServer } from '../codegen/server/index.js'
import { startPgbouncer } from '../test/faults/bouncer.js'
import { findPgbouncer } from '../test/faults/needs.js'
import { late, startProxy } from '../test/postgres/support/proxy.js'
import { Chaos } from '../test/stress/chaos.js'
import { Soak } from '../test/stress/soak.js'
import { objects } from '../test/stress/tables.js'

/**
 * Streams of all fates without end, on pools of three, beside reads and writes over networks that do mischief, one with
 * PgBouncer in the middle: `npm run soak`. Their numbers and the seed say what each of them does; whatever breaks a promise is named by its plan, and the exit code is 1.
 */
const number = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('A number is wanted.')
  return value
}
const program = new Command('soak')
  .description('Runs streams of all fates against the server of DATABASE_URL, or one of its own.')
  .option('--minutes <minutes>', 'how long', number, 10)
  .option('--seed <seed>', 'of the fates', number, 1)
  .parse()
const { minutes, seed } = program.opts<{ minutes: number; seed: number }>()

// What was committed is to be there when the server has been killed.
const settings = { max_connections: '100', synchronous_commit: 'on' }
const server = await startServer({ settings, notify: console.error })
const database = await createDatabase(server)
const client = new pg.Client(database.url)
await client.connect()
await client.query(objects)
await client.end()
const proxy = await startProxy(database.url)
const delay = () => Math.floor(Math.random() * 3)
proxy.relay = late(delay)
proxy.relayToServer = late(delay)

const hasPgbouncer = findPgbouncer() !== undefined
if (!hasPgbouncer) console.error('PgBouncer is not installed: left out.')
const bouncer = hasPgbouncer ? await startPgbouncer(database.url) : undefined
const common = { url: database.url, seed }
const chaos = [await Chaos.start({ ...common, application: 'chaos' })]
if (bouncer !== undefined) chaos.push(await Chaos.start({ ...common, application: 'bounced chaos', bouncer }))

console.log(`seed ${seed}, ${minutes} minutes`)
const soak = new Soak({ ...common, proxy, minutes, chaos, canRestart: server.logFile !== undefined })
try {
  await soak.run()
} catch (error) {
  console.error(error)
  console.error(`A promise was broken: seed ${seed}.`)
  process.exitCode = 1
} finally {
  await soak.close()
  soak.printSummary()
  await proxy[Symbol.asyncDispose]()
  await bouncer?.stop()
  await database.drop()
  await server.stop()
}
// Node 20 itself, at its end, may wait without end for a socket that a server has cut off.
process.exit()
