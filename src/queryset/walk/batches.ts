import type { HeldRetry } from '../../connection/retry.js'
import { mayPass } from '../../connection/retryable.js'
import { asError, ConnectionError, TransactionError } from '../../errors.js'
import { bindingOf, handleOf, type Binding, type KyselyHandle } from '../../kysely/handle.js'
import { writeCheckpoint } from '../../position/position.js'
import type { QueryState } from '../../query/state.js'
import { atomic } from '../../transaction/atomic.js'
import { refuseAborted } from '../../transaction/commit.js'
import { onConnection } from '../../transaction/statements.js'
import { readBehind } from '../resumable.js'
import { BatchSize } from './batch-size.js'
import type { Claim } from './claim.js'
import type { WalkStatus } from './store.js'
import { WalkError } from './walk-error.js'
import type { WalkReport } from './walk-event.js'
import type { HeldWalkOptions } from './walk-options.js'

/** The function of a walk: what rows and transactions are of is typed where `walk()` is called. */
export type WalkBody = (
  rows: unknown[],
  context: { readonly trx: KyselyHandle; readonly checkpoint: string },
) => unknown

/** What the batches of a walk go by. */
interface Parts {
  readonly body: WalkBody
  readonly claim: Claim
  readonly report: WalkReport
}

/** A batch that is committed. */
interface Done {
  readonly status: WalkStatus
  readonly rows: number
  readonly isLast: boolean
}

type Pause = (ms: number) => Promise<void>

/** The batches of a walk, one transaction each. Where a batch begins is read in it, so that one that was committed unheard is not repeated. */
export class Batches {
  readonly #binding: Binding
  readonly #state: QueryState
  readonly #options: HeldWalkOptions
  readonly #parts: Parts
  readonly #size: BatchSize
  #attempts = 0
  /** What the function was last given. */
  #given: readonly unknown[] = []

  constructor(binding: Binding, state: QueryState, options: HeldWalkOptions, parts: Parts) {
    this.#binding = binding
    this.#state = state
    this.#options = options
    this.#parts = parts
    this.#size = new BatchSize(options.batchSize)
  }

  /**
   * Does a batch, or what has to be done about one that failed.
   *
   * @returns whether it was the last.
   * @throws what the walk ends by.
   */
  async next(pause: Pause): Promise<boolean> {
    let done: Done
    try {
      done = await this.#run(this.#parts.body, this.#size.next)
    } catch (error) {
      return this.#failed(error, pause)
    }
    return this.#passed(done, 'batch')
  }

  async #failed(error: unknown, pause: Pause): Promise<boolean> {
    const { signal, retry, halve } = this.#options
    const { report } = this.#parts
    if (isFinal(error) || this.#binding.signal?.aborted === true) throw error
    // What the function has stopped by, it was told to.
    if (signal?.aborted === true && (error === signal.reason || asError(error).cause === signal.reason))
      return false
    const isPassing = mayBePassing(error)
    const isSole = this.#given.length === 1
    // In between it is enough to know that it fails.
    if (++this.#attempts < retry.attempts && (isPassing || isSole || !this.#size.isHalved)) {
      report.tell('retried', { error })
      await pause(pauseMs(retry, this.#attempts))
      return false
    }
    this.#attempts = 0
    // A read that fails is of no row.
    if (!halve || isPassing || this.#given.length === 0) throw error
    if (isSole) return this.#leaveOut(error)
    report.tell('halved', { error })
    this.#size.halve(this.#given.length)
    return false
  }

  /** Passes over the row that was found, if the caller has it so. */
  async #leaveOut(error: unknown): Promise<boolean> {
    const { onFailedRow, name } = this.#options
    if (onFailedRow === undefined) {
      throw new WalkError(
        'WALK_FAILED',
        `The walk "${name}" has stopped at a row that its function fails on: ${asError(error).message} The rows before it are ` +
          'done, and the row is in the error. Give onFailedRow to go on without it.',
        { cause: error, row: this.#given[0] },
      )
    }
    const skip: WalkBody = ([row], context) => onFailedRow(row, { ...context, error })
    return this.#passed(await this.#run(skip, 1, 1), 'skipped', error)
  }

  #passed({ status, rows, isLast }: Done, type: 'batch' | 'skipped', error?: unknown): boolean {
    this.#attempts = 0
    this.#size.passed(rows)
    if (rows > 0) this.#parts.report.tell(type, { status, ...(error !== undefined && { error }) })
    return isLast
  }

  /** With its plugins, of which `withSchema` is one: what the function does by its transaction is the caller's own. */
  get #handle(): KyselyHandle {
    const { executor, isTransaction, plugins = [], signal } = this.#binding
    return handleOf({ executor: executor.withPlugins(plugins), isTransaction, signal })
  }

  #run(body: WalkBody, size: number, skipped = 0): Promise<Done> {
    const { claim } = this.#parts
    const { signal } = this.#binding
    const batch = async (trx: KyselyHandle): Promise<Done> => {
      this.#given = []
      const within = bindingOf(trx)
      const from = await claim.lock(within)
      const read = await readBehind(within, this.#state, from, size)
      const rows = read.map(({ row }) => row)
      this.#given = rows
      const last = read.at(-1)
      const checkpoint = last === undefined ? from : writeCheckpoint(this.#state, last.position)
      if (rows.length > 0) await body(rows, { trx, checkpoint })
      await onConnection(within.executor, (one) => Promise.resolve(refuseAborted(one, false)))
      const isLast = rows.length < size
      const counts = { rows: rows.length, skipped: Math.min(skipped, rows.length) }
      const status = await claim.advance(within, { checkpoint, isLast, ...counts })
      return { status, rows: rows.length, isLast }
    }
    return atomic(this.#handle, batch, signal === undefined ? {} : { signal })
  }
}

/** What no repetition can help: the walk is another's, or the batch is done and what was to come after it has failed. */
function isFinal(error: unknown): boolean {
  if (error instanceof TransactionError) return error.outcome === 'committed'
  return error instanceof WalkError && error.code !== 'WALK_FAILED'
}

/** What no row is to blame for, such as a lost connection, along the causes. */
function mayBePassing(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof ConnectionError && !each.isFinal) return true
    if (each instanceof TransactionError && each.outcome === 'unknown') return true
    if (mayPass(each)) return true
  }
  return false
}

/** Half of the pause is by chance, so that many who failed at once do not come back at once. */
function pauseMs({ delayMs, maxDelayMs }: HeldRetry, attempts: number): number {
  return Math.min(maxDelayMs, delayMs * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2)
}
