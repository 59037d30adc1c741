import type { OptionalKind, PropertySignatureStructure } from 'ts-morph'
import type { ColumnModel, DatabaseModel, TableModel } from '../model/database-model.js'
import { type Side, type TypeScope, refinedText, typeText } from '../model/type-text.js'
import { docName } from './doc.js'
import type { Imports } from './imports.js'
import { interfaceOf, orNull, propertyOf, type TypeDeclaration, typeOf } from './structures.js'

/** Where the types of one file's declarations are looked up and noted. */
export interface Scope extends TypeScope {
  readonly imports: Imports
}

/** @param file - the file that the declarations are in, which imports nothing of its own. */
export function scopeOf(
  { types, refined, aliases }: Pick<DatabaseModel, 'types' | 'refined' | 'aliases'>,
  imports: Imports,
  file: string,
): Scope {
  const use = (name: string, from: string): void => {
    if (from !== `./${file}.js`) imports.type(name, from)
  }
  return { types, refined, aliases, imports, use }
}

/** The type of a column, without its null. */
export function columnText({ column, refined }: ColumnModel, side: Side, scope: TypeScope): string {
  return refined === undefined
    ? typeText(column.type, side, scope)
    : refinedText(column.type, refined, side, scope)
}

/** What a query gives. */
export function rowInterface({ names, columns }: TableModel, doc: string, scope: Scope): TypeDeclaration {
  const properties = columns.map((model) =>
    propertyOf(model.property, orNull(columnText(model, 'row', scope), model.column.nullable), {
      of: model.column,
    }),
  )
  return interfaceOf(names.row, doc, properties)
}

/** What an insert takes, and what an update does. */
export function inputTypes({ table, names, columns }: TableModel, scope: Scope): TypeDeclaration[] {
  const name = docName(`${table.schema}.${table.name}`)
  const properties = (allOptional: boolean) =>
    columns
      .filter((column) => !column.readOnly)
      .map((column) => inputOf(column, allOptional || column.optional, scope))
  const update = `The columns of ${name} that an update sets.`
  if (table.withheld === undefined) {
    const insert = `A new row of ${name}: what the server fills may be left out.`
    return [
      interfaceOf(names.insert, insert, properties(false)),
      typeOf(names.update, update, `Partial<${names.insert}>`),
    ]
  }
  const hidden = table.withheld.map(docName).join(', ')
  return [
    typeOf(
      names.insert,
      `No row of ${name} can be made here: it would need ${hidden}, hidden by its comment.`,
      'never',
    ),
    interfaceOf(names.update, update, properties(true)),
  ]
}

function inputOf(
  model: ColumnModel,
  optional: boolean,
  scope: Scope,
): OptionalKind<PropertySignatureStructure> {
  const { property, column } = model
  const text = orNull(columnText(model, 'input', scope), column.nullable)
  return propertyOf(property, text, { of: column, optional })
}
