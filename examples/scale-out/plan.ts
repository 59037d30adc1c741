import { sql } from 'kysely'
import { atomic, walkStore, type KyselyHandle } from 'sluice'
import type { Queue } from './queue.js'
import { rowsOf, TASK } from './task.js'

/**
 * Sends a job for each partition, unless the task was planned before: other borders under the same
 * names would have rows of two walks.
 *
 * @returns how many jobs there are now, and whether they are of this call.
 */
export function plan(
  db: KyselyHandle,
  queue: Queue,
  count: number,
): Promise<{ jobs: number; isNew: boolean }> {
  return atomic(db, async (trx) => {
    // Two deploys may plan at the same moment. It is held until the jobs are there, which another connection commits.
    await sql`SELECT pg_advisory_xact_lock(hashtext(${TASK}))`.execute(trx)
    const planned = await queue.planned()
    // The queue forgets what was done long ago, the store does not.
    const walked = (await walkStore(trx).list()).filter(({ name }) => name.startsWith(`${TASK}/`))
    const names = new Set([...planned, ...walked.map(({ name }) => name)])
    if (names.size > 0) return { jobs: names.size, isNew: false }
    const parts = await rowsOf(trx).partitions(count)
    const jobs = parts.map((part, index) => ({ walk: `${TASK}/${index}`, part: part.toJSON() }))
    await queue.send(jobs)
    return { jobs: jobs.length, isNew: true }
  })
}
