import type { CompiledQuery } from 'kysely'
import { UsageError } from '../errors.js'
import type { Progress } from '../portal/idle-watch.js'
import type { Parameter } from '../pg/protocol.js'
import { SharedProgress } from '../worker/shared-progress.js'
import { SyncHost } from '../worker/host.js'
import { NO_SYNC_CHUNKS, SyncRowStream, type SyncRows } from '../iterate/sync-rows.js'
import { explainFailure } from '../connection/query-failure.js'
import type { Source } from '../kysely/handle.js'
import { withReadRequest } from '../kysely/read-request.js'
import { PrefetchFailure } from '../prefetch/prefetch-failure.js'
import type { QueryState } from '../query/state.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import type { RowReader } from '../rows/row-reader.js'
import { fromCallSite, type CallSite } from './call-site.js'
import { refuseLockOutsideTransaction } from './lock-check.js'
import { ChunkSource } from '../iterate/chunk-source.js'
import type { IteratorOptions } from '../iterate/iterator-options.js'
import { NO_CHUNKS, RowStream } from '../iterate/async-rows.js'
import { runPrefetch, type PrefetchRows } from '../iterate/run-prefetch.js'
import { qualifiedName } from '../schema/qualified-name.js'

/** A statement and how its rows are read. */
export interface Statement {
  readonly state: QueryState
  readonly query: CompiledQuery
  readonly reader: RowReader
  /** What belongs to its rows, by queries of their own; the reader then gives rows with their keys. */
  readonly prefetch?: PrefetchRows
  /** Locks the rows that it reads. */
  readonly locks?: boolean
}

/** Reads all rows of a statement at once. */
export function readAll(source: Source, statement: Statement): Promise<unknown[]> {
  return fromCallSite(() => read(source, statement))
}

async function read(source: Source, statement: Statement): Promise<unknown[]> {
  const { query, reader, prefetch, locks } = statement
  try {
    return await source.executor.provideConnection(async (connection) => {
      if (locks === true) refuseLockOutsideTransaction(source, connection)
      const { rows } = await connection.executeQuery<unknown>(withReadRequest(query, { reader }))
      if (prefetch === undefined) return rows
      return runPrefetch(prefetch, rows as KeyedRow[], (related) => related(connection))
    })
  } catch (error) {
    throw explain(statement, error, 0)
  }
}

/** Streams a statement; nothing happens before the first step. */
export function streamRows(
  source: Source,
  statement: Statement,
  options: IteratorOptions,
  site: CallSite,
): RowStream<unknown> {
  const { state, query, reader, prefetch, locks } = statement
  if (locks === true) refuseLockOutsideTransaction(source)
  const { chunkSize, readOnly = true, fetchTimeoutMs, idleTimeoutMs, signal } = options
  const progress: Progress = { delivered: 0 }
  const mayWrite = !readOnly && !source.isTransaction
  return new RowStream({
    ...handing(options),
    progress,
    describe: () => qualifiedName(state.table),
    open: () =>
      state.none
        ? NO_CHUNKS
        : new ChunkSource(source, {
            query,
            reader,
            chunkSize,
            readOnly,
            fetchTimeoutMs,
            idleTimeoutMs,
            progress,
            signal,
            prefetch,
          }),
    explain: (error) => {
      const explained = explain(statement, error, progress.delivered, mayWrite)
      site.addTo(explained)
      return explained
    },
  })
}

/**
 * Streams a statement synchronously.
 *
 * @throws {@link UsageError} inside a transaction, and when the connection settings cannot cross to a worker.
 */
export function iterateRows(
  source: Source,
  statement: Statement,
  options: IteratorOptions,
): SyncRows<unknown> {
  if (source.isTransaction) {
    throw new UsageError(
      'iterator() cannot run inside a transaction: it reads on a worker thread with a connection of its own, which ' +
        'does not see what the transaction has written. Use aiterator(), or iterate outside the transaction.',
    )
  }
  const { state, query, reader, prefetch, locks } = statement
  if (locks === true) refuseLockOutsideTransaction(source)
  const { chunkSize, readOnly = true, fetchTimeoutMs, idleTimeoutMs } = options
  const host = SyncHost.of(source.engine)
  const progress = new SharedProgress()
  return new SyncRowStream({
    ...handing(options),
    progress,
    describe: () => qualifiedName(state.table),
    reader,
    prefetch,
    open: () =>
      state.none
        ? NO_SYNC_CHUNKS
        : host.open({
            sql: query.sql,
            parameters: query.parameters as Parameter[],
            formats: reader.formats,
            chunkSize,
            readOnly,
            lingers: prefetch !== undefined,
            fetchTimeoutMs,
            idleTimeoutMs,
            delivered: progress.memory,
          }),
    explain: (error) => explain(statement, error, progress.delivered, !readOnly),
  })
}

/** How the rows are handed out, in both forms. */
function handing({ batchYieldSize, signal, onProgress }: IteratorOptions) {
  return { batchYieldSize, signal, onProgress }
}

/** What the caller gets: about the statement, or about the one of a prefetch that failed. */
function explain(
  { state, query }: Statement,
  error: unknown,
  rowsDelivered: number,
  mayWrite = false,
): unknown {
  if (error instanceof PrefetchFailure) {
    const { table, sql } = error
    return explainFailure(error.cause, { table, sql, rowsDelivered, mayWrite })
  }
  return explainFailure(error, { table: qualifiedName(state.table), sql: query.sql, rowsDelivered, mayWrite })
}
