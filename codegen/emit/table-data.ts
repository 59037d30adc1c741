import type { WriterFunction } from 'ts-morph'
import type { TableModel } from '../model/database-model.js'
import type { Imports } from './imports.js'
import { dataLiteral } from './literal.js'

/** The constant that holds the table's metadata. `doc` is one line. */
export function tableData({ names, schema }: TableModel, doc: string, imports: Imports): WriterFunction {
  const start = `export const ${names.schema}: ${imports.type('TableSchema', 'sluice')} = `
  return (writer) => {
    writer.blankLineIfLastNot().writeLine(`/** ${doc} */`)
    writer
      .write(start)
      .write(dataLiteral(schema, start.length, 0))
      .newLine()
  }
}
