import { Command, InvalidArgumentError } from 'commander'
import pg from 'pg'
import { createDatabase, startServer } from '../codegen/server/index.js'
import { late, startProxy } from '../test/postgres/support/proxy.js'
import { Soak } from '../test/stress/soak.js'
import { objects } from '../test/stress/tables.js'

/**
 * Streams of all fates without end, on pools of three: `npm run soak`. Their numbers and the seed say what each of them
 * does; whatever breaks a promise is named by its plan, and the exit code is 1.
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

const server = await startServer({ settings: { max_connections: '100' }, notify: console.error })
const database = await createDatabase(server)
const client = new pg.Client(database.url)
await client.connect()
await client.query(objects)
await client.end()
const proxy = await startProxy(database.url)
const delay = () => Math.floor(Math.random() * 3)
proxy.relay = late(delay)
proxy.relayToServer = late(delay)

const soak = new Soak({ url: database.url, proxy, seed, minutes, canRestart: server.logFile !== undefined })
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
  await database.drop()
  await server.stop()
}
