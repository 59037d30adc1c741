import { QueryError, UsageError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import type { Assignment, Cell } from '../query/assignment.js'
import type { QueryState } from '../query/state.js'
import type { ColumnSchema } from '../schema/table.js'
import { atomically } from './transaction.js'
import { Writer } from './writer.js'

/** Rows of a batch that give the same columns, and so go into one statement. */
interface Group {
  readonly columns: readonly { readonly column: ColumnSchema; readonly cells: Cell[] }[]
  /** Where in its batch each of the rows stands. */
  readonly positions: number[]
}

/** Rows on their way into statements. unnest cannot carry DEFAULT: rows are grouped by the columns that they give. */
export class Batch {
  rows = 0
  /** Of the parameters, in characters and bytes. */
  size = 0
  readonly groups: Group[] = []
  readonly #byColumns = new Map<string, Group>()
  readonly #references: readonly ColumnSchema[]

  /** @param references columns that refer to rows of the same table, which must be there before. */
  constructor(references: readonly ColumnSchema[] = []) {
    this.#references = references
  }

  add(row: readonly Assignment[]): void {
    const sorted = [...row].sort((a, b) => (a.column.name < b.column.name ? -1 : 1))
    const key = JSON.stringify(sorted.map(({ column }) => column.name))
    let group = this.#byColumns.get(key)
    // What a row refers to may be in any group so far: it cannot go ahead of them.
    if (group === undefined || (this.#refers(row) && group !== this.groups.at(-1))) {
      group = { columns: sorted.map(({ column }) => ({ column, cells: [] })), positions: [] }
      this.#byColumns.set(key, group)
      this.groups.push(group)
    }
    for (const [index, { cell }] of sorted.entries()) {
      group.columns[index]?.cells.push(cell)
      this.size += cell?.length ?? 0
    }
    group.positions.push(this.rows++)
  }

  #refers(row: readonly Assignment[]): boolean {
    return row.some(({ column, cell }) => cell !== null && this.#references.includes(column))
  }
}

/** Rows to write batch by batch. */
export interface BatchedRows {
  /** An array's are in memory already: all of them are encoded, and so checked, before the first is sent. */
  readonly rows: Iterable<unknown> | AsyncIterable<unknown>
  readonly batchSize: number | undefined
  /** Is given each row and its number from 1. */
  readonly encode: (row: unknown, number: number) => readonly Assignment[]
  readonly references?: readonly ColumnSchema[]
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
  const ready = Array.isArray(batched.rows) ? await collect(batches) : batches
  const alone = async (batch: Batch): Promise<void> => {
    if (batch.groups.length === 1) await write(Writer.on(binding, state), batch)
    else await atomically(binding, state, (writer) => write(writer, batch))
  }
  if (batched.batchSize !== undefined) {
    let isPartial = false
    for await (const batch of ready) {
      await alone(batch).catch((error: unknown) => {
        if (isPartial && error instanceof QueryError) forbidRetry(error)
        throw error
      })
      isPartial = !binding.isTransaction
    }
  } else if (Array.isArray(ready) && ready.length <= 1) {
    for (const batch of ready) await alone(batch)
  } else {
    await atomically(binding, state, async (writer) => {
      for await (const batch of ready) await write(writer, batch)
    })
  }
}

const DEFAULT_ROWS = 5_000
/** Keeps one statement's parameters well below what a message may hold. */
const DEFAULT_SIZE = 16 * 1024 * 1024

async function* batchesOf({
  rows,
  batchSize,
  encode,
  references,
}: BatchedRows): AsyncGenerator<Batch, undefined> {
  let batch = new Batch(references)
  let number = 0
  /** The batch if the row has filled it. */
  const add = (row: unknown): Batch | undefined => {
    batch.add(encode(row, ++number))
    const byDefault = batch.rows >= DEFAULT_ROWS || batch.size >= DEFAULT_SIZE
    if (batchSize === undefined ? !byDefault : batch.rows < batchSize) return undefined
    const full = batch
    batch = new Batch(references)
    return full
  }
  if (Symbol.asyncIterator in rows) {
    for await (const row of rows) {
      const full = add(row)
      if (full !== undefined) yield full
    }
  } else {
    for (const row of rows) {
      const full = add(row)
      if (full !== undefined) yield full
    }
  }
  if (batch.rows > 0) yield batch
  return undefined
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
