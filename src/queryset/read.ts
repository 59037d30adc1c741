import type { CompiledQuery } from 'kysely'
import { UsageError } from '../errors.js'
import { PrefetchFailure } from '../failure/prefetch-failure.js'
import { explainFailure } from '../failure/query-failure.js'
import { ChunkSource } from '../iterate/chunk-source.js'
import { NO_CHUNKS, RowStream } from '../iterate/async-rows.js'
import type { Iteration } from '../iterate/hand-out.js'
import { runPrefetch, type PrefetchRows } from '../iterate/run-prefetch.js'
import { NO_SYNC_CHUNKS, SyncRowStream, type SyncRows } from '../iterate/sync-rows.js'
import type { Source } from '../kysely/handle.js'
import { withConnection } from '../kysely/with-connection.js'
import { statementOf, withReadRequest } from '../kysely/read-request.js'
import type { QueryState } from '../query/state.js'
import { iterationRequest, type IteratorOptions } from '../request.js'
import { qualifiedName } from '../schema/qualified-name.js'
import { ByteBudget } from '../rows/byte-budget.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import type { RowReader } from '../rows/row-reader.js'
import { SyncHost } from '../worker/host.js'
import { fromCallSite, type CallSite } from './call-site.js'
import { refuseLockOutsideTransaction } from './lock-check.js'

/** A compiled queryset: its statement, and how the rows are read. */
export interface CompiledRead {
  readonly state: QueryState
  readonly query: CompiledQuery
  readonly reader: RowReader
  /** What belongs to its rows, by queries of their own; the reader then gives rows with their keys. */
  readonly prefetch?: PrefetchRows
  /** Locks the rows that it reads. */
  readonly locks?: boolean
}

/** Reads all rows at once. */
export function readAll(source: Source, read: CompiledRead): Promise<unknown[]> {
  return fromCallSite(() => readRows(source, read))
}

async function readRows(source: Source, read: CompiledRead): Promise<unknown[]> {
  const { query, reader, prefetch, locks } = read
  try {
    return await withConnection(source, async (connection) => {
      if (locks === true) refuseLockOutsideTransaction(source, connection)
      const { rows } = await connection.executeQuery<unknown>(withReadRequest(query, { reader }))
      if (prefetch === undefined) return rows
      // The reader of what is prefetched for gives rows with their keys.
      const keyed = rows as KeyedRow[]
      const budget = new ByteBudget(Infinity)
      await runPrefetch(prefetch(keyed, budget), budget, (related) => related(connection))
      return keyed.map(({ row }) => row)
    })
  } catch (error) {
    throw explain(read, error, 0)
  }
}

/**
 * Streams the rows; nothing happens before the first step.
 *
 * @throws {@link OptionError}; {@link UsageError} for rows that are to be locked outside a transaction.
 */
export function streamRows(
  source: Source,
  read: CompiledRead,
  options: IteratorOptions,
  site: CallSite,
): RowStream<unknown> {
  const { query, reader, prefetch } = read
  const { signal } = options
  const iteration = iterationOf(source, read, options, new Float64Array(1))
  const { request } = iteration
  const explain = (error: unknown): unknown => {
    const explained = iteration.explain(error)
    site.addTo(explained)
    return explained
  }
  return new RowStream({ ...iteration, explain }, () =>
    read.state.none ? NO_CHUNKS : new ChunkSource(source, { query, reader, request, signal, prefetch }),
  )
}

/**
 * Streams the rows synchronously.
 *
 * @throws {@link OptionError}; {@link UsageError} inside a transaction, and when the connection settings cannot cross to a
 * worker.
 */
export function iterateRows(source: Source, read: CompiledRead, options: IteratorOptions): SyncRows<unknown> {
  // The worker's portal looks at it, too.
  const delivered = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT))
  const iteration = iterationOf(source, read, options, delivered)
  if (source.isTransaction) {
    throw new UsageError(
      'iterator() cannot run inside a transaction: it reads on a worker thread with a connection of its own, which ' +
        'does not see what the transaction has written. Use aiterator(), or iterate outside the transaction.',
    )
  }
  const host = SyncHost.of(source.engine)
  const { reader, prefetch } = read
  const open = () => (read.state.none ? NO_SYNC_CHUNKS : host.open(iteration.request))
  return new SyncRowStream(iteration, { reader, prefetch, open })
}

/** What both forms have in common: the request, checked, and what is said of it. */
function iterationOf(
  source: Source,
  read: CompiledRead,
  options: IteratorOptions,
  delivered: Float64Array,
): Iteration {
  const prefetches = read.prefetch !== undefined
  const { maxBytes } = source.engine
  const request = iterationRequest(
    { ...statementOf(read.query, read.reader), prefetches, maxBytes, delivered },
    options,
  )
  if (read.locks === true) refuseLockOutsideTransaction(source)
  const mayWrite = options.readOnly === false && !source.isTransaction
  return {
    request,
    options,
    describe: () => qualifiedName(read.state.table),
    explain: (error) => explain(read, error, delivered[0] ?? 0, mayWrite),
  }
}

/** What the caller gets: about the statement, or about the one of a prefetch that failed. */
function explain(
  { state, query }: CompiledRead,
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
