import type { InterfaceDeclarationStructure } from 'ts-morph'
import type { ColumnModel, TableModel } from '../model/database-model.js'
import { typeText } from '../model/type-text.js'
import type { Scope } from './row-interfaces.js'
import { interfaceOf, orNull, propertyOf } from './structures.js'

/** The table as free-hand Kysely sees it: SQL names, and what each statement reads and writes. */
export function columnsInterface(
  model: TableModel,
  doc: string,
  scope: Scope,
): InterfaceDeclarationStructure {
  const properties = model.columns.map((column) =>
    propertyOf(column.column.name, columnText(column, model, scope)),
  )
  return interfaceOf(model.names.columns, doc, properties)
}

function columnText({ column, readOnly, optional }: ColumnModel, model: TableModel, scope: Scope): string {
  const { imports } = scope
  const row = orNull(typeText(column.type, 'row', scope), column.nullable)
  if (!model.writable || readOnly) return `${imports.type('GeneratedAlways', 'kysely')}<${row}>`
  const input = orNull(typeText(column.type, 'parameter', scope), column.nullable)
  if (input !== row) {
    const insert = optional && !column.nullable ? `${input} | undefined` : input
    return `${imports.type('ColumnType', 'kysely')}<${row}, ${insert}, ${input}>`
  }
  return optional && !column.nullable ? `${imports.type('Generated', 'kysely')}<${row}>` : row
}
