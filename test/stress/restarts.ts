/** A program whose worker of `iterator()` ends after each of so many loops, and then ends itself. */
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../src/index.js'
import { promise } from './failures.js'
import { firstRows, isRow } from './sources.js'
import type { StressTables } from './tables.js'

const [connectionString = '', loops = '100'] = process.argv.slice(2)
const db = connect<StressTables>({ connectionString, workerIdleTimeoutMs: 1 })
const hasWorker = () => process.getActiveResourcesInfo().includes('MessagePort')
let rounds = 0
let starts = 0
process.on('worker', () => starts++)
for (; rounds < Number(loops); rounds++) {
  let seen = 0
  for (const row of firstRows(db, 'numbers', 3).iterator())
    promise(isRow('numbers', ++seen, row), 'Another row.')
  promise(seen === 3, `There were ${seen} rows.`)
  while (starts === rounds || hasWorker()) await sleep(1)
}
await db.close()
process.stdout.write(`${rounds} loops, ${starts} workers`)
