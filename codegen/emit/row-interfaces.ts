import type { InterfaceDeclarationStructure, OptionalKind, PropertySignatureStructure } from 'ts-morph'
import { lookupKind } from '../../src/query/lookup-kind.js'
import { subtypeOf, type TypeSchema } from '../../src/schema/type.js'
import type { ColumnModel, TableModel, TypeNames } from '../model/database-model.js'
import { type TypeScope, typeText } from '../model/type-text.js'
import type { Imports } from './imports.js'
import { relationConditions } from './relations.js'
import { propertyKey } from './literal.js'
import { interfaceOf, orNull, propertyOf } from './structures.js'

/** Where the types of one file's declarations are looked up and noted. */
export interface Scope extends TypeScope {
  readonly imports: Imports
}

export function scopeOf(types: TypeNames, imports: Imports): Scope {
  return { types, imports, use: imports.type }
}

/** What a query gives. */
export function rowInterface(
  { names, columns }: TableModel,
  doc: string,
  scope: Scope,
): InterfaceDeclarationStructure {
  const properties = columns.map(({ property, column }) =>
    propertyOf(property, orNull(typeText(column.type, 'row', scope), column.nullable), column.comment),
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
    .map((column) => ({ ...inputOf(column, scope), hasQuestionToken: column.optional }))
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
    .map((column) => ({ ...inputOf(column, scope), hasQuestionToken: true }))
  return interfaceOf(names.update, doc, properties)
}

/** What a filter takes: the conditions each column's type has. */
export function filterInterface(model: TableModel, doc: string, scope: Scope): InterfaceDeclarationStructure {
  const { names, columns, kyselyName } = model
  const conditions = columns.map(({ property, column }) =>
    propertyOf(property, orNull(conditionText(column.type, scope), column.nullable)),
  )
  const properties = [...conditions, ...relationConditions(model, scope.imports)].map((property) => ({
    ...property,
    isReadonly: true,
    hasQuestionToken: true,
  }))
  return interfaceOf(
    names.filter,
    doc,
    properties,
    `${scope.imports.type('Conditions', 'sluice')}<${names.filter}, { ${propertyKey(kyselyName)}: ${names.columns} }>`,
  )
}

function inputOf({ property, column }: ColumnModel, scope: Scope): OptionalKind<PropertySignatureStructure> {
  return propertyOf(property, orNull(typeText(column.type, 'input', scope), column.nullable), column.comment)
}

function conditionText(type: TypeSchema, scope: Scope): string {
  const { imports } = scope
  switch (lookupKind(type)) {
    case 'null':
      return imports.type('NullCondition', 'sluice')
    case 'equality':
      return `${imports.type('EqualityCondition', 'sluice')}<${typeText(type, 'input', scope)}>`
    case 'comparable':
      return `${imports.type('ComparableCondition', 'sluice')}<${typeText(type, 'input', scope)}>`
    case 'text':
      return imports.type('TextCondition', 'sluice')
    case 'json':
      return imports.type('JsonCondition', 'sluice')
    case 'array':
      return `${imports.type('ArrayCondition', 'sluice')}<${typeText(type, 'input', scope)}>`
    case 'unorderedArray':
      return `${imports.type('UnorderedArrayCondition', 'sluice')}<${typeText(type, 'input', scope)}>`
    case 'range':
      return `${imports.type('RangeCondition', 'sluice')}<${typeText(subtypeOf(type), 'input', scope)}>`
    case 'multirange':
      return `${imports.type('MultirangeCondition', 'sluice')}<${typeText(subtypeOf(type), 'input', scope)}>`
  }
}
