import { OptionError } from '../errors.js'
import { checkTimeLimit } from '../connection/time-limits.js'

/** Options of `iterator` and `aiterator`. */
export interface IteratorOptions {
  /**
   * Rows that one fetch brings; a positive 32-bit integer. The query stays one query whatever it is. Default: 10 rows
   * at first, so that the loop starts early, then up to 2000, and fewer when rows are wide: as many as come to 1 MiB.
   */
  readonly chunkSize?: number
  /**
   * Yield arrays of exactly this many rows instead of single rows, the last possibly shorter and none empty; a
   * positive 32-bit integer, independent of `chunkSize`.
   */
  readonly batchYieldSize?: number
  /** Ends the iteration with the signal's reason, and cancels the running query on the server. */
  readonly signal?: AbortSignal
  /**
   * `false` opens the stream's own transaction READ WRITE, for a SELECT that calls a writing function. Default
   * `true`. Within `using(trx)` the transaction's own mode applies.
   */
  readonly readOnly?: boolean
  /**
   * How long one fetch may take, the queries of a prefetch included each by itself, in milliseconds; then the query is
   * cancelled on the server and the loop ends with a {@link QueryError} of code `FETCH_TIMEOUT`. A positive 32-bit
   * integer. Default: that of the dialect, or as long as it takes. Within `using(trx)` a cancelled query aborts the
   * transaction, as any failed query does.
   */
  readonly fetchTimeoutMs?: number
  /**
   * How long the loop may go without taking a row, in milliseconds; then the stream is ended, its connection is free, and
   * the loop ends with a {@link QueryError} of code `IDLE_TIMEOUT` once it has had the rows that were there already. A
   * positive 32-bit integer. Default: that of the dialect, or as long as it takes. A stream's own transaction has
   * `idle_in_transaction_session_timeout` set to the sum of this and `closeTimeoutMs`, in case the process itself hangs.
   */
  readonly idleTimeoutMs?: number
  /** Called after each fetch that brought rows, before the loop receives them. What it throws ends the loop. */
  readonly onProgress?: (progress: IterationProgress) => void
}

/** How far an iteration has come. */
export interface IterationProgress {
  /** Rows fetched so far. */
  readonly rows: number
  /** Fetches that brought rows, so far. */
  readonly chunks: number
  /** Milliseconds since the first row was asked for. */
  readonly elapsedMs: number
}

/** Options under which the loop receives arrays. */
export interface BatchOptions extends IteratorOptions {
  readonly batchYieldSize: number
}

const MAX_INT32 = 0x7fffffff
const NAMES = [
  'chunkSize',
  'batchYieldSize',
  'signal',
  'readOnly',
  'fetchTimeoutMs',
  'idleTimeoutMs',
  'onProgress',
]

/**
 * Checks options at the call, before anything is opened.
 *
 * @throws {@link OptionError} for a size or time that is not a positive 32-bit integer, and for an unknown option.
 */
export function checkIteratorOptions(options: IteratorOptions): IteratorOptions {
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name))
      throw new OptionError(`Unknown option "${name}". Choices: ${NAMES.join(', ')}.`)
  }
  checkSize('chunkSize', options.chunkSize)
  checkSize('batchYieldSize', options.batchYieldSize)
  checkTimeLimit('fetchTimeoutMs', options.fetchTimeoutMs)
  checkTimeLimit('idleTimeoutMs', options.idleTimeoutMs)
  if (options.onProgress !== undefined && typeof options.onProgress !== 'function')
    throw new OptionError(`onProgress must be a function, not ${describe(options.onProgress)}.`)
  return options
}

function checkSize(name: string, value: unknown): void {
  if (value === undefined) return
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_INT32) {
    const given = typeof value === 'number' ? String(value) : describe(value)
    throw new OptionError(`${name} must be a whole number from 1 to ${MAX_INT32}, not ${given}.`)
  }
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `the string '${value}'` : value === null ? 'null' : `a ${typeof value}`
}
