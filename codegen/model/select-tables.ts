import { didYouMean } from '../config/did-you-mean.js'
import { CodegenError } from '../errors.js'
import type { Catalog, CatalogTable, Skipped } from '../introspect/catalog.js'
import { qualifiedTypes, type TypeSchema } from '../../src/schema/type.js'
import { matcherOf, partMatcher } from './name-pattern.js'
import { toolOf } from './tool-tables.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'

/** Which tables and views of a database are generated. */
export interface Selection {
  readonly schemas?: readonly string[]
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
}

/**
 * The catalog without what the settings leave out, and, unless `include` is set, without what tools keep for themselves: tables, keys that refer to these, and types that only these use.
 *
 * @param notify - told of an `exclude` that leaves out nothing.
 * @throws {@link CodegenError} for a schema that there is none of, and an `include` that matches nothing.
 */
export function selectTables(
  catalog: Catalog,
  { schemas, include, exclude = [] }: Selection,
  notify: (message: string) => void = () => undefined,
): Catalog {
  checkSchemas(schemas ?? [], catalog)
  checkInclude(include ?? [], catalog)
  const inSchemas = schemas?.map(partMatcher)
  const included = include?.map(matcherOf)
  const excluded = exclude.map((pattern) => [pattern, matcherOf(pattern)] as const)
  for (const [pattern, matches] of excluded) {
    if (!catalog.tables.some(matches)) notify(`exclude: "${pattern}" matches no table or view.`)
  }

  const reasonOf = (table: CatalogTable): string | undefined => {
    if (inSchemas?.some((matches) => matches(table.schema)) === false) return 'its schema is not in "schemas"'
    if (included?.some((matches) => matches(table)) === false) return 'not in "include"'
    const tool = included === undefined ? toolOf(table) : undefined
    if (tool !== undefined) return `${tool} keeps it for itself. include: ["*"] generates it as well`
    const [by] = excluded.find(([, matches]) => matches(table)) ?? []
    return by === undefined ? undefined : `excluded by "${by}"`
  }
  const skipped = catalog.tables.flatMap((table): Skipped[] => {
    const reason = reasonOf(table)
    return reason === undefined ? [] : [{ schema: table.schema, name: table.name, reason }]
  })
  return skipped.length === 0 && catalog.functions === undefined ? catalog : without(catalog, skipped)
}

/** The catalog without some of its tables and views, keys that refer to these, and types that only these use. */
export function without(catalog: Catalog, skipped: readonly Skipped[]): Catalog {
  const gone = new Set(skipped.map((each) => qualifiedName(each)))
  const tables = catalog.tables
    .filter((table) => !gone.has(qualifiedName(table)))
    .map((table) => ({
      ...table,
      foreignKeys: table.foreignKeys.filter(
        ({ references: { schema, table: name } }) => !gone.has(qualifiedName({ schema, name })),
      ),
    }))
  const used = new Set<TypeSchema>()
  for (const { columns } of tables) for (const { type } of columns) addParts(type, used)
  for (const { columns, parameters } of catalog.functions ?? [])
    for (const { type } of [...columns, ...parameters]) addParts(type, used)
  const domains = new Set(
    [...used]
      .filter((type) => typeof type !== 'string')
      .flatMap(qualifiedTypes)
      .map((type) => qualifiedName(type)),
  )
  return {
    ...catalog,
    tables,
    enums: catalog.enums.filter(({ type }) => used.has(type)),
    composites: catalog.composites.filter(({ type }) => used.has(type)),
    domains: catalog.domains.filter((domain) => domains.has(qualifiedName(domain))),
    skipped: [...catalog.skipped, ...skipped],
  }
}

/** Adds a type and what it is made of. */
function addParts(type: TypeSchema, used: Set<TypeSchema>): void {
  if (used.has(type)) return
  used.add(type)
  if (typeof type === 'string') return
  if (type.kind === 'array') addParts(type.element, used)
  if (type.kind === 'domain') addParts(type.base, used)
  if (type.kind === 'range') addParts(type.subtype, used)
  if (type.kind === 'multirange') addParts(type.range, used)
  if (type.kind === 'composite') for (const field of type.fields) addParts(field.type, used)
}

function checkSchemas(patterns: readonly string[], { tables, skipped }: Catalog): void {
  const known = [...new Set([...tables, ...skipped].map(({ schema }) => schema))]
  for (const [index, pattern] of patterns.entries()) {
    if (known.some(partMatcher(pattern))) continue
    throw new CodegenError(`schemas[${index}] "${pattern}" has no tables.${didYouMean(pattern, known)}`)
  }
}

function checkInclude(patterns: readonly string[], { tables }: Catalog): void {
  for (const [index, pattern] of patterns.entries()) {
    if (tables.some(matcherOf(pattern))) continue
    const known = tables.map((each) => qualifiedName(each))
    throw new CodegenError(`include[${index}] "${pattern}" matches nothing.${didYouMean(pattern, known)}`)
  }
}
