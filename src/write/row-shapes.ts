import { isRecord, refuseUnlessFields, writableColumn } from '../query/assignment.js'
import type { CopiedField } from '../rows/copied-rows.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import { codecFor } from '../types/codec-for.js'

/** A field that rows give. */
export interface ShapeField {
  readonly property: string
  readonly column: ColumnSchema
}

/** Which fields a row gives: what follows from that is found once for all rows that give the same. */
export interface RowShape {
  /** By the names of their columns. */
  readonly fields: readonly ShapeField[]
  /** The same for every order of the fields. */
  readonly key: string
  /** How they are written in binary, where each can be; of no fields there is no COPY. */
  readonly copied: readonly CopiedField[] | undefined
}

export function shapeOf(fields: readonly ShapeField[]): RowShape {
  const sorted = [...fields].sort((a, b) => (a.column.name < b.column.name ? -1 : 1))
  const copied = sorted.flatMap(({ property, column }) => {
    const encode = codecFor(column.type).encodeBinary
    return encode === undefined ? [] : [{ property, encode }]
  })
  return {
    fields: sorted,
    key: JSON.stringify(sorted.map(({ column }) => column.name)),
    copied: sorted.length > 0 && copied.length === sorted.length ? copied : undefined,
  }
}

/** Rows may give their fields in any order, of which there are many. */
const MOST_SHAPES = 1000

type ColumnAt = typeof writableColumn

/** The shapes of the rows of one call. */
export class RowShapes {
  readonly #table: TableSchema
  readonly #columnAt: ColumnAt
  readonly #known = new Map<string, RowShape>()
  #lastNames: readonly string[] | undefined
  #last: RowShape = shapeOf([])

  /** @param columnAt what a field is of. Default: {@link writableColumn}. */
  constructor(table: TableSchema, columnAt: ColumnAt = writableColumn) {
    this.#table = table
    this.#columnAt = columnAt
  }

  /** @throws {@link FieldError} for what has no fields, and for a field that cannot be written. */
  of(row: unknown, where: () => string): RowShape {
    const names = isRecord(row) ? Object.keys(row) : []
    if (names.length === 0) refuseUnlessFields(this.#table, row, where)
    if (this.#lastNames === undefined || !isSame(this.#lastNames, names)) {
      this.#last = this.#find(names, where)
      this.#lastNames = names
    }
    return this.#last
  }

  #find(names: readonly string[], where: () => string): RowShape {
    const key = JSON.stringify(names)
    let shape = this.#known.get(key)
    if (shape === undefined) {
      const fields = names.map((property) => ({
        property,
        column: this.#columnAt(this.#table, property, where()),
      }))
      if (this.#known.size === MOST_SHAPES) this.#known.clear()
      shape = shapeOf(fields)
      this.#known.set(key, shape)
    }
    return shape
  }
}

function isSame(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false
  for (let index = 0; index < names.length; index++) if (names[index] !== others[index]) return false
  return true
}
