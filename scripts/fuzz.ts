import Table from 'cli-table3'
import { Command, InvalidArgumentError } from 'commander'
import pg from 'pg'
import { createDatabase, startServer } from '../codegen/server/index.js'
import { fuzz } from '../test/fuzz/fuzz.js'
import { objects } from '../test/stress/tables.js'

/**
 * Conversations with a server over a network that does mischief to their bytes: `npm run fuzz`. The seed and a number say
 * what each of them does; whatever breaks a promise is named by its plan, and the exit code is 1.
 */
const number = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new InvalidArgumentError('A number is wanted.')
  return value
}
const program = new Command('fuzz')
  .description(
    'Holds conversations with the server of DATABASE_URL, or one of its own, over networks that spoil them.',
  )
  .option('--minutes <minutes>', 'how long', number, 10)
  .option('--seed <seed>', 'of the mischief', number, 1)
  .option('--only <number>', 'the conversation of this number alone; negative for a synchronous one', number)
  .parse()
const { minutes, seed, only } = program.opts<{ minutes: number; seed: number; only?: number }>()

const server = await startServer({ settings: { max_connections: '200' }, notify: console.error })
const database = await createDatabase(server)
try {
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(objects)
  await client.end()
  console.log(`seed ${seed}, ${only === undefined ? `${minutes} minutes` : `number ${only}`}`)
  const start = performance.now()
  const figures = await fuzz({ url: database.url, seed, minutes, ...(only !== undefined && { only }) })
  const { operations, mischief, errors, ...others } = figures
  const table = new Table({ style: { head: [], border: [] } })
  for (const [name, counts] of Object.entries({ operations, mischief, errors }))
    table.push(...Object.entries(counts).map(([key, count]) => [`${name}: ${key}`, count]))
  table.push(...Object.entries(others).map(([name, value]) => [name, Math.round(value)]))
  table.push(['minutes', ((performance.now() - start) / 60_000).toFixed(1)], ['seed', seed])
  console.log(table.toString())
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await database.drop()
  await server.stop()
}
