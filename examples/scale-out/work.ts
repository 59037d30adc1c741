import { walkStore, type KyselyHandle, type WalkEvent } from 'sluice'
import type { Fate, Part, Queue } from './queue.js'
import { raisePrices, rowsOf } from './task.js'

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
 * Takes one job after the other, and walks its partition. However often the queue delivers a job, the walk's name has each batch
 * take effect once.
 */
export async function work(db: KyselyHandle, queue: Queue, options: WorkOptions): Promise<void> {
  const { drain, batchSize = 1000, onEvent, onGivenBack } = options
  const walk = async ({ walk: name, part }: Part, signal: AbortSignal): Promise<Fate> => {
    const { outcome } = await rowsOf(db)
      .partition(part)
      .walk(
        {
          ...{ name, store: walkStore(db), batchSize },
          // The second is of a job that the queue has given to somebody else.
          signal: AbortSignal.any([drain, signal]),
          // Less than the queue's heartbeat: whoever is given the job finds the walk free, or so soon that he may wait.
          ...{ leaseMs: 5_000, waitMs: 30_000 },
          ...(onEvent && { onEvent }),
        },
        (rows, { trx }) => raisePrices(rows, trx),
      )
    if (outcome === 'completed') return 'done'
    signal.throwIfAborted()
    // A deploy is no failure.
    onGivenBack?.(name, drain.reason)
    return 'given back'
  }
  await queue.work(async (part, signal) => {
    try {
      return await walk(part, signal)
    } catch (error) {
      onGivenBack?.(part.walk, error)
      throw error
    }
  })
}
