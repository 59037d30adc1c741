import { isObject, type Reading } from '../../src/types/base-type.js'
import { readingOf } from '../../src/types/base-types.js'
import type { CatalogColumn, CatalogTable } from '../introspect/catalog.js'
import { assign, compare, fingerprints } from '../naming/unique.js'
import { pascalCase, words } from '../naming/words.js'
import type { Brand, TableNames } from './database-model.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'

/**
 * The brands of a schema, by column: each primary key of one column has one, unless it refers to another table's key,
 * and so have the columns that refer to it, directly or through others. What the user gave a type of its own has none,
 * nor has what refers to that.
 *
 * @param isRefined - whether the user gave a column a type of its own.
 * @param taken - exported names that brands go around.
 */
export function brandsOf(
  tables: readonly CatalogTable[],
  names: ReadonlyMap<CatalogTable, TableNames>,
  isRefined: (table: CatalogTable, column: CatalogColumn) => boolean,
  taken: ReadonlySet<string>,
): Map<string, Brand> {
  const byName = new Map(tables.map((table) => [qualifiedName(table), table]))
  const refined = new Set(
    tables.flatMap((table) =>
      table.columns
        .filter((column) => isRefined(table, column))
        .map((column) => qualifiedName(table, column.name)),
    ),
  )
  const owned = tables.flatMap((table) => {
    const origin = originOf(table, table.primaryKey[0] ?? '', byName, refined)
    return table.primaryKey.length === 1 && origin?.table === table ? [origin] : []
  })
  const chosen = assign(owned, {
    taken: new Set(taken),
    rank: (left, right) => compare(qualifiedName(left.table), qualifiedName(right.table)),
    candidates: ({ table, column }) =>
      candidates(names.get(table)?.row ?? table.name, column, qualifiedName(table)),
    parts: (name) => [name],
  })
  const brands = new Map(
    [...chosen].map(([{ table, column }, name]) => [qualifiedName(table, column), { name, table, column }]),
  )
  return new Map(
    tables.flatMap((table) =>
      table.columns.flatMap(({ name }): [string, Brand][] => {
        const origin = originOf(table, name, byName, refined)
        const brand = origin && brands.get(qualifiedName(origin.table, origin.column))
        return brand === undefined ? [] : [[qualifiedName(table, name), brand]]
      }),
    ),
  )
}

interface Origin {
  readonly table: CatalogTable
  readonly column: string
}

/** The key that a column's values are of: that of the table it refers to at last, or its own table's. */
function originOf(
  table: CatalogTable,
  column: string,
  byName: ReadonlyMap<string, CatalogTable>,
  refined: ReadonlySet<string>,
  seen: ReadonlySet<string> = new Set(),
): Origin | undefined {
  const key = qualifiedName(table, column)
  if (seen.has(key) || refined.has(key) || !isBrandable(table, column)) return undefined
  const further = new Set([...seen, key])
  for (const { columns, references } of [...table.foreignKeys].sort((left, right) =>
    compare(left.name, right.name),
  )) {
    const target = byName.get(qualifiedName({ schema: references.schema, name: references.table }))
    const referred = references.columns[columns.indexOf(column)]
    if (target === undefined || referred === undefined) continue
    if (refined.has(qualifiedName(target, referred))) return undefined
    const origin = originOf(target, referred, byName, refined, further)
    if (origin !== undefined && isSameType(table, column, origin)) return origin
  }
  return table.primaryKey.length === 1 && table.primaryKey[0] === column ? { table, column } : undefined
}

/** Whether values make keys that a type can tell apart: what is a number, a bigint or a string in TypeScript. */
function isBrandable(table: CatalogTable, column: string): boolean {
  const reading = columnReading(table, column)
  return reading !== undefined && reading.row !== 'boolean' && !isObject(reading)
}

/** An int8 is a bigint where an int4 is a number: these do not make one type. */
function isSameType(table: CatalogTable, column: string, origin: Origin): boolean {
  return columnReading(table, column) === columnReading(origin.table, origin.column)
}

function columnReading(table: CatalogTable, column: string): Reading | undefined {
  const found = table.columns.find(({ name }) => name === column)
  return found && readingOf(found.type)
}

/** `UserId` for `users.id`, `ActorId` for `actor.actor_id`, `CountryCode` for `countries.code`. */
function* candidates(row: string, column: string, table: string): Iterable<string> {
  const own = pascalCase(words(column))
  const name = own !== row && own.startsWith(row) ? own : `${row}${own}`
  yield name
  yield `${name}Key`
  for (const mark of fingerprints(table)) yield `${name}_${mark}`
}
