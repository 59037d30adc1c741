/**
 * A program that runs synchronous streams, which would block whoever else is in its process, and prints its figures as
 * a line of JSON. It ends by itself when nothing is left of them.
 */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { connect } from '../../src/index.js'
import { promise } from './failures.js'
import { planOf } from './plan.js'
import { block, runSyncFate } from './sync-fate.js'
import { Numbered, type StressTables } from './tables.js'
import { emptyTally } from './tally.js'

const [connectionString = '', application = '', ...numbers] = process.argv.slice(2)
const [seed = 0, from = 0, count = 0] = numbers.map(Number)

/** What would keep a process alive. */
const LEFTOVERS = ['TCPSocketWrap', 'TCPConnectWrap', 'MessagePort', 'Worker', 'Timeout']

const db = connect<StressTables>({ connectionString, application_name: application, max: 3 })
const tally = emptyTally()
for (let number = from; number < from + count; number++) {
  runSyncFate(db, tally, planOf({ seed, number, canReset: false, isSync: true }))
}
const start = performance.now()
const busy = () => [...new Numbered(db, 'sessions').iterator()].length
while (busy() > 0) {
  promise(performance.now() - start < 20_000, 'The server has sessions that are not idle.')
  block(5)
}
tally.longestSettleMs = performance.now() - start
const { rows } = await sql<{ n: number }>`select ${count}::int as n`.execute(db)
promise(rows[0]?.n === count, 'The next query is wrong.')
await db.close()
const left = () => process.getActiveResourcesInfo().filter((name) => LEFTOVERS.includes(name))
// The sockets have been told to close.
const closed = performance.now()
while (left().length > 0) {
  promise(performance.now() - closed < 20_000, `There is left: ${left().join(', ')}.`)
  await setImmediate()
}
process.stdout.write(`${JSON.stringify(tally)}\n`)
