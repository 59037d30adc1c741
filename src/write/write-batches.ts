import { QueryError } from '../errors.js'
import type { Source } from '../kysely/handle.js'
import type { QueryState } from '../query/state.js'
import type { Batch } from './batch.js'
import type { BulkOptions } from './options.js'
import { atomically } from './transaction.js'
import { Writer } from './writer.js'

/** Batches to write. */
export interface BatchedRows {
  readonly batches: AsyncIterable<Batch>
  /** The rows are in memory already: all of them are encoded, and so checked, before the first is sent. */
  readonly whole: boolean
  readonly options: BulkOptions
}

/** Writes all batches in one transaction, or with a `batchSize` each in its own; a single statement needs none. */
export async function writeBatches(
  source: Source,
  state: QueryState,
  { batches, whole, options }: BatchedRows,
  write: (writer: Writer, batch: Batch) => Promise<void>,
): Promise<void> {
  const ready = whole ? await collect(batches) : batches
  const alone = async (batch: Batch): Promise<void> => {
    if (batch.groups.length === 1) await write(Writer.on(source, state), batch)
    else await atomically(source, state, (writer) => write(writer, batch))
  }
  if (options.batchSize !== undefined) {
    let isPartial = false
    for await (const batch of ready) {
      await alone(batch).catch((error: unknown) => {
        if (isPartial && error instanceof QueryError) forbidRetry(error)
        throw error
      })
      isPartial = !source.isTransaction
    }
  } else if (Array.isArray(ready) && ready.length <= 1) {
    for (const batch of ready) await alone(batch)
  } else {
    await atomically(source, state, async (writer) => {
      for await (const batch of ready) await write(writer, batch)
    })
  }
}

/** To try everything again would write twice what is committed. */
function forbidRetry(error: { isRetryable: boolean }): void {
  error.isRetryable = false
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}
