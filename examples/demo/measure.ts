/** A program: reads all users in the form that its first argument names, and answers what that took. */
import { connect } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { answer } from './apart.js'
import { formOf } from './forms.js'

/** What one form took. Times are in milliseconds, memory in bytes. */
export interface Measurement {
  readonly rows: number
  readonly total: number
  readonly firstRow: number
  /** The largest the process ever was. */
  readonly peakMemory: number
}

await answer(async (url): Promise<Measurement> => {
  const db = connect<DB>({ connectionString: url })
  const { users } = repositories(db)
  const name = process.argv[2]
  // Without a form it measures what a process takes that only imports everything and connects.
  const form = name === undefined ? () => undefined : formOf(name)

  // One row beforehand, so that connecting and starting a worker thread are not part of the time.
  await users.first()
  await form(users.slice(0, 1), () => undefined)

  let rows = 0
  let firstRow = 0
  const start = performance.now()
  await form(users.all(), (received) => {
    if (rows === 0) firstRow = performance.now() - start
    rows += received
  })
  const total = performance.now() - start

  await db.close()
  return { rows, total, firstRow, peakMemory: process.resourceUsage().maxRSS * 1024 }
})
