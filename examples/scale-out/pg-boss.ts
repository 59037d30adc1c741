import { PgBoss } from 'pg-boss'
import type { Part, Queue } from './queue.js'

/** Starts pg-boss in the database, which makes or migrates its schema `pgboss`, and the queue of a task. */
export async function openPgBoss(task: string, connectionString: string): Promise<Queue> {
  const boss = new PgBoss({
    ...{ connectionString, max: 4 },
    // How often workers whose heart stands still are looked for.
    ...{ superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 },
    // Nothing of it runs by the clock.
    schedule: false,
  })
  boss.on('error', (error) => console.error(`pg-boss: ${error.message}`))
  await boss.start()
  await boss.createQueue(task, {
    // A job may take a day, and yet goes to another worker ten seconds after the last sign of life.
    ...{ expireInSeconds: 86_399, heartbeatSeconds: 10 },
    ...{ retryLimit: 10, retryDelay: 1, retryBackoff: true },
  })
  return {
    planned: async () => (await boss.findJobs<Part>(task, { limit: 1000 })).map(({ data }) => data.walk),
    send: async (parts) => {
      await boss.insert(
        task,
        parts.map((data) => ({ data })),
      )
    },
    work: async (take) => {
      await boss.work<Part>(task, { batchSize: 1, pollingIntervalSeconds: 0.5 }, async ([job]) => {
        if (job === undefined) return
        // Sent anew, it costs none of its tries. Killed before this one is marked as done, there are two of it, and the
        // second has nothing to do.
        if ((await take(job.data, job.signal)) === 'given back') await boss.send(task, job.data)
      })
    },
    stop: () => boss.stop({ timeout: 60_000 }),
  }
}
