import { CodegenError } from '../errors.js'
import type { Layout } from './settings.js'
import type { CatalogTable } from '../introspect/catalog.js'
import type { NamingStyle } from '../naming/style.js'
import { assign, DEFAULT_SCHEMA, fingerprints, rank } from '../naming/unique.js'
import type { Inflection } from '../naming/inflection.js'
import { camelCase, kebabCase, pascalCase, startsLikeIdentifier, words } from '../naming/words.js'
import { type ChosenNames, settingOf } from './chosen-names.js'
import type { TableNames } from './database-model.js'
import { RESERVED_EXPORTS, RESERVED_FILES, RESERVED_REPOSITORIES } from './reserved-names.js'
import type { TableNameSetting } from './settings.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'

export interface NamingOptions {
  readonly style: NamingStyle
  readonly inflection: Inflection
  readonly layout?: Layout
  /** Querysets and free-hand Kysely have types of their own. Default: `false`. */
  readonly isFreeHandApart?: boolean
  /** Names of files that are not tables' own, beside those that always are. Default: none. */
  readonly otherFiles?: readonly string[]
}

/** The names of each table, and the exports that are then taken. */
export interface TableNaming {
  readonly names: ReadonlyMap<CatalogTable, TableNames>
  readonly exports: ReadonlySet<string>
}

/**
 * Names tables so that no two share a file, an export or a repository. What the user chose stands. Of the others, a
 * table that needs no compromise keeps the plain name; another one is called with its schema in front, or in the
 * default schema by its plural or as a `…Row`, and at last with a fingerprint.
 *
 * @throws {@link CodegenError} for a chosen name that another table has too.
 */
export function nameTables(
  tables: readonly CatalogTable[],
  chosen: ChosenNames,
  options: NamingOptions,
): TableNaming {
  const { layout = 'flat', otherFiles = [] } = options
  const taken = new Set([
    ...RESERVED_EXPORTS.map(asExport),
    ...[...RESERVED_FILES, ...otherFiles]
      .flatMap((file) => [file, ...tables.map((table) => inFolder(table, file, layout))])
      .map(asFile),
    ...RESERVED_REPOSITORIES.map(asRepository),
  ])
  const isChosen = (table: CatalogTable) => Number(Object.keys(chosen.table(table)).length > 0)
  const names = assign(tables, {
    taken,
    rank: (left, right) => isChosen(right) - isChosen(left) || rank(left, right),
    candidates: (table) => candidates(table, chosen.table(table), options),
    parts,
    refuse: (table) =>
      new CodegenError(
        `${settingOf('tables', qualifiedName(table))} chooses a name that another table has, or whose types another table has. ` +
          'Choose another, or both: { repository, row }.',
      ),
  })
  return { names, exports: new Set([...RESERVED_EXPORTS, ...[...names.values()].flatMap(exportsOf)]) }
}

/** What a table is called in place of the name one would expect; nothing when it has that name. */
export function unexpectedName(
  table: CatalogTable,
  names: TableNames,
  { style, inflection }: Pick<NamingOptions, 'style' | 'inflection'>,
): string | undefined {
  const own = words(table.name)
  const expected = style === 'asIs' ? table.name : startsLikeIdentifier(own) ? camelCase(own) : undefined
  if (names.property !== expected) return names.property
  return names.row === pascalCase(inflection.singular(own)) ? undefined : names.row
}

/** How many names are tried around a chosen one, which stays the same in each. */
const TRIES = 8

function* candidates(
  table: CatalogTable,
  set: TableNameSetting,
  { style, inflection, layout = 'flat', isFreeHandApart = false }: NamingOptions,
): Iterable<TableNames> {
  const isChosen = Object.keys(set).length > 0
  let tries = 0
  for (const { many, one, mark } of wordings(set.repository ?? table.name, table, inflection)) {
    const property = style === 'asIs' ? many.join('_') : camelCase(many.flatMap(words))
    const row = pascalCase(one)
    const names = build(many.flatMap(words), mark, { repository: property, row, ...set })
    const ownColumns = isFreeHandApart && { ownColumns: names.columns.replace(/Table$/, 'Columns') }
    yield { ...names, ...ownColumns, file: inFolder(table, names.file, layout) }
    if (isChosen && ++tries === TRIES) return
  }
}

interface Wording {
  /** The names it is put together from, before they are words. */
  readonly many: readonly string[]
  /** The words of a row. */
  readonly one: readonly string[]
  /** The name of its file if it has no letter of the Latin alphabet. */
  readonly mark: string
}

function* wordings(
  name: string,
  { schema, name: sqlName }: CatalogTable,
  inflection: Inflection,
): Iterable<Wording> {
  const own = words(name)
  const prefixed = [...words(schema), ...own]
  const [one, prefixedOne] = [inflection.singular(own), inflection.singular(prefixed)]
  const marks = fingerprints(JSON.stringify([schema, sqlName]))
  for (const text of marks) {
    const mark = `x${text}`
    yield { many: [name], one, mark }
    if (schema !== DEFAULT_SCHEMA) yield { many: [schema, name], one: prefixedOne, mark }
    yield { many: [name], one: own, mark }
    if (schema === DEFAULT_SCHEMA) yield { many: [name], one: [...one, 'row'], mark }
    yield { many: [name, 'table'], one: own, mark }
    yield { many: [schema, name], one: prefixedOne, mark }
    yield { many: [schema, name], one: prefixed, mark }
    yield { many: [name, mark], one: [...one, mark], mark }
  }
}

function build(
  many: readonly string[],
  mark: string,
  { repository, row }: Required<TableNameSetting>,
): TableNames {
  const table = pascalCase(many)
  return {
    file: kebabCase(many) || mark,
    property: repository,
    row,
    insert: `New${row}`,
    update: `${row}Update`,
    filter: `${row}Filter`,
    columns: `${table}Table`,
    relations: `${table}Relations`,
    model: `${table}Model`,
    repository: `${table}Repository`,
  }
}

/** Where a table's file is: beside the others, or in the folder of its schema. */
function inFolder({ schema }: CatalogTable, file: string, layout: Layout): string {
  if (layout === 'flat') return file
  const [mark = ''] = fingerprints(schema)
  const folder = kebabCase(words(schema)) || `x${mark}`
  return RESERVED_FILES.includes(folder) ? `${folder}-schema/${file}` : `${folder}/${file}`
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
