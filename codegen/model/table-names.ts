import type { CatalogTable } from '../introspect/catalog.js'
import { assign, DEFAULT_SCHEMA, fingerprint, rank } from '../naming/unique.js'
import { camelCase, kebabCase, pascalCase, singular, words } from '../naming/words.js'
import type { TableNames } from './database-model.js'
import { RESERVED_EXPORTS, RESERVED_FILES, RESERVED_REPOSITORIES } from './reserved-names.js'

/** The names of each table, and the exports that are then taken. */
export interface TableNaming {
  readonly names: ReadonlyMap<CatalogTable, TableNames>
  readonly exports: ReadonlySet<string>
}

/**
 * Names tables so that no two share a file, an export or a repository. A table that needs no compromise keeps the
 * plain name; another one is called with its schema in front, or in the default schema by its plural, and at last with
 * a fingerprint.
 */
export function nameTables(tables: readonly CatalogTable[]): TableNaming {
  const taken = new Set([
    ...RESERVED_EXPORTS.map(asExport),
    ...RESERVED_FILES.map(asFile),
    ...RESERVED_REPOSITORIES.map(asRepository),
  ])
  const names = assign(tables, { taken, rank, candidates, parts })
  return { names, exports: new Set([...RESERVED_EXPORTS, ...[...names.values()].flatMap(exportsOf)]) }
}

/** What a table is called in place of the name one would expect; nothing when it has that name. */
export function unexpectedName(table: CatalogTable, names: TableNames): string | undefined {
  const own = words(table.name)
  if (names.property !== camelCase(own)) return names.property
  return names.row === pascalCase(singular(own)) ? undefined : names.row
}

function* candidates(table: CatalogTable): Iterable<TableNames> {
  const own = words(table.name)
  const prefixed = [...words(table.schema), ...own]
  const mark = `x${fingerprint(JSON.stringify([table.schema, table.name]))}`
  yield build(own, singular(own), mark)
  if (table.schema !== DEFAULT_SCHEMA) yield build(prefixed, singular(prefixed), mark)
  yield build(own, own, mark)
  yield build([...own, 'table'], own, mark)
  yield build(prefixed, singular(prefixed), mark)
  yield build(prefixed, prefixed, mark)
  yield build([...own, mark], [...singular(own), mark], mark)
  yield build([...prefixed, mark], [...prefixed, mark], mark)
}

/** `mark` names the file of a table without a letter of the Latin alphabet. */
function build(many: readonly string[], one: readonly string[], mark: string): TableNames {
  const row = pascalCase(one)
  const table = pascalCase(many)
  return {
    file: kebabCase(many) || mark,
    property: camelCase(many),
    row,
    insert: `New${row}`,
    update: `${row}Update`,
    filter: `${row}Filter`,
    columns: `${table}Table`,
    relations: `${table}Relations`,
    model: `${table}Model`,
    schema: `${camelCase(many)}Schema`,
    repository: `${table}Repository`,
  }
}

function parts(names: TableNames): string[] {
  return [asFile(names.file), asRepository(names.property), ...exportsOf(names).map(asExport)]
}

function exportsOf(names: TableNames): string[] {
  const { file: _file, property: _property, ...exports } = names
  return Object.values(exports)
}

const asFile = (name: string) => `file ${name}`
const asRepository = (name: string) => `repository ${name}`
const asExport = (name: string) => `export ${name}`
