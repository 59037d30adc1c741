import type { DatabaseModel, TableModel } from '../model/database-model.js'
import { ownDatabase } from './database-interfaces.js'
import { brandAlias } from './brand-alias.js'
import { columnsInterfaces } from './columns-interface.js'
import { docName, taggedDoc } from './doc.js'
import { stringLiteral } from './literal.js'
import { filterInterface } from './filter-interface.js'
import { inputTypes, rowInterface, scopeOf } from './row-interfaces.js'
import { relationsInterface } from './relations.js'
import type { GeneratedFile, SourceWriter } from './source.js'
import { interfaceOf, propertyOf, type TypeDeclaration } from './structures.js'

/** The file of one table: its types. */
export function tableFile(model: TableModel, database: DatabaseModel, writer: SourceWriter): GeneratedFile {
  const imports = writer.imports(model.names.file)
  const scope = scopeOf(database, imports, model.names.file)
  const { table, names } = model
  const name = docName(`${table.schema}.${table.name}`)
  const tables = imports.type(ownDatabase(database), './index.js')
  const declarations = [
    ...brandAlias(model, scope),
    rowInterface(model, taggedDoc(table, table.comment, `A row of the ${table.kind} ${name}.`) ?? '', scope),
    ...(model.writable ? inputTypes(model, scope) : []),
    filterInterface(model, `Conditions on ${name}, joined by AND.`, scope, tables),
    ...columnsInterfaces(model, name, scope),
    ...relationsInterface(model, `What the relations of ${name} lead to.`, imports),
    modelInterface(model, tables),
  ]
  return writer.file(`${names.file}.ts`, [...imports.structures(), ...declarations])
}

/**
 * The types of a table, or of what a function gives, for generics.
 *
 * @param tables - the type of the database that the table is in.
 */
export function modelInterface(model: TableModel, tables?: string): TypeDeclaration {
  const { names, schema } = model
  const indexes = (model.writable ? schema.uniqueIndexes : undefined) ?? []
  const types = {
    name: stringLiteral(model.kyselyName),
    row: names.row,
    key: schema.primaryKey.map(stringLiteral).join(' | ') || 'never',
    filter: names.filter,
    insert: model.writable ? names.insert : 'never',
    update: model.writable ? names.update : 'never',
    columns: names.ownColumns ?? names.columns,
    ...(tables && { tables }),
    relations: model.relations.length > 0 ? names.relations : 'object',
    ...(indexes.length > 0 && { uniqueIndexes: indexes.map(({ name }) => stringLiteral(name)).join(' | ') }),
  }
  const properties = Object.entries(types).map(([name, type]) => propertyOf(name, type))
  const doc = `The types of ${docName(`${model.table.schema}.${model.table.name}`)}, for the engine's generics.`
  return interfaceOf(names.model, doc, properties)
}
