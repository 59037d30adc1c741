import { sql } from 'kysely'
import type { PgBoss } from 'pg-boss'
import { atomic, walkStore, type KyselyHandle } from 'sluice'
import type { Part } from './queue.js'
import { rowsOf, TASK } from './task.js'

/**
 * Sends a job for each partition, all in one statement, unless the task was planned before: other borders under the same
 * names would have rows of two walks.
 *
 * @returns how many jobs there are now, and whether they are of this call.
 */
export function plan(
  db: KyselyHandle,
  boss: PgBoss,
  count: number,
): Promise<{ jobs: number; isNew: boolean }> {
  return atomic(db, async (trx) => {
    // Two deploys may plan at the same moment. It is held until the jobs are there, which another connection commits.
    await sql`SELECT pg_advisory_xact_lock(hashtext(${TASK}))`.execute(trx)
    const planned = await boss.findJobs<Part>(TASK, { limit: 1000 })
    // The queue forgets what was done long ago, the store does not.
    const walked = (await walkStore(trx).list()).filter(({ name }) => name.startsWith(`${TASK}/`))
    const names = new Set([...planned.map(({ data }) => data.walk), ...walked.map(({ name }) => name)])
    if (names.size > 0) return { jobs: names.size, isNew: false }
    const parts = await rowsOf(trx).partitions(count)
    const jobs = parts.map((part, index) => ({ walk: `${TASK}/${index}`, part: part.toJSON() }))
    await boss.insert(
      TASK,
      jobs.map((data: Part) => ({ data })),
    )
    return { jobs: jobs.length, isNew: true }
  })
}
