import { UsageError } from '../errors.js'
import type { Cell } from '../query/assignment.js'
import { tableName } from '../query/columns.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'

/** Keys that an iterable's rows are remembered by, so that memory stays constant; an array's are all remembered. */
const REMEMBERED = 250_000

/** Refuses a second row with the same key in one call: which of the two would win is not defined. */
export class SeenKeys {
  readonly #table: TableSchema
  readonly #columns: readonly ColumnSchema[]
  readonly #where: string
  readonly #limit: number
  readonly #seen = new Set<string>()

  constructor(table: TableSchema, columns: readonly ColumnSchema[], where: string, bounded: boolean) {
    this.#table = table
    this.#columns = columns
    this.#where = where
    this.#limit = bounded ? REMEMBERED : Infinity
  }

  /** @throws {@link UsageError} for a key that came before. */
  add(cells: readonly Cell[], number: number): void {
    const key = JSON.stringify(cells.map((cell) => (typeof cell === 'string' ? cell : cell?.toString('hex'))))
    if (this.#seen.has(key)) {
      const values = cells.map((cell) => (typeof cell === 'string' ? cell : `\\x${cell?.toString('hex')}`))
      const names = this.#columns.map(({ property }) => property)
      throw new UsageError(
        `Row ${number} of ${this.#where} on ${tableName(this.#table)} has the same key as a row before it: ` +
          `(${names.join(', ')}) = (${values.join(', ')}). Give each row once.`,
      )
    }
    this.#seen.add(key)
    if (this.#seen.size > this.#limit) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest)
        break
      }
    }
  }
}
