import type { DatabaseModel } from '../model/database-model.js'
import { indexFile } from './index-file.js'
import { type GeneratedFile, SourceWriter } from './source.js'
import { tableFile } from './table-file.js'
import { compositesFile, enumsFile } from './type-files.js'

/** The text of every file of the output folder. The same model gives the same bytes. */
export function emit(model: DatabaseModel): GeneratedFile[] {
  const writer = new SourceWriter()
  return [
    ...model.tables.map((table) => tableFile(table, model.types, writer)),
    ...enumsFile(model, writer),
    ...compositesFile(model, writer),
    indexFile(model, writer),
  ]
}
