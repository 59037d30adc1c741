import { OptionError, UsageError } from '../../errors.js'
import type { Engine } from '../../connection/engine.js'
import type { Binding } from '../../kysely/handle.js'
import { isPinned } from '../../kysely/pinned.js'
import { checkOptions, flag, oneOf, size, type OptionChecks } from '../../options.js'
import type { IteratorOptions } from '../../request.js'
import { WAYS, type PartitionsOptions } from '../partition/partitions.js'

const DEFAULT_BATCH_SIZE = 1000

/** Options of {@link QuerySet.parallel}. Those of streams hold for all parts together, unless said otherwise. */
export interface ParallelOptions extends Omit<IteratorOptions, 'readOnly'>, Pick<PartitionsOptions, 'by'> {
  /** In how many parts the rows are read. */
  readonly partitions: number
  /** How many of these are read at once, each on a connection of its own. Default: all. */
  readonly concurrency?: number
  /** How many rows a batch has; only the last may have fewer. Default 1,000. */
  readonly batchYieldSize?: number
  /**
   * Batches in the order of the queryset, or of the key where it has none: of fields that are never NULL, all in one
   * direction. Parts that come later are read ahead by a chunk or two, and wait. Default false: rows of any part as they come.
   */
  readonly ordered?: boolean
}

/** How many parts, and which rows come first. */
export interface Parting {
  readonly partitions: number
  readonly concurrency: number
  readonly isOrdered: boolean
  readonly by: PartitionsOptions['by']
}

const CHECKS: OptionChecks<Pick<ParallelOptions, 'partitions' | 'concurrency' | 'ordered' | 'by'>> = {
  partitions: size,
  concurrency: size,
  ordered: flag,
  by: oneOf('way to part rows', WAYS),
}

/** @throws {@link OptionError} */
export function heldParting(options: ParallelOptions): {
  readonly parting: Parting
  readonly stream: IteratorOptions & { readonly batchYieldSize: number }
} {
  if (typeof options !== 'object' || options === null)
    throw new OptionError('parallel() takes its options as an object such as { partitions: 4 }.')
  const { partitions, concurrency = partitions, ordered = false, by, ...stream } = options
  checkOptions({ partitions, concurrency, ordered, ...(by !== undefined && { by }) }, CHECKS, 'parallel')
  const problem = size(partitions)
  if (problem !== undefined) throw new OptionError(`The option partitions of parallel() ${problem}.`)
  if ('readOnly' in stream)
    throw new OptionError('parallel() has no option "readOnly": its transactions are READ ONLY.')
  if (concurrency > partitions) {
    throw new OptionError(
      `The option concurrency of parallel() must be at most partitions, ${partitions}, not ${concurrency}.`,
    )
  }
  if (ordered && by !== undefined && by !== 'key')
    throw new OptionError(`parallel() with ordered: true goes by: 'key', not by: '${by}'.`)
  const { batchYieldSize = DEFAULT_BATCH_SIZE } = stream
  return {
    parting: { partitions, concurrency, isOrdered: ordered, by },
    stream: { ...stream, batchYieldSize },
  }
}

/** @throws {@link UsageError} where other connections would not see what this one does. */
export function refuseOneConnection(binding: Binding): void {
  if (binding.isTransaction) {
    throw new UsageError(
      'parallel() cannot run inside a transaction: it reads on several connections, which do not see what the transaction ' +
        'has written. Use aiterator(), or call it outside the transaction.',
    )
  }
  if (isPinned(binding)) {
    throw new UsageError(
      'parallel() cannot run on a connection that was taken with db.connection(): it reads on several, without the settings, ' +
        'role, temporary tables and transaction of this one. Use aiterator(), or a repository on the database itself, with ' +
        'parallel({ settings }) for what is to be set.',
    )
  }
}

/** @throws {@link UsageError} for a pool that cannot have so many connections out, and one more for the loop. */
export function refuseSmallPool({ openedPool }: Engine, concurrency: number): void {
  const max = openedPool?.options.max
  if (max === undefined || max > concurrency) return
  throw new UsageError(
    `parallel() needs ${concurrency} connections at once, and one more for what the loop asks for: the pool has at most ${max}. ` +
      `Give it max: ${concurrency + 1}, or parallel({ concurrency: ${Math.max(1, max - 1)} }).`,
  )
}
