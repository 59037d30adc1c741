import type { Queue } from './queue.js'

/**
 * BullMQ where there is a Redis to keep the jobs in, or else pg-boss, which keeps them in the database. Only the one that is used is
 * loaded: yours needs but one of the two files.
 */
export async function openQueue(task: string, databaseUrl: string, redisUrl?: string): Promise<Queue> {
  return redisUrl === undefined
    ? (await import('./pg-boss.js')).openPgBoss(task, databaseUrl)
    : (await import('./bullmq.js')).openBullMQ(task, redisUrl)
}
