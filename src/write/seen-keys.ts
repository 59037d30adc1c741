import { UsageError } from '../errors.js'
import type { Cell } from '../query/assignment.js'
import { qualifiedName } from '../schema/qualified-name.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import type { BaseType } from '../types/base-type.js'
import { recordOf } from '../types/base-types.js'

/** Keys that an iterable's rows are remembered by, so that memory stays constant; an array's are all remembered. */
const REMEMBERED = 250_000

/** Refuses a second row with the same key in one call: which of the two would win is not defined. */
export class SeenKeys {
  readonly #table: TableSchema
  readonly #columns: readonly ColumnSchema[]
  readonly #canonical: readonly BaseType['canonical'][]
  readonly #where: string
  readonly #limit: number
  #seen = new Set<string>()
  /** The keys before those: a full set is passed on whole, as removing the oldest key of a set is slow. */
  #before = new Set<string>()

  constructor(table: TableSchema, columns: readonly ColumnSchema[], where: string, bounded: boolean) {
    this.#table = table
    this.#columns = columns
    this.#canonical = columns.map(({ type }) => recordOf(type)?.canonical)
    this.#where = where
    this.#limit = bounded ? REMEMBERED : Infinity
  }

  /** @throws {@link UsageError} for a key that came before. */
  add(cells: readonly Cell[], number: number): void {
    const key = JSON.stringify(cells.map((cell, index) => comparable(cell, this.#canonical[index])))
    if (this.#seen.has(key) || this.#before.has(key)) {
      const names = this.#columns.map(({ property }) => property)
      throw new UsageError(
        `Row ${number} of ${this.#where} on ${qualifiedName(this.#table)} has the same key as a row before it: ` +
          `${names.join(', ')}. Give each row once.`,
      )
    }
    this.#seen.add(key)
    if (this.#seen.size < this.#limit) return
    this.#before = this.#seen
    this.#seen = new Set()
  }
}

/** A key's part in the form that the server compares, where one value can be written in several ways. */
function comparable(cell: Cell, canonical: BaseType['canonical']): string | undefined {
  if (typeof cell !== 'string') return cell?.toString('hex')
  return canonical === undefined ? cell : canonical(cell)
}
