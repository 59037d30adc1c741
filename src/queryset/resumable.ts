import { QueryError, SchemaDriftError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import { abortable, type CallOptions } from '../kysely/abortable.js'
import { abortSignal, anything, checkOptions, size, type OptionChecks } from '../options.js'
import { behindCheckpoint, withPositions, writeCheckpoint } from '../position/position.js'
import { scopedState } from '../query/scoped/scoped.js'
import { slice } from '../query/slice.js'
import { sourceName, type QueryState } from '../query/state.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import type { CallSite } from './calls/call-site.js'
import { readAll } from './read.js'
import { keyedStatementOf } from './run.js'

/** Options of {@link QuerySet.resumable}. */
export interface ResumableOptions extends CallOptions {
  /** How many rows a batch has; only the last may have fewer. Default 1,000. It may change from run to run. */
  readonly batchSize?: number
  /** The checkpoint to go on from; from the first row without it, or with null. */
  readonly after?: string | null | undefined
}

/** Rows of a walk, and where it goes on behind them. */
export interface Batch<R> {
  /** At least one. */
  readonly rows: R[]
  /** What `after` takes. Save it once the rows are done with, not before: what it is behind is not read again. */
  readonly checkpoint: string
}

const CHECKS: OptionChecks<ResumableOptions> = { batchSize: size, after: anything, signal: abortSignal }

export const DEFAULT_BATCH_SIZE = 1000

/**
 * Walks by one short read for each batch; nothing is sent before the first step.
 *
 * @throws {@link OptionError}; {@link UsageError} without a total order; {@link PositionError}.
 */
export function walkResumably(
  binding: Binding,
  state: QueryState,
  options: ResumableOptions,
  site: CallSite,
): AsyncIterableIterator<Batch<unknown>, undefined> {
  const { batchSize = DEFAULT_BATCH_SIZE, after, signal } = checkOptions(options, CHECKS, 'resumable')
  const ordered = withPositions(scopedState(state), 'resumable')
  const start = after ?? writeCheckpoint(ordered)
  behindCheckpoint(ordered, start)
  const call = signal === undefined ? {} : { signal }
  const read = (checkpoint: string) =>
    abortable(binding, call, (each) => readBehind(each, ordered, checkpoint, batchSize))
  return batches(ordered, start, batchSize, read, site)
}

async function* batches(
  state: QueryState,
  start: string,
  batchSize: number,
  read: (checkpoint: string) => Promise<readonly KeyedRow[]>,
  site: CallSite,
): AsyncGenerator<Batch<unknown>, undefined> {
  let checkpoint = start
  try {
    for (;;) {
      const rows = await read(checkpoint)
      const last = rows.at(-1)
      if (last !== undefined) {
        checkpoint = writeCheckpoint(state, last.position)
        yield { rows: rows.map(({ row }) => row), checkpoint }
      }
      if (rows.length < batchSize) return undefined
    }
  } catch (error) {
    site.addTo(error)
    throw error
  }
}

/**
 * The next rows behind a checkpoint, with their positions: by one query, and by more where equal values or NULLs of the order
 * end within the batch.
 */
export async function readBehind(
  binding: Binding,
  state: QueryState,
  checkpoint: string,
  size: number,
): Promise<readonly KeyedRow[]> {
  let rows: readonly KeyedRow[] = []
  if (state.none) return rows
  for (const behind of behindCheckpoint(state, checkpoint)) {
    const missing = size - rows.length
    if (missing === 0) break
    const statement = keyedStatementOf(slice(behind, 0, missing), missing)
    const read = await readAll(binding, statement).catch((error: unknown) => {
      throw asDrift(error, sourceName(state))
    })
    // What is read with positions comes with them.
    rows = [...rows, ...(read as KeyedRow[])]
  }
  return rows
}

/** No operator compares a field of the order with what the checkpoint has for it. */
function asDrift(error: unknown, table: string): unknown {
  if (!(error instanceof QueryError) || error.sqlState !== '42883') return error
  const { message, sql, sqlState } = error
  return new SchemaDriftError(
    `A field that the order or the filter goes by has another type in the database than in the generated code: ${message} ` +
      'Run the generator again.',
    { cause: error },
    { table, sql, sqlState },
  )
}
