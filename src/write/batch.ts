import { UsageError } from '../errors.js'
import type { ColumnCells } from '../compile/unnest.js'
import type { Assignment, Cell } from '../query/assignment.js'
import type { ColumnSchema } from '../schema/table.js'

/** Rows of a batch that give the same columns, and so go into one statement. */
export interface Group {
  readonly columns: readonly ColumnCells[]
  /** Where in its batch each of the rows stands. */
  readonly positions: readonly number[]
}

/** Rows on their way into statements. unnest cannot carry DEFAULT: rows are grouped by the columns that they give. */
export class Batch {
  rows = 0
  /** Of the parameters, in characters and bytes. */
  size = 0
  readonly #groups = new Map<string, { columns: GrowingColumn[]; positions: number[] }>()

  get groups(): readonly Group[] {
    return [...this.#groups.values()]
  }

  add(row: readonly Assignment[]): void {
    const sorted = [...row].sort((a, b) => (a.column.name < b.column.name ? -1 : 1))
    const key = JSON.stringify(sorted.map(({ column }) => column.name))
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { columns: sorted.map(({ column }) => ({ column, cells: [] })), positions: [] }
      this.#groups.set(key, group)
    }
    for (const [index, { cell }] of sorted.entries()) {
      group.columns[index]?.cells.push(cell)
      this.size += cell?.length ?? 0
    }
    group.positions.push(this.rows++)
  }
}

interface GrowingColumn {
  readonly column: ColumnSchema
  readonly cells: Cell[]
}

const DEFAULT_ROWS = 5_000
/** Keeps one statement's parameters well below what a message may hold. */
const DEFAULT_SIZE = 16 * 1024 * 1024

/** @throws {@link UsageError} for what cannot be iterated over, such as the promise of rows. */
export function refuseUnlessRows(rows: unknown, method: string): void {
  const isIterable =
    typeof rows === 'object' && rows !== null && (Symbol.iterator in rows || Symbol.asyncIterator in rows)
  if (isIterable) return
  throw new UsageError(
    `${method}() takes an array, an iterable or an async iterable of rows: is an await missing?`,
  )
}

/** Rows of any kind of source, one batch after the other; `encode` is given each row and its number from 1. */
export async function* batchesOf<T>(
  rows: Iterable<T> | AsyncIterable<T>,
  batchSize: number | undefined,
  encode: (row: T, number: number) => readonly Assignment[],
): AsyncGenerator<Batch, undefined> {
  let batch = new Batch()
  let number = 0
  const isFull = () =>
    batchSize === undefined
      ? batch.rows >= DEFAULT_ROWS || batch.size >= DEFAULT_SIZE
      : batch.rows >= batchSize
  if (Symbol.asyncIterator in rows) {
    for await (const row of rows) {
      batch.add(encode(row, ++number))
      if (!isFull()) continue
      yield batch
      batch = new Batch()
    }
  } else {
    for (const row of rows) {
      batch.add(encode(row, ++number))
      if (!isFull()) continue
      yield batch
      batch = new Batch()
    }
  }
  if (batch.rows > 0) yield batch
  return undefined
}
