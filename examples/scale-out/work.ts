import type { Job, PgBoss } from 'pg-boss'
import { walkStore, type KyselyHandle, type WalkEvent } from 'sluice'
import type { Part } from './queue.js'
import { raisePrices, rowsOf, TASK } from './task.js'

export interface WorkOptions {
  /** Ends the walk under way after its batch, and gives its job back. */
  readonly drain: AbortSignal
  /** Rows of a batch. Default: 1,000. */
  readonly batchSize?: number
  readonly onEvent?: (event: WalkEvent) => void
  /** Hears of a job that was given back, or has failed here: the queue gives it to somebody else, later. */
  readonly onGivenBack?: (walk: string, reason: unknown) => void
}

/**
 * Takes one job after the other, and walks its partition. The queue may deliver a job twice, such as when a worker is
 * thought to be dead and is not: the walk's name has each batch take effect once all the same.
 */
export async function work(db: KyselyHandle, boss: PgBoss, options: WorkOptions): Promise<void> {
  const { drain, batchSize = 1000, onEvent, onGivenBack } = options
  const walk = async ({ data, signal }: Job<Part>): Promise<void> => {
    const { outcome } = await rowsOf(db)
      .partition(data.part)
      .walk(
        {
          ...{ name: data.walk, store: walkStore(db), batchSize },
          // The second is of a job that the queue has given to somebody else.
          signal: AbortSignal.any([drain, signal]),
          // Less than the queue's heartbeat: whoever is given the job finds the walk free, or so soon that he may wait.
          ...{ leaseMs: 5_000, waitMs: 30_000 },
          ...(onEvent && { onEvent }),
        },
        (rows, { trx }) => raisePrices(rows, trx),
      )
    if (outcome === 'completed') return
    signal.throwIfAborted()
    // A deploy is no failure, and costs the job none of its tries. Killed before this one is marked as done, there
    // are two of it, and the second has nothing to do.
    await boss.send(TASK, data)
    onGivenBack?.(data.walk, drain.reason)
  }
  await boss.work<Part>(TASK, { batchSize: 1, pollingIntervalSeconds: 0.5 }, async ([job]) => {
    if (job === undefined) return
    try {
      await walk(job)
    } catch (error) {
      onGivenBack?.(job.data.walk, error)
      throw error
    }
  })
}
