import type { DatabaseModel } from '../model/database-model.js'
import { checkSettings } from './check-settings.js'
import { indexFile } from './index-file.js'
import type { EmitSettings } from './settings.js'
import { type GeneratedFile, SourceWriter } from './source.js'
import { tableFile } from './table-file.js'
import { compositesFile, enumsFile } from './type-files.js'

/** The text of every file of the output folder. The same model and settings give the same bytes. */
export function emit(model: DatabaseModel, settings: EmitSettings = {}): GeneratedFile[] {
  checkSettings(model, settings)
  const writer = new SourceWriter(settings)
  return [
    ...model.tables.map((table) => tableFile(table, model, writer)),
    ...enumsFile(model, writer, settings.enums),
    ...compositesFile(model, writer),
    indexFile(model, writer, settings.enums),
  ]
}
