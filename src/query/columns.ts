import { choicesOf } from '../choices.js'
import { FieldError } from '../errors.js'
import { qualifiedName } from '../schema/qualified-name.js'
import { describe } from '../types/describe.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'

/** The column of a property, or undefined. */
export function findColumn(table: TableSchema, property: string): ColumnSchema | undefined {
  return table.columns.find((column) => column.property === property)
}

/** @throws {@link FieldError} naming the choices when there is no such column. */
export function columnOf(table: TableSchema, property: string): ColumnSchema {
  const column = findColumn(table, property)
  if (column !== undefined) return column
  refuseUnlessName(table, property)
  throw noField(table, property, propertiesOf(table.columns))
}

/** What is thrown for a name that a table does not have. */
export function noField(table: TableSchema, name: string, choices: readonly string[], note = ''): FieldError {
  const problem = `${qualifiedName(table)} has no field "${name}".`
  return new FieldError([problem, note, `${choicesOf(name, choices)}.`].filter(Boolean).join(' '))
}

/** @throws {@link FieldError} for what names no field or relation: from JavaScript, anything may come. */
export function refuseUnlessName(table: TableSchema, name: unknown): void {
  if (typeof name === 'string') return
  throw new FieldError(
    `Fields and relations of ${qualifiedName(table)} are named by strings, not by ${describe(name)}.`,
  )
}

/** The columns of several properties, in their order. */
export function columnsOf(table: TableSchema, properties: readonly string[]): ColumnSchema[] {
  return properties.map((property) => columnOf(table, property))
}

export function propertiesOf(columns: readonly ColumnSchema[]): string[] {
  return columns.map(({ property }) => property)
}
