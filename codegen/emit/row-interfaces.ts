import type { InterfaceDeclarationStructure, OptionalKind, PropertySignatureStructure } from 'ts-morph'
import { lookupKind } from '../../src/types/lookup-kind.js'
import { subtypeOf } from '../../src/schema/type.js'
import type { ColumnModel, DatabaseModel, TableModel } from '../model/database-model.js'
import { type Side, type TypeScope, refinedText, typeText } from '../model/type-text.js'
import type { Imports } from './imports.js'
import { relationConditions } from './relations.js'
import { propertyKey } from './literal.js'
import { interfaceOf, orNull, propertyOf } from './structures.js'

/** Where the types of one file's declarations are looked up and noted. */
export interface Scope extends TypeScope {
  readonly imports: Imports
}

/** @param file - the file that the declarations are in, which imports nothing of its own. */
export function scopeOf(
  { types, refined }: Pick<DatabaseModel, 'types' | 'refined'>,
  imports: Imports,
  file: string,
): Scope {
  const use = (name: string, from: string): void => {
    if (from !== `./${file}.js`) imports.type(name, from)
  }
  return { types, refined, imports, use }
}

/** The type of a column, without its null. */
export function columnText({ column, refined }: ColumnModel, side: Side, scope: Scope): string {
  return refined === undefined
    ? typeText(column.type, side, scope)
    : refinedText(column.type, refined, side, scope)
}

/** What a query gives. */
export function rowInterface(
  { names, columns }: TableModel,
  doc: string,
  scope: Scope,
): InterfaceDeclarationStructure {
  const properties = columns.map((model) =>
    propertyOf(model.property, orNull(columnText(model, 'row', scope), model.column.nullable), {
      comment: model.column.comment,
    }),
  )
  return interfaceOf(names.row, doc, properties)
}

/** What an insert takes. */
export function insertInterface(
  { names, columns }: TableModel,
  doc: string,
  scope: Scope,
): InterfaceDeclarationStructure {
  const properties = columns
    .filter((column) => !column.readOnly)
    .map((column) => inputOf(column, column.optional, scope))
  return interfaceOf(names.insert, doc, properties)
}

/** What an update takes. */
export function updateInterface(
  { names, columns }: TableModel,
  doc: string,
  scope: Scope,
): InterfaceDeclarationStructure {
  const properties = columns
    .filter((column) => !column.readOnly)
    .map((column) => inputOf(column, true, scope))
  return interfaceOf(names.update, doc, properties)
}

/** What a filter takes: the conditions each column's type has. */
export function filterInterface(model: TableModel, doc: string, scope: Scope): InterfaceDeclarationStructure {
  const { names, columns, kyselyName } = model
  const conditions = columns.map((column) =>
    propertyOf(column.property, orNull(conditionText(column, scope), column.column.nullable), {
      optional: true,
      readOnly: true,
    }),
  )
  return interfaceOf(
    names.filter,
    doc,
    [...conditions, ...relationConditions(model, scope.imports)],
    `${scope.imports.type('Conditions', 'sluice')}<${names.filter}, { ${propertyKey(kyselyName)}: ${names.ownColumns ?? names.columns} }>`,
  )
}

function inputOf(
  model: ColumnModel,
  optional: boolean,
  scope: Scope,
): OptionalKind<PropertySignatureStructure> {
  const { property, column } = model
  const text = orNull(columnText(model, 'input', scope), column.nullable)
  return propertyOf(property, text, { comment: column.comment, optional })
}

function conditionText(column: ColumnModel, scope: Scope): string {
  const { imports } = scope
  const { type } = column.column
  switch (lookupKind(type)) {
    case 'null':
      return imports.type('NullCondition', 'sluice')
    case 'equality':
      return `${imports.type('EqualityCondition', 'sluice')}<${columnText(column, 'input', scope)}>`
    case 'comparable':
      return `${imports.type('ComparableCondition', 'sluice')}<${columnText(column, 'input', scope)}>`
    case 'text':
      return imports.type('TextCondition', 'sluice')
    case 'json':
      return imports.type('JsonCondition', 'sluice')
    case 'array':
      return `${imports.type('ArrayCondition', 'sluice')}<${columnText(column, 'input', scope)}>`
    case 'unorderedArray':
      return `${imports.type('UnorderedArrayCondition', 'sluice')}<${columnText(column, 'input', scope)}>`
    case 'range':
      return `${imports.type('RangeCondition', 'sluice')}<${typeText(subtypeOf(type), 'input', scope)}>`
    case 'multirange':
      return `${imports.type('MultirangeCondition', 'sluice')}<${typeText(subtypeOf(type), 'input', scope)}>`
  }
}
