import { codecFor } from '../types/codec-for.js'
import { FieldError } from '../errors.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import { isComputed } from './expression/computed.js'
import { isExpression } from './expression/resolve.js'
import { columnOf, propertiesOf } from './columns.js'
import { encodeCopy } from './encode.js'
import { isPlainObject } from './lookups/operand.js'
import { qualifiedName } from '../schema/qualified-name.js'

/** A value on its way into a column: encoded, or null for NULL. */
export type Cell = string | Buffer | null

/** A column and what it is set to. */
export interface Assignment {
  readonly column: ColumnSchema
  readonly cell: Cell
}

/** The values of one row, encoded; `where` they are written is for messages: `create()`, `Row 3 of bulkCreate()`. */
export function parseValues(table: TableSchema, values: unknown, where: string): Assignment[] {
  refuseUnlessFields(table, values, () => where)
  return Object.keys(values).map((property) => {
    const column = writableColumn(table, property, where)
    return { column, cell: encodeCell(table, column, values[property], where) }
  })
}

/** @throws {@link FieldError} for what has no fields: a Promise, a Map, a Date and the like never have theirs as properties. */
export function refuseUnlessFields(
  table: TableSchema,
  values: unknown,
  where: () => string,
): asserts values is Record<string, unknown> {
  if (hasFields(values)) return
  throw new FieldError(`${where()} of ${qualifiedName(table)} takes an object such as { field: value }.`)
}

/** Whether a value is of fields: of whatever class, if it has any; a Map or a Promise never has its own as properties. */
export function hasFields(values: unknown): values is Record<string, unknown> {
  return isRecord(values) && (Object.keys(values).length > 0 || isPlainObject(values))
}

/** @throws {@link FieldError} for an unknown column, and for one that the server alone fills. */
export function writableColumn(table: TableSchema, property: string, where: string): ColumnSchema {
  const column = columnOf(table, property)
  if (column.generated !== undefined || isComputed(column)) {
    const choices = table.columns.filter((each) => each.generated === undefined && !isComputed(each))
    throw new FieldError(
      `${qualifiedName(table)}.${property} is computed by the server alone and cannot be set by ${where}. ` +
        `Choices: ${propertiesOf(choices).join(', ')}.`,
    )
  }
  return column
}

/** One value, encoded. */
export function encodeCell(
  table: TableSchema,
  column: ColumnSchema,
  value: unknown,
  where: string | (() => string),
): Cell {
  if (value === null) return null
  const place = () => (typeof where === 'string' ? where : where())
  if (value === undefined) {
    throw new FieldError(
      `${place()}: the value of ${labelOf(table, column)} is undefined. Leave the field out, or give null for NULL.`,
    )
  }
  if (isExpression(value)) {
    throw new FieldError(
      `${place()}: ${labelOf(table, column)} is given an expression, and takes a value: expressions are for update(), updateValues ` +
        'and updateWhere.',
    )
  }
  return encodeCopy(codecFor(column.type), value, () => `${place()}: ${labelOf(table, column)}`)
}

function labelOf(table: TableSchema, column: ColumnSchema): string {
  return `${qualifiedName(table)}.${column.property}`
}

/** A field of an object; what every object has is not taken for one. */
export function fieldOf(row: Readonly<Record<string, unknown>>, property: string): unknown {
  return property in Object.prototype && !Object.hasOwn(row, property) ? undefined : row[property]
}

/** Whether a value is an object with fields, of whatever class. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
