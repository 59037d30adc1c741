import type { ColumnModel, FreeHand, TableModel } from '../model/database-model.js'
import { pgText } from '../model/pg-values.js'
import { columnText, type Scope } from './row-interfaces.js'
import { interfaceOf, orNull, propertyOf, type TypeDeclaration } from './structures.js'

/** The table as free-hand Kysely sees it, and where that is not the same, as querysets lead to it. */
export function columnsInterfaces(model: TableModel, name: string, scope: Scope): TypeDeclaration[] {
  const { names, freeHand } = model
  const own = (interfaceName: string, doc: string) =>
    interfaceOf(
      interfaceName,
      doc,
      model.columns.map((column) => propertyOf(column.column.name, ownText(column, model, scope))),
    )
  if (freeHand === undefined || names.ownColumns === undefined)
    return [own(names.columns, `${name} for free-hand Kysely: column names as in SQL.`)]
  return [
    interfaceOf(
      names.columns,
      `${name} for free-hand Kysely${freeHand.values === 'pg' ? ', with the values of pg' : ''}.`,
      freeHandProperties(model, freeHand, scope),
    ),
    own(names.ownColumns, `${name} for \`toKysely()\` and expressions in filters: column names as in SQL.`),
  ]
}

function freeHandProperties(model: TableModel, { columns, values }: FreeHand, scope: Scope) {
  return model.columns.flatMap((column) => {
    const { key, isRead } = columns.get(column.column.name) ?? {}
    if (key === undefined) return []
    const type = (side: 'selected' | 'parameter') =>
      values === 'pg'
        ? pgText(column.column.type, side, scope, column.refined)
        : columnText(column, side, scope)
    const text = kyselyText(isRead === true ? { ...column, readOnly: true } : column, model, scope, type)
    const doc =
      isRead === true
        ? 'It comes with `selectAll()`, and cannot be named: CamelCasePlugin sends another.'
        : undefined
    return [propertyOf(key, text, { doc })]
  })
}

function ownText(column: ColumnModel, model: TableModel, scope: Scope): string {
  return kyselyText(column, model, scope, (side) => columnText(column, side, scope))
}

/** What each statement reads and writes. */
function kyselyText(
  { column, readOnly, optional }: ColumnModel,
  { writable }: TableModel,
  { imports }: Scope,
  textOf: (side: 'selected' | 'parameter') => string,
): string {
  const row = orNull(textOf('selected'), column.nullable)
  if (!writable || readOnly) return `${imports.type('GeneratedAlways', 'kysely')}<${row}>`
  const input = orNull(textOf('parameter'), column.nullable)
  if (input !== row) {
    const insert = optional && !column.nullable ? `${input} | undefined` : input
    return `${imports.type('ColumnType', 'kysely')}<${row}, ${insert}, ${input}>`
  }
  return optional && !column.nullable ? `${imports.type('Generated', 'kysely')}<${row}>` : row
}
