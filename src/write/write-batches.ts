import { breathe, isBreathDue } from '../breath.js'
import { QueryError, UsageError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import type { QueryState } from '../query/state.js'
import type { ColumnSchema } from '../schema/table.js'
import { untilAborted } from '../shared-signal.js'
import { Batch } from './batch.js'
import { atomically } from './transaction.js'
import { Writer } from './writer.js'

/** Rows to write batch by batch. */
export interface BatchedRows {
  /** An array's are in memory already: all of them are encoded, and so checked, before the first is sent. */
  readonly rows: Iterable<unknown> | AsyncIterable<unknown>
  readonly batchSize: number | undefined
  /** Rows of the first batch, unless there is a `batchSize`. Default: those of any. */
  readonly firstRows?: number
  /** Is given each row and its number from 1. */
  readonly add: (batch: Batch, row: unknown, number: number) => void
  readonly references?: readonly ColumnSchema[]
  /** What is found out after a statement can still undo it. Default: a single statement needs no transaction. */
  readonly undoable?: boolean
}

/** @throws {@link UsageError} for what cannot be iterated over, such as the promise of rows. */
export function refuseUnlessRows(rows: unknown, method: string): void {
  const isIterable =
    typeof rows === 'object' && rows !== null && (Symbol.iterator in rows || Symbol.asyncIterator in rows)
  if (isIterable) return
  throw new UsageError(
    `${method}() takes an array, an iterable or an async iterable of rows: is an await missing?`,
  )
}

/** Writes all batches in one transaction, or with a `batchSize` each in its own; a single statement needs none. */
export async function writeBatches(
  binding: Binding,
  state: QueryState,
  batched: BatchedRows,
  write: (writer: Writer, batch: Batch) => Promise<void>,
): Promise<void> {
  const batches = batchesOf(batched)
  const ready = Array.isArray(batched.rows) ? await collect(batches, binding.signal) : batches
  const alone = async (batch: Batch): Promise<void> => {
    if (batch.groups.length === 1 && batched.undoable !== true) await write(Writer.on(binding, state), batch)
    else await atomically(binding, state, (writer) => write(writer, batch))
  }
  if (batched.batchSize !== undefined) {
    let isPartial = false
    await forEachAhead(ready, binding.signal, async (batch) => {
      await alone(batch).catch((error: unknown) => {
        if (isPartial && error instanceof QueryError) forbidRetry(error)
        throw error
      })
      isPartial = !binding.isTransaction
    })
  } else if (Array.isArray(ready) && ready.length <= 1) {
    for (const batch of ready) await alone(batch)
  } else {
    await atomically(binding, state, (writer) =>
      forEachAhead(ready, binding.signal, (batch) => write(writer, batch)),
    )
  }
}

const DEFAULT_ROWS = 5_000
/** Keeps one statement's parameters well below what a message may hold. */
const DEFAULT_SIZE = 16 * 1024 * 1024
/** Rows that are encoded between two looks at the clock. */
const ROWS_A_LOOK = 50

async function* batchesOf({
  rows,
  batchSize,
  firstRows = DEFAULT_ROWS,
  add,
  references,
}: BatchedRows): AsyncGenerator<Batch, undefined> {
  let batch = new Batch(references)
  let most = batchSize ?? firstRows
  let number = 0
  /** The batch if the row has filled it. */
  const taken = (row: unknown): Batch | undefined => {
    add(batch, row, ++number)
    if (batch.rows < most && (batchSize !== undefined || batch.size < DEFAULT_SIZE)) return undefined
    const full = batch
    batch = new Batch(references)
    most = batchSize ?? DEFAULT_ROWS
    return full
  }
  if (Symbol.asyncIterator in rows) {
    for await (const row of rows) {
      const full = taken(row)
      if (full !== undefined) yield full
      else if (number % ROWS_A_LOOK === 0 && isBreathDue()) await breathe()
    }
  } else {
    for (const row of rows) {
      const full = taken(row)
      if (full !== undefined) yield full
      else if (number % ROWS_A_LOOK === 0 && isBreathDue()) await breathe()
    }
  }
  if (batch.rows > 0) yield batch
  return undefined
}

/**
 * Does something for each value, of which the next is made meanwhile: the server and we are at work at the same time. Not
 * so the second, since what becomes of the first may decide on how that is made.
 */
async function forEachAhead<T>(
  values: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal | undefined,
  work: (value: T) => Promise<void>,
): Promise<void> {
  if (!(Symbol.asyncIterator in values)) {
    for (const value of values) await work(value)
    return
  }
  const source = values[Symbol.asyncIterator]()
  let isWaiting = false
  const next = (): Promise<IteratorResult<T>> => {
    isWaiting = true
    const result = untilAborted(
      source.next().finally(() => (isWaiting = false)),
      signal,
    )
    // Should the work fail before anyone looks at it.
    result.catch(() => {})
    return result
  }
  try {
    let result = await next()
    if (result.done !== true) {
      await work(result.value)
      result = await next()
    }
    while (result.done !== true) {
      const ahead = next()
      await work(result.value)
      result = await ahead
    }
  } catch (error) {
    const end = source.return?.()
    // One that waits for its next value may do so for ever: it ends when it has that.
    if (isWaiting) end?.catch(() => {})
    else await end
    throw error
  }
}

/** To try everything again would write twice what is committed. */
function forbidRetry(error: { isRetryable: boolean }): void {
  error.isRetryable = false
}

async function collect<T>(values: AsyncIterable<T>, signal: AbortSignal | undefined): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) {
    signal?.throwIfAborted()
    all.push(value)
  }
  return all
}
