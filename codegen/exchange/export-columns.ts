import { qualifiedName } from '../../src/schema/qualified-name.js'
import { didYouMean } from '../config/did-you-mean.js'
import { CodegenError } from '../errors.js'
import type { DatabaseModel, TableModel } from '../model/database-model.js'
import type { ExportColumn } from './formats/format.js'

/**
 * The columns that are asked for: fields of the table, and of rows that relations to one row lead to, `author.name`. Columns
 * may be called as in SQL too.
 *
 * @throws {@link CodegenError} for one that is not there.
 */
export function exportColumns(
  names: readonly string[] | undefined,
  table: TableModel,
  model: DatabaseModel,
): ExportColumn[] {
  const asked = names ?? table.schema.columns.map(({ property }) => property)
  if (asked.length === 0) throw new CodegenError(`${qualifiedName(table.schema)} has no columns.`)
  return asked.map((name) => columnAt(name, table, model))
}

/** A path with the table's own names, whatever it is called by. */
export function pathOf(name: string, table: TableModel, model: DatabaseModel): string {
  return columnAt(name, table, model).name
}

function columnAt(path: string, table: TableModel, model: DatabaseModel): ExportColumn {
  const parts = path.split('.')
  let at = table
  const before: string[] = []
  for (const part of parts.slice(0, -1)) {
    const relation = at.schema.relations?.find(({ name, kind }) => name === part && kind === 'one')
    const target = model.tables.find(({ schema }) => qualifiedName(schema) === relation?.target)
    if (relation === undefined || target === undefined) throw unknown(path, part, at)
    before.push(relation.name)
    at = target
  }
  const last = parts.at(-1) ?? ''
  const found =
    at.columns.find(({ property }) => property === last) ??
    at.columns.find(({ column }) => column.name === last)
  if (found === undefined) throw unknown(path, last, at)
  const { type, sqlType } = found.column
  return { name: [...before, found.property].join('.'), type, sqlType }
}

function unknown(path: string, part: string, { schema }: TableModel): CodegenError {
  const relations = (schema.relations ?? [])
    .filter(({ kind }) => kind === 'one')
    .map(({ name }) => `${name}.…`)
  const known = [...schema.columns.map(({ property }) => property), ...relations]
  const within = path === part ? '' : ` of "${path}"`
  return new CodegenError(
    `${qualifiedName(schema)} has no column "${part}"${within}.${didYouMean(part, known)}`,
  )
}
