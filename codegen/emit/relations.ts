import type { InterfaceDeclarationStructure, OptionalKind, PropertySignatureStructure } from 'ts-morph'
import type { RelationModel, TableModel, TableNames } from '../model/database-model.js'
import { docName } from './doc.js'
import type { Imports } from './imports.js'
import { interfaceOf, propertyOf } from './structures.js'

/** What each relation leads to; nothing for a table without any. */
export function relationsInterface(
  { relations, names }: TableModel,
  doc: string,
  imports: Imports,
): InterfaceDeclarationStructure[] {
  if (relations.length === 0) return []
  const properties = relations.map(({ schema, target }) => {
    const model = imported(target, 'model', names, imports)
    const type =
      schema.kind === 'one'
        ? `${imports.type('ToOne', 'sluice')}<${model}, ${String(schema.nullable)}>`
        : `${imports.type('ToMany', 'sluice')}<${model}>`
    return propertyOf(schema.name, type, { readOnly: true })
  })
  return [interfaceOf(names.relations, doc, properties)]
}

/** What a filter takes for each relation: conditions on the related row, or on the related rows. */
export function relationConditions(
  { relations, names }: TableModel,
  imports: Imports,
): OptionalKind<PropertySignatureStructure>[] {
  return relations.map((relation) => {
    const { schema, target } = relation
    const filter = imported(target, 'filter', names, imports)
    const type =
      schema.kind === 'many'
        ? `${imports.type('ToManyCondition', 'sluice')}<${filter}>`
        : schema.nullable
          ? `${filter} | null`
          : filter
    return propertyOf(schema.name, type, { doc: relationDoc(relation), optional: true, readOnly: true })
  })
}

function relationDoc({ schema, form }: RelationModel): string {
  const rows = `${schema.kind === 'one' ? 'The row' : 'Rows'} of ${docName(schema.target)}`
  if (form === 'through') return `${rows} through ${docName(schema.through?.table ?? '')}.`
  const columns = form === 'forward' ? schema.columns : schema.targetColumns
  const whose = form === 'forward' ? '' : schema.kind === 'one' ? 'its ' : 'their '
  return `${rows} by ${whose}${columns.map(docName).join(', ')}.`
}

/** A type of the related table's file; tables refer to each other by types alone, so that no file needs another to run. */
function imported(target: TableNames, name: 'model' | 'filter', own: TableNames, imports: Imports): string {
  return target.file === own.file ? target[name] : imports.type(target[name], `./${target.file}.js`)
}
