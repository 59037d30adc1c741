/** A program: the loop of push.ts without an await, which appends each batch to the file of its first argument. */
import { appendFileSync } from 'node:fs'
import { connect } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { answer } from './apart.js'
import { stopwatch } from './print.js'

/** How many users the loop had, and how long it took. */
export interface SyncResult {
  readonly users: number
  readonly time: string
}

await answer(async (url): Promise<SyncResult> => {
  const file = process.argv[2] ?? ''
  const db = connect<DB>({ connectionString: url })
  const { users } = repositories(db)
  const active = users.filter({ isActive: true })

  let pushed = 0
  const time = stopwatch()
  for (const batch of active.iterator({ batchYieldSize: 500 })) {
    appendFileSync(file, `${JSON.stringify(batch)}\n`)
    pushed += batch.length
  }
  const result = { users: pushed, time: time() }

  await db.close()
  return result
})
