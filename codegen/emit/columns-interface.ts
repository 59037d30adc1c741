import type { InterfaceDeclarationStructure } from 'ts-morph'
import type { ColumnModel, TableModel } from '../model/database-model.js'
import { columnText, type Scope } from './row-interfaces.js'
import { interfaceOf, orNull, propertyOf } from './structures.js'

/** The table as free-hand Kysely sees it: SQL names, and what each statement reads and writes. */
export function columnsInterface(
  model: TableModel,
  doc: string,
  scope: Scope,
): InterfaceDeclarationStructure {
  const properties = model.columns.map((column) =>
    propertyOf(column.column.name, kyselyText(column, model, scope)),
  )
  return interfaceOf(model.names.columns, doc, properties)
}

function kyselyText(columnModel: ColumnModel, model: TableModel, scope: Scope): string {
  const { column, readOnly, optional } = columnModel
  const { imports } = scope
  const row = orNull(columnText(columnModel, 'selected', scope), column.nullable)
  if (!model.writable || readOnly) return `${imports.type('GeneratedAlways', 'kysely')}<${row}>`
  const input = orNull(columnText(columnModel, 'parameter', scope), column.nullable)
  if (input !== row) {
    const insert = optional && !column.nullable ? `${input} | undefined` : input
    return `${imports.type('ColumnType', 'kysely')}<${row}, ${insert}, ${input}>`
  }
  return optional && !column.nullable ? `${imports.type('Generated', 'kysely')}<${row}>` : row
}
