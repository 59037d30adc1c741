import type { DatabaseModel, TableModel } from '../model/database-model.js'
import { checkSettings } from './check-settings.js'
import { functionsFile } from './functions-file.js'
import { indexFile } from './index-file.js'
import { followingSearchPath, functionFollowingSearchPath } from './search-path.js'
import type { EmitSettings } from './settings.js'
import { schemaFile } from './schema-file.js'
import { type GeneratedFile, SourceWriter } from './source.js'
import { tableFile } from './table-file.js'
import { compositesFile, domainsFile, enumsFile } from './type-files.js'

/** The text of every file of the output folder. The same model and settings give the same bytes. */
export function emit(model: DatabaseModel, settings: EmitSettings = {}): GeneratedFile[] {
  checkSettings(model, settings)
  const { enums, followSearchPath = false } = settings
  const place = (table: TableModel) => ({ ...table, schema: followingSearchPath(table.schema) })
  const tables = followSearchPath ? model.tables.map(place) : model.tables
  const functions = followSearchPath
    ? model.functions.map((each) => ({ ...each, schema: functionFollowingSearchPath(each.schema) }))
    : model.functions
  const writer = new SourceWriter(settings)
  return [
    ...tables.map((table) => tableFile(table, model, writer)),
    ...enumsFile(model, writer, enums),
    ...compositesFile(model, writer),
    ...domainsFile(model, writer),
    ...functionsFile(model, writer),
    schemaFile({ tables, functions, tenants: model.tenants }, writer),
    indexFile({ ...model, tables }, writer, enums),
  ]
}
