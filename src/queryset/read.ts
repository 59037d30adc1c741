import type { CompiledQuery } from 'kysely'
import { asError, UsageError } from '../errors.js'
import { attemptsOf, retrying } from '../connection/retry.js'
import { isRetryable } from '../connection/retryable.js'
import { PrefetchFailure } from '../failure/prefetch-failure.js'
import { explainFailure } from '../failure/query-failure.js'
import { ChunkSource } from '../iterate/chunk-source.js'
import { RepeatedStart } from '../iterate/repeated-start.js'
import { NO_CHUNKS, RowStream } from '../iterate/async-rows.js'
import type { Iteration } from '../iterate/hand-out.js'
import {
  prefetchTrace,
  runPrefetch,
  type PrefetchRows,
  type WithConnection,
} from '../iterate/run-prefetch.js'
import { NO_SYNC_CHUNKS, SyncRowStream, type SyncRows } from '../iterate/sync-rows.js'
import type { HandedConnection } from '../kysely/handed-connection.js'
import type { Binding } from '../kysely/handle.js'
import { signalOfCall } from '../kysely/abortable.js'
import { reportingTo } from '../kysely/log/reporting.js'
import { refuseOnOther } from '../kysely/others/engine.js'
import { isPinned } from '../kysely/pinned.js'
import { withConnection } from '../kysely/with-connection.js'
import { statementOf, withReadRequest } from '../kysely/read-request.js'
import type { PrefetchQuery } from '../prefetch/prefetch.js'
import { sourceName, type QueryState } from '../query/state.js'
import { iterationRequest, refuseSettings, type IterationRequest, type IteratorOptions } from '../request.js'
import { ByteBudget } from '../rows/byte-budget.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import type { RowReader } from '../rows/row-reader.js'
import { isTraced, Trace, traced } from '../trace/trace.js'
import { SyncHost } from '../worker/host.js'
import type { CallSite } from './calls/call-site.js'
import { refuseLockOutsideTransaction } from './lock-check.js'

/** A compiled queryset: its statement, and how the rows are read. */
export interface CompiledRead {
  readonly state: QueryState
  readonly query: CompiledQuery
  readonly reader: RowReader
  /** What belongs to its rows, by queries of their own; the reader then gives rows with their keys. */
  readonly prefetch?: PrefetchRows
  /** Rows are wanted with their keys. */
  readonly keepsKeys?: boolean
  /** Locks the rows that it reads. */
  readonly locks?: boolean
  /** Calls a volatile function, which may have written. */
  readonly mayWrite?: boolean
}

/** Reads all rows at once. */
export function readAll(binding: Binding, read: CompiledRead): Promise<unknown[]> {
  const trace = traceOf(binding, read, 'query')
  return traced(trace, () => readTraced(binding, read, trace))
}

function readTraced(binding: Binding, read: CompiledRead, trace?: Trace): Promise<unknown[]> {
  const { query, reader, prefetch } = read
  const task = async (connection: HandedConnection) => {
    const { rows } = await connection.executeQuery<unknown>(withReadRequest(query, { reader }))
    trace?.fetched(rows.length)
    if (prefetch === undefined) return rows
    // The reader of what is prefetched for gives rows with their keys.
    const keyed = rows as KeyedRow[]
    await complete(binding, connection, prefetch, keyed)
    return read.keepsKeys === true ? keyed : keyed.map(({ row }) => row)
  }
  return repeatedRead(binding, { ...read, sql: query.sql }, task, trace)
}

/** Completes rows that are there already, by the queries of what is prefetched for them alone. */
export function completeRows(
  binding: Binding,
  read: Pick<CompiledRead, 'state' | 'locks'> & { readonly prefetch: PrefetchRows },
  rows: readonly KeyedRow[],
): Promise<void> {
  return repeatedRead(binding, { ...read, sql: '' }, (connection) =>
    complete(binding, connection, read.prefetch, rows),
  )
}

async function complete(
  { engine }: Binding,
  connection: HandedConnection,
  prefetch: PrefetchRows,
  rows: readonly KeyedRow[],
): Promise<void> {
  const budget = new ByteBudget(Infinity)
  const withConnection: WithConnection = (related) => related(connection)
  await runPrefetch(prefetch(rows, budget), { engine, budget, withConnection, group: budget })
}

/** What is read, for messages, and how. */
type Reading = Pick<CompiledRead, 'state' | 'locks' | 'mayWrite'> & { readonly sql: string }

/** Runs what reads, again where that is safe and may help. */
async function repeatedRead<T>(
  binding: Binding,
  read: Reading,
  task: (connection: HandedConnection) => Promise<T>,
  trace?: Trace,
): Promise<T> {
  // Getting a connection is repeated by itself; one that is pinned cannot be changed for another.
  let isOurs = false
  const attempt = () => {
    isOurs = false
    const once = (connection: HandedConnection, isPinned: boolean) => {
      isOurs = !isPinned
      if (read.locks === true) refuseLockOutsideTransaction(binding, connection)
      return task(connection)
    }
    return withConnection(binding, once, trace)
  }
  try {
    return await retrying(
      binding.engine.retry,
      attempt,
      (error) => isOurs && isRetryableRead(error, read.mayWrite),
      binding.signal,
    )
  } catch (error) {
    throw explain(read, error, 0, read.mayWrite)
  }
}

/** Begins a trace, if anybody listens and the read sends anything. */
export function traceOf(
  { engine, executor }: Binding,
  { state, query }: CompiledRead,
  kind: 'query' | 'stream',
  isSync = false,
): Trace | undefined {
  if (isSync) engine.logged ??= reportingTo(executor, engine)
  if (state.none || !isTraced(isSync ? engine : undefined)) return undefined
  return new Trace(engine, { kind, isSync, query, table: sourceName(state) })
}

