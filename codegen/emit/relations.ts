import type { RelationModel, TableModel } from '../model/database-model.js'
import { docName } from './doc.js'
import type { Imports } from './imports.js'
import { interfaceOf, propertyOf, type TypeDeclaration } from './structures.js'

/** What each relation leads to, by types alone, so that no file needs another to run; nothing for a table without any. */
export function relationsInterface(
  { relations, names }: TableModel,
  doc: string,
  imports: Imports,
): TypeDeclaration[] {
  if (relations.length === 0) return []
  const properties = relations.map((relation) => {
    const { schema, target, isFixed } = relation
    const model =
      target.file === names.file ? target.model : imports.type(target.model, `./${target.file}.js`)
    const type =
      schema.kind === 'one'
        ? `${imports.type('ToOne', 'sluice')}<${model}, ${String(schema.nullable)}>`
        : `${imports.type('ToMany', 'sluice')}<${model}${isFixed ? ', true' : ''}>`
    return propertyOf(schema.name, type, { doc: relationDoc(relation) })
  })
  return [interfaceOf(names.relations, doc, properties)]
}

function relationDoc({ schema, form }: RelationModel): string {
  const rows = `${schema.kind === 'one' ? 'The row' : 'Rows'} of ${docName(schema.target)}`
  if (form === 'through') return `${rows} through ${docName(schema.through?.table ?? '')}.`
  const columns = form === 'forward' ? schema.columns : schema.targetColumns
  const whose = form === 'forward' ? '' : schema.kind === 'one' ? 'its ' : 'their '
  return `${rows} by ${whose}${columns.map(docName).join(', ')}.`
}
