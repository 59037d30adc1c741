import { PgBoss } from 'pg-boss'

/** What a worker is told: which rows, and by which name their walk is found again. */
export interface Part {
  readonly walk: string
  /** What `partition()` restores the rows from. */
  readonly part: string
}

/** Starts pg-boss in the database, which makes or migrates its schema `pgboss`, and the queue of a task. */
export async function openQueue(connectionString: string, task: string): Promise<PgBoss> {
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
  return boss
}
