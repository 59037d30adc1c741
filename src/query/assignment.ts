import { codecFor } from '../types/codec-for.js'
import { FieldError } from '../errors.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import { encodeWith } from './encode-with.js'
import { isAnnotation } from './aggregate/annotation.js'
import { columnOf } from './columns.js'
import { qualifiedName } from '../schema/qualified-name.js'

/** A value on its way into a column: encoded, or null for NULL. */
export type Cell = string | Buffer | null

/** A column and what it is set to. */
export interface Assignment {
  readonly column: ColumnSchema
  readonly cell: Cell
}

/**
 * The values of one row, encoded.
 *
 * @param where what is being written, for messages: `create()`, `row 3 of bulkCreate()`.
 * @throws {@link FieldError} for an unknown field, one that the server alone fills, and an `undefined` value;
 * {@link EncodeError} for a value that the column cannot hold.
 */
export function parseValues(table: TableSchema, values: unknown, where: string): Assignment[] {
  if (!isRecord(values) || holdsNoFields(values)) {
    throw new FieldError(`${where} of ${qualifiedName(table)} takes an object such as { field: value }.`)
  }
  return Object.keys(values).map((property) => {
    const column = writableColumn(table, property, where)
    return { column, cell: encodeCell(table, column, values[property], where) }
  })
}

/** @throws {@link FieldError} for an unknown column, and for one that the server alone fills. */
export function writableColumn(table: TableSchema, property: string, where: string): ColumnSchema {
  const column = columnOf(table, property)
  if (column.generated !== undefined || isAnnotation(column)) {
    const choices = table.columns.filter((each) => each.generated === undefined && !isAnnotation(each))
    throw new FieldError(
      `${qualifiedName(table)}.${property} is computed by the server alone and cannot be set by ${where}. ` +
        `Choices: ${choices.map((each) => each.property).join(', ')}.`,
    )
  }
  return column
}

/**
 * One value, encoded.
 *
 * @throws {@link FieldError} for `undefined`, {@link EncodeError} for a value that the column cannot hold.
 */
export function encodeCell(table: TableSchema, column: ColumnSchema, value: unknown, where: string): Cell {
  if (value === null) return null
  const label = `${qualifiedName(table)}.${column.property}`
  if (value === undefined) {
    throw new FieldError(
      `${where}: the value of ${label} is undefined. Leave the field out, or give null for NULL.`,
    )
  }
  return encodeWith(codecFor(column.type), `${where}: ${label}`, value)
}

/** Whether an object is of a kind that never has its fields as properties: a Promise, a Map, a Date and the like. */
function holdsNoFields(value: object): boolean {
  if (Object.keys(value).length > 0) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== null && prototype !== Object.prototype
}

/** A field of an object; what every object has is not taken for one. */
export function fieldOf(row: Readonly<Record<string, unknown>>, property: string): unknown {
  return property in Object.prototype && !Object.hasOwn(row, property) ? undefined : row[property]
}

/** Whether a value is an object with fields, of whatever class. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
