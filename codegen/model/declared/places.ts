import { qualifiedName } from '../../../src/schema/qualified-name.js'
import { didYouMean } from '../../config/did-you-mean.js'
import { CodegenError } from '../../errors.js'
import type { Catalog, CatalogColumn, CatalogTable } from '../../introspect/catalog.js'

/** What a setting names: a table or view, or columns of one. */
export interface Place {
  readonly table: CatalogTable
  /** Undefined where the table alone was named. */
  readonly columns: readonly string[] | undefined
}

/**
 * What is meant by `app.users`, by `app.users.email`, and by `app.members (tenant_id, id)`; names as `qualifiedName` writes
 * them, and those in brackets quoted as in SQL where they have a comma, a bracket or a quote of their own.
 *
 * @param at - the setting, for messages.
 * @throws {@link CodegenError} for what is not in the schema, with the nearest name that is.
 */
export function placeIn(catalog: Catalog, text: string, at: string): Place {
  for (const table of catalog.tables) {
    const name = qualifiedName(table)
    if (!text.startsWith(name)) continue
    const rest = text.slice(name.length)
    if (rest === '') return { table, columns: undefined }
    const column = table.columns.find((each) => qualifiedName(table, each.name) === text)
    if (column !== undefined) return { table, columns: [column.name] }
    const listed = listIn(rest)
    if (listed === undefined) continue
    for (const each of listed) columnOf(table, each, at)
    return { table, columns: listed }
  }
  throw unknownPlace(catalog, text, at)
}

/** @throws {@link CodegenError} for a column that there is none of, with the nearest that there is. */
export function columnOf(table: CatalogTable, name: string, at: string): CatalogColumn {
  const column = table.columns.find((each) => each.name === name)
  if (column !== undefined) return column
  const known = table.columns.map((each) => each.name)
  throw new CodegenError(
    `${at} names the column "${name}", which ${qualifiedName(table)} has not.${didYouMean(name, known)}`,
  )
}

/** Columns as messages and settings name them: `app.users.id`, `app.members (tenant_id, id)`. */
export function placeLabel(table: CatalogTable, columns: readonly string[]): string {
  const [only = '', ...others] = columns
  if (others.length === 0) return qualifiedName(table, only)
  return `${qualifiedName(table)} (${columns.map(quoted).join(', ')})`
}

function quoted(name: string): string {
  return /[",()]|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}

/** The names of a list in brackets; undefined for what is none. */
function listIn(text: string): string[] | undefined {
  const list = text.trim()
  if (!list.startsWith('(') || !list.endsWith(')')) return undefined
  const names = list.slice(1, -1).match(/"(?:[^"]|"")*"|[^",]+|,/g) ?? []
  return names
    .map((name) => name.trim())
    .filter((name) => name !== ',' && name !== '')
    .map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name))
}

function unknownPlace({ tables, skipped }: Catalog, text: string, at: string): CodegenError {
  const isOf = (name: string) =>
    text === name ||
    text.startsWith(`${name}.`) ||
    text.startsWith(`${name}(`) ||
    text.startsWith(`${name} (`)
  const left = skipped.find((each) => isOf(qualifiedName(each)))
  if (left !== undefined) {
    return new CodegenError(
      `${at} names ${qualifiedName(left)}, which is not generated: ${left.reason}. Leave one of the two out.`,
    )
  }
  const table = tables.find((each) => isOf(qualifiedName(each)))
  if (table !== undefined) {
    const known = table.columns.map(({ name }) => qualifiedName(table, name))
    return new CodegenError(`${at} names "${text}", which is no column.${didYouMean(text, known)}`)
  }
  const known = tables.map((each) => qualifiedName(each))
  const isColumn = known.every((name) => name.split('.').length < text.split('.').length)
  const name = isColumn ? text.slice(0, text.lastIndexOf('.')) : text
  return new CodegenError(`${at} names "${text}", of which there is no table.${didYouMean(name, known)}`)
}
