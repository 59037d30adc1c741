import { OptionError } from './errors.js'
import {
  abortSignal,
  callback,
  checkOptions,
  flag,
  milliseconds,
  size,
  sizeOrAll,
  type OptionChecks,
} from './options.js'
import { UsageError } from './errors.js'
import { sessionSettings, type SessionSettings } from './session-settings.js'

/** Options of `iterator` and `aiterator`. */
export interface IteratorOptions {
  /**
   * Rows that one fetch brings; a positive 32-bit integer. The query stays one query whatever it is. Default: 10 rows
   * at first, so that the loop starts early, then up to 2000, and fewer when rows are wide: as many as come to 1 MiB, or
   * an eighth of `maxBytes` where that is less. Several fetches are on their way where the server is far, as many as fill
   * the line. `Infinity` reads by one fetch without an end, so that the server may use
   * parallel plans; the rows come as fast as the loop takes them, and the connection is busy until the last.
   */
  readonly chunkSize?: number
  /**
   * What the stream may hold of its result at a time, in bytes as the server sends them, and have on its way by the size
   * of the last rows; a positive 32-bit integer. Default: that of the dialect, 32 MiB. A fetch that brings more is handed out in parts while the server waits with
   * the rest, and what belongs to its rows by `prefetchRelated` is read for fewer of them at a time. A single row with
   * what belongs to it may be larger.
   */
  readonly maxBytes?: number
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
  /**
   * Settings of the stream's own transaction, and of nothing after it: `{ 'app.tenant': 42 }`, for policies of row-level
   * security; `role` as well. Refused inside a transaction, where `withSettings()` wraps the loop.
   */
  readonly settings?: SessionSettings
  /** Called after each fetch that brought rows, before the loop receives them. What it throws ends the loop. */
  readonly onProgress?: (progress: IterationProgress) => void
}

/** How far an iteration has come. */
export interface IterationProgress {
  /** Rows fetched so far. */
  readonly rows: number
  /** Chunks so far: fetches that brought rows, or the parts of one that passed `maxBytes`. */
  readonly chunks: number
  /** Milliseconds since the first row was asked for. */
  readonly elapsedMs: number
}

/** Options under which the loop receives arrays. */
export interface BatchOptions extends IteratorOptions {
  readonly batchYieldSize: number
}

const CHECKS: OptionChecks<IteratorOptions> = {
  chunkSize: sizeOrAll,
  maxBytes: size,
  batchYieldSize: size,
  signal: abortSignal,
  readOnly: flag,
  fetchTimeoutMs: milliseconds,
  idleTimeoutMs: milliseconds,
  settings: sessionSettings,
  onProgress: callback,
}

/** A bound parameter: text, bytes sent in binary format, or NULL. */
export type Parameter = string | Buffer | null

/** A statement as it is sent. */
export interface StatementRequest {
  readonly sql: string
  readonly parameters: readonly Parameter[]
  /** Result formats by column, 0 text and 1 binary; empty for text throughout. */
  readonly formats: readonly number[]
}

/** How far a standby must be before it is read from. */
export interface Replay {
  /** In the log of the primary, as PostgreSQL writes a `pg_lsn`. */
  readonly position: string
  /** How long that may take. */
  readonly timeoutMs: number
}

/**
 * What one iteration asks of the database: made and checked once, by `aiterator()` or `iterator()`, and the same object
 * from there to the portal. Plain data, so that it crosses to a worker thread as it is.
 */
export interface IterationRequest extends StatementRequest {
  /** Relations are read for each chunk: on one snapshot, and on a connection that stays until the last is done. */
  readonly prefetches: boolean
  /** Something may be written by the time that it fails, so that it is not begun again. */
  readonly mayWrite: boolean
  /** The caller's options, without the two that are functions or live in one thread. */
  readonly options: Omit<IteratorOptions, 'signal' | 'onProgress'>
  /** What the stream may hold. */
  readonly maxBytes: number
  /** What the worker waits for on the connection that it takes. */
  readonly replay?: Replay | undefined
  /** How many rows the loop has received, at index 0: counted where they are handed out, looked at by the portal. */
  readonly delivered: Float64Array
}

/**
 * Checks the options of an iteration at the call, before anything is opened.
 *
 * @throws {@link OptionError} for a size or time that is not a positive 32-bit integer, for what is no signal, flag or
 * function, for an unknown option, and for a `chunkSize` of Infinity where relations are read.
 */
export function iterationRequest(
  asked: Omit<IterationRequest, 'options'>,
  options: IteratorOptions,
): IterationRequest {
  const { signal: _signal, onProgress: _onProgress, ...others } = checkOptions(options, CHECKS)
  const { maxBytes = asked.maxBytes, chunkSize } = others
  if (chunkSize === Infinity && asked.prefetches) {
    throw new OptionError(
      'chunkSize: Infinity reads all rows by one fetch, and prefetchRelated needs the connection between two. Give a ' +
        'number of rows.',
    )
  }
  const mayWrite = asked.mayWrite || others.readOnly === false
  return Object.freeze({ ...asked, maxBytes, mayWrite, options: Object.freeze(others) })
}

/** @throws {@link UsageError} in a transaction that is not the stream's own, whose settings would stay when it has ended. */
export function refuseSettings({ settings }: Pick<IteratorOptions, 'settings'>): void {
  if (settings === undefined) return
  throw new UsageError(
    'aiterator({ settings }) sets them for a transaction of its own, and was called inside another. Wrap the loop in ' +
      'withSettings(trx, settings, …), whose settings end with it.',
  )
}
