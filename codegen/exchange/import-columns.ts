import { qualifiedName } from '../../src/schema/qualified-name.js'
import { serverType } from '../../src/schema/type.js'
import type { ColumnSchema, TableSchema } from '../../src/schema/table.js'
import { didYouMean } from '../config/did-you-mean.js'
import { CodegenError } from '../errors.js'
import { BadValue } from './cells/bad-value.js'
import { JsonText, type Given } from './cells/given.js'
import { valueOf } from './cells/value.js'
import type { FileRow } from './formats/format.js'

/** A row as it is written. */
export type NewRow = Readonly<Record<string, unknown>>

/** Which column of the table each column of a file is written to. */
export class ImportColumns {
  readonly #table: TableSchema
  readonly #map: ReadonlyMap<string, string>
  readonly #notify: (message: string) => void
  readonly #found = new Map<string, ColumnSchema | undefined>()

  /** @param map - by the file's names; an empty one leaves the column out. */
  constructor(table: TableSchema, map: ReadonlyMap<string, string>, notify: (message: string) => void) {
    this.#table = table
    this.#map = map
    this.#notify = notify
    for (const name of map.values()) if (name !== '') this.#columnAt(name)
  }

  /** The columns that were found so far, in no order. */
  get used(): ColumnSchema[] {
    return [...this.#found.values()].filter((column) => column !== undefined)
  }

  /**
   * Looks at the header of a file.
   *
   * @throws {@link CodegenError} for a column that the table does not have, and for one that a row cannot do without.
   */
  check(fields: readonly string[]): void {
    for (const field of this.#map.keys()) {
      if (!fields.includes(field))
        throw new CodegenError(
          `The file has no column "${field}", which --map names.${didYouMean(field, fields)}`,
        )
    }
    const twice = fields.find((field, index) => fields.indexOf(field) !== index)
    if (twice !== undefined) throw new CodegenError(`The file has two columns "${twice}".`)
    for (const field of fields) this.#find(field)
    const missing = this.#table.columns.find(
      (column) => !column.optional && column.generated === undefined && !this.used.includes(column),
    )
    if (missing === undefined) return
    throw new CodegenError(
      `The file has no column for ${this.#label(missing)}, which takes no NULL and has no default. Name it by --map.`,
    )
  }

  /**
   * A row of the table.
   *
   * @throws {@link BadValue} for a value that its column does not have; {@link CodegenError} for a column that the table
   * does not have.
   */
  row({ values }: FileRow): NewRow {
    const row: Record<string, unknown> = {}
    for (const [field, given] of values) {
      const column = this.#find(field)
      if (column !== undefined) row[column.property] = this.#valueOf(column, given)
    }
    return row
  }

  #valueOf(column: ColumnSchema, given: Given): unknown {
    try {
      return isNull(column, given) ? null : valueOf(column.type, given)
    } catch (error) {
      if (error instanceof BadValue) error.message = `${this.#label(column)} ${error.message}`
      throw error
    }
  }

  #find(field: string): ColumnSchema | undefined {
    if (this.#found.has(field)) return this.#found.get(field)
    const name = this.#map.get(field) ?? field
    let column = name === '' ? undefined : this.#columnAt(name, field)
    if (column?.generated !== undefined) {
      this.#notify(`${this.#label(column)} is computed by the server: the file's "${field}" is left out.`)
      column = undefined
    }
    const other = [...this.#found].find(([, each]) => each !== undefined && each === column)?.[0]
    if (column !== undefined && other !== undefined) {
      throw new CodegenError(`"${other}" and "${field}" of the file are both for ${this.#label(column)}.`)
    }
    this.#found.set(field, column)
    return column
  }

  #columnAt(name: string, field?: string): ColumnSchema {
    const { columns } = this.#table
    const found =
      columns.find(({ property }) => property === name) ?? columns.find((column) => column.name === name)
    if (found !== undefined) return found
    const known = columns.map(({ property }) => property)
    const way =
      field === undefined ? '' : ` Give --map '${field}=…' for another name, or '${field}=' to leave it out.`
    throw new CodegenError(
      `${qualifiedName(this.#table)} has no column "${name}".${didYouMean(name, known)}${way}`,
    )
  }

  #label({ property }: ColumnSchema): string {
    return qualifiedName(this.#table, property)
  }
}

/** Whether it is NULL. What is null in JSON is that as well, but in a column of JSON without NULLs. */
function isNull({ type, nullable }: ColumnSchema, given: Given): boolean {
  if (given === null) return true
  if (!(given instanceof JsonText) || given.text !== 'null' || given.hasNull) return false
  const base = serverType(type)
  return nullable || (base !== 'json' && base !== 'jsonb')
}
