import { UsageError } from '../errors.js'
import type { ColumnCells } from '../sql/write/unnest.js'
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
  readonly groups: GrowingGroup[] = []
  readonly #byColumns = new Map<string, GrowingGroup>()
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

interface GrowingGroup extends Group {
  readonly columns: GrowingColumn[]
  readonly positions: number[]
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
  references?: readonly ColumnSchema[],
): AsyncGenerator<Batch, undefined> {
  let batch = new Batch(references)
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
      batch = new Batch(references)
    }
  } else {
    for (const row of rows) {
      batch.add(encode(row, ++number))
      if (!isFull()) continue
      yield batch
      batch = new Batch(references)
    }
  }
  if (batch.rows > 0) yield batch
  return undefined
}