function isRetryableRead(error: Error, mayWrite = false): boolean {
  return isRetryable(error instanceof PrefetchFailure ? asError(error.cause) : error, { mayWrite })
}

/**
 * Streams the rows; nothing happens before the first step.
 *
 * @throws {@link OptionError}; {@link UsageError} for rows that are to be locked outside a transaction.
 */
export function streamRows(
  binding: Binding,
  read: CompiledRead,
  options: IteratorOptions,
  site: CallSite,
): RowStream<unknown> {
  const { query, reader, prefetch } = read
  const iteration = iterationOf(binding, read, options, new Float64Array(1), false)
  const { signal } = iteration.options
  const { retry } = binding.engine
  const { request } = iteration
  refuseLimits(binding, request.options)
  const explain = (error: unknown): unknown => {
    const explained = iteration.explain(error)
    site.addTo(explained)
    return explained
  }
  const opening = (trace: Trace | undefined) => () =>
    new ChunkSource(binding, { query, reader, request, signal, prefetch, trace })
  const isRepeated = retry.attempts > 1 && !request.mayWrite && !binding.isTransaction
  return new RowStream({ ...iteration, explain }, (trace) => {
    if (read.state.none) return NO_CHUNKS
    const open = opening(trace)
    return isRepeated ? new RepeatedStart(open, retry, isRetryableRead, signal) : open()
  })
}

/**
 * Streams the rows synchronously.
 *
 * @param compile what is read: the worker starts meanwhile.
 * @throws {@link OptionError}; {@link UsageError} inside a transaction, and when the connection settings cannot cross to a
 * worker.
 */
export function iterateRows(
  binding: Binding,
  state: QueryState,
  options: IteratorOptions,
  compile: (state: QueryState) => CompiledRead,
): SyncRows<unknown> {
  const host = syncHost(binding, state)
  if (!state.none) host.prepare()
  const read = compile(state)
  // The worker's portal looks at it, too.
  const delivered = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT))
  const iteration = iterationOf(binding, read, options, delivered, true)
  const { reader, prefetch } = read
  const open = () => (state.none ? NO_SYNC_CHUNKS : host.open(iteration.request))
  const trace = (step: PrefetchQuery) => prefetchTrace(binding.engine, step, true)
  return new SyncRowStream(iteration, { reader, prefetch, open, trace })
}

/** The worker of synchronous streams. @throws {@link UsageError} where it would not read what is asked for. */
function syncHost(binding: Binding, state: QueryState): SyncHost {
  refuseOnOther(
    binding.engine,
    'iterator()',
    'it reads on a worker thread, over a connection of its own that is made by the settings of a pool of pg',
  )
  if (binding.isTransaction) {
    throw new UsageError(
      'iterator() cannot run inside a transaction: it reads on a worker thread with a connection of its own, which ' +
        'does not see what the transaction has written. Use aiterator(), or iterate outside the transaction.',
    )
  }
  if (isPinned(binding)) {
    throw new UsageError(
      'iterator() cannot run on a connection that was taken with db.connection(): it reads on a worker thread with one of ' +
        'its own, without the settings, role, temporary tables and transaction of this one. Use aiterator(), or a ' +
        'repository on the database itself, with iterator({ settings }) for what is to be set.',
    )
  }
  return SyncHost.of(binding.engine, (state.call?.function ?? state.table).schema === '')
}

/** @throws {@link UsageError} for limits in time on a dialect that is not ours. */
function refuseLimits(
  { engine }: Binding,
  { fetchTimeoutMs, idleTimeoutMs }: IterationRequest['options'],
): void {
  const what = fetchTimeoutMs === undefined ? 'idleTimeoutMs' : 'fetchTimeoutMs'
  if (fetchTimeoutMs ?? idleTimeoutMs)
    refuseOnOther(
      engine,
      `aiterator({ ${what} })`,
      'a stream is ended from outside by cancelling what its connection runs',
    )
}

/** What both forms have in common: the request, checked, and what is said of it. */
export function iterationOf(
  binding: Binding,
  read: CompiledRead,
  options: IteratorOptions,
  delivered: Float64Array,
  isSync: boolean,
): Iteration {
  const prefetches = read.prefetch !== undefined
  const { maxBytes } = binding.engine
  const request = iterationRequest(
    {
      ...statementOf(read.query, read.reader),
      ...{ prefetches, maxBytes, delivered, mayWrite: read.mayWrite === true },
      ...(isSync && { replay: binding.replay }),
    },
    options,
  )
  if (binding.isTransaction) refuseSettings(options)
  if (read.locks === true) refuseLockOutsideTransaction(binding)
  const mayWrite = options.readOnly === false && !binding.isTransaction
  const signal = signalOfCall(binding.signal, options.signal)
  return {
    request,
    options: signal === options.signal ? options : { ...options, ...(signal && { signal }) },
    trace: () => traceOf(binding, read, 'stream', isSync),
    describe: () => sourceName(read.state),
    explain: (error) => explain({ ...read, sql: read.query.sql }, error, delivered[0] ?? 0, mayWrite),
  }
}

/** What the caller gets: about the statement, or about the one of a prefetch that failed. */
export function explain(
  { state, sql: ownSql }: Reading,
  error: unknown,
  rowsDelivered: number,
  mayWrite = false,
): unknown {
  if (error instanceof PrefetchFailure) {
    const { table, sql } = error
    return explainFailure(error.cause, { table, sql, rowsDelivered, mayWrite, attempts: attemptsOf(error) })
  }
  return explainFailure(error, {
    table: sourceName(state),
    sql: ownSql,
    rowsDelivered,
    mayWrite,
  })
}
