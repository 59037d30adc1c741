import type { KyselyHandle } from '../../src/kysely/handle.js'
import { EncodeError, IntegrityError, QueryError, UsageError } from '../../src/errors.js'
import { atomic } from '../../src/transaction/atomic.js'
import type { TableSchema } from '../../src/schema/table.js'
import type { ConflictAction, ConflictTarget } from './conflict-target.js'
import type { FileRow } from './formats/format.js'
import type { NewRow } from './import-columns.js'
import type { AnyRepository } from './table/opened-table.js'

/** A row, and where it is from. */
export interface PlacedRow {
  readonly from: FileRow
  readonly row: NewRow
}

export interface WriterOptions {
  readonly onConflict: ConflictAction
  readonly target: ConflictTarget
  /** Is told of a row that is refused; what it throws ends the import. */
  readonly refuse: (row: FileRow, reason: string) => void
}

/** How many rows came to what. */
export interface Counts {
  inserted: number
  updated: number
  ignored: number
}

interface BulkCreate {
  bulkCreate(
    rows: Iterable<NewRow>,
    options: object,
  ): Promise<number | Readonly<Record<'inserted' | 'updated' | 'left', number>>>
}

/** Writes rows batch by batch, and finds those that are refused by halving the batch that they are in. */
export class RowWriter {
  readonly counts: Counts = { inserted: 0, updated: 0, ignored: 0 }
  readonly #repository: AnyRepository
  readonly #options: WriterOptions

  constructor(repository: AnyRepository, options: WriterOptions) {
    this.#repository = repository
    this.#options = options
  }

  /** @throws what is not the fault of a row. */
  async write(trx: KyselyHandle, rows: readonly PlacedRow[]): Promise<void> {
    const [only] = rows
    if (only === undefined) return
    try {
      await atomic(trx as never, (savepoint) => this.#create(savepoint, rows))
    } catch (error) {
      const reason = refusalOf(error)
      if (reason === undefined) throw error
      if (rows.length === 1) return this.#options.refuse(only.from, reason)
      const middle = Math.ceil(rows.length / 2)
      await this.write(trx, rows.slice(0, middle))
      await this.write(trx, rows.slice(middle))
    }
  }

  async #create(trx: KyselyHandle, rows: readonly PlacedRow[]): Promise<void> {
    const repository = this.#repository.using(trx) as unknown as BulkCreate
    const { onConflict, target } = this.#options
    const given = rows.map(({ row }) => row)
    const updateFields = onConflict === 'update' ? updatedFields(given, this.#repository.schema, target) : []
    const { counts } = this
    if (updateFields.length > 0) {
      const options = { updateConflicts: true, updateFields, ...target, outcomes: true }
      const outcomes = await repository.bulkCreate(given.values(), options)
      if (typeof outcomes === 'number') return
      counts.inserted += outcomes.inserted
      counts.updated += outcomes.updated
      counts.ignored += outcomes.left
      return
    }
    const options = onConflict === 'error' ? {} : { ignoreConflicts: true, ...target }
    const written = Number(await repository.bulkCreate(given.values(), options))
    counts.inserted += written
    counts.ignored += rows.length - written
  }
}

/** What a row that is there gets of the new one: all but its key, and what it only gets when it is made. */
function updatedFields(rows: readonly NewRow[], { columns }: TableSchema, target: ConflictTarget): string[] {
  const key = target !== undefined && 'uniqueFields' in target ? target.uniqueFields : []
  const fixed = columns.flatMap(({ property, overrides }) => (overrides === true ? [property] : []))
  return Object.keys(rows[0] ?? {}).filter((field) => !key.includes(field) && !fixed.includes(field))
}

/** Classes of SQLSTATE by which a statement fails for a value: of data, of constraints, raised by triggers, of sizes, of views. */
const OF_VALUES = /^(?:22|23|44|54|P0001)/

/** Why a row, or one of several, is refused; undefined for what is not their fault. */
function refusalOf(error: unknown): string | undefined {
  // Two rows of one statement with the same key: each is written by its own.
  const isOfRows =
    error instanceof EncodeError ||
    error instanceof IntegrityError ||
    error instanceof UsageError ||
    (error instanceof QueryError && OF_VALUES.test(error.sqlState ?? ''))
  if (!isOfRows) return undefined
  return error.message.replace(/^Row \d+ of bulkCreate\(\)(?:: | )?/, '')
}
