import { qualifiedName } from '../../src/schema/qualified-name.js'
import { typeLabel } from '../../src/schema/type.js'
import { lookupKind } from '../../src/types/lookup-kind.js'
import { areComparable } from '../../src/types/same-type.js'
import { Inflection } from '../naming/inflection.js'
import { groupBy } from '../group-by.js'
import type { Catalog, CatalogColumn, CatalogTable } from '../introspect/catalog.js'
import type { ColumnPlace, ViewOrigin } from '../introspect/view-origins.js'
import { placeLabel } from '../model/declared/places.js'
import { guessKeys } from './guess-keys.js'
import { isOwnKey, isReference, NamedTargets, type Target, targetsOf } from './named-targets.js'

/** What can be guessed of a schema. */
export interface Guesses {
  /** As the configuration takes them. */
  readonly relations: Readonly<Record<string, string>>
  readonly keys: Readonly<Record<string, readonly string[]>>
  /** Columns of which something can be said, but not enough. */
  readonly unsure: readonly Unsure[]
}

export interface Unsure {
  readonly column: string
  readonly why: string
}

/**
 * Guesses relations by the names and types of columns, or in views by where they come from, and the keys of views. Nothing
 * is guessed that leads to no unique key, that could be several, or that a foreign key or the configuration says already.
 */
export function guess(
  { tables }: Catalog,
  origins: readonly ViewOrigin[],
  inflection = new Inflection(),
): Guesses {
  const views = new Map(origins.map((origin) => [qualifiedName(origin), origin]))
  const byName = new Map(tables.map((table) => [qualifiedName(table), table]))
  const inSchemas = new Map(
    [...groupBy(tables, ({ schema }) => schema)].map(([schema, own]) => [
      schema,
      new NamedTargets(
        own.filter(({ kind }) => !kind.endsWith('view')),
        inflection,
      ),
    ]),
  )
  const found = new Map<string, Target>()
  const unsure: Unsure[] = []
  const copied: [label: string, origin: ColumnPlace][] = []
  for (const table of tables) {
    const from = views.get(qualifiedName(table))?.columns
    for (const column of openColumns(table)) {
      const label = placeLabel(table, [column.name])
      const origin = from?.get(column.name)
      const guessed = origin ?? byNames(table, column, inSchemas.get(table.schema))
      if (guessed === undefined) continue
      if (typeof guessed === 'string') unsure.push({ column: label, why: guessed })
      else if (isTarget(guessed)) found.set(label, guessed)
      else copied.push([label, lastOrigin(guessed, views)])
    }
  }
  // What the columns of tables refer to is known by now.
  for (const [label, origin] of copied) {
    const target = targetOfCopy(origin, byName, found)
    if (target !== undefined) found.set(label, target)
  }
  const labels = tables.flatMap((table) => table.columns.map(({ name }) => placeLabel(table, [name])))
  return {
    relations: Object.fromEntries(
      labels.flatMap((label): [string, string][] => {
        const target = found.get(label)
        return target === undefined ? [] : [[label, labelOf(target)]]
      }),
    ),
    keys: guessKeys(tables, views),
    unsure,
  }
}

/** Those that nothing is said of. */
function openColumns({ columns, foreignKeys }: CatalogTable): CatalogColumn[] {
  const said = new Set(foreignKeys.flatMap((key) => key.columns))
  return columns.filter(({ name, type }) => !said.has(name) && lookupKind(type) !== 'null')
}

/** What a column refers to by its name and type, or why that cannot be said. */
function byNames(
  table: CatalogTable,
  column: CatalogColumn,
  targets: NamedTargets | undefined,
): Target | string | undefined {
  const found = targets?.find(table, column) ?? []
  const fitting = found.filter((target) => areComparable(column.type, target.column.type))
  const [first, ...others] = [...groupBy(fitting, (target) => target.table).values()].map(([best]) => best)
  if (first !== undefined && others.length === 0) return first
  if (first !== undefined) return `could be ${fitting.map(labelOf).join(' or ')}`
  if (!isReference(column.name) || isOwnKey(table, column.name)) return undefined
  const [other] = found
  if (other !== undefined) {
    const key = placeLabel(other.table, [other.column.name])
    return `is ${typeLabel(column.type)}, and ${key} is ${typeLabel(other.column.type)}`
  }
  const without = targets?.withoutKey(table, column)
  return without && `${qualifiedName(without)} has no unique key of one column`
}

/** What the column of a view refers to that is a key of a table, or that refers to one. */
function targetOfCopy(
  origin: ColumnPlace,
  byName: ReadonlyMap<string, CatalogTable>,
  found: ReadonlyMap<string, Target>,
): Target | undefined {
  const table = byName.get(qualifiedName({ schema: origin.schema, name: origin.table }))
  if (table === undefined) return undefined
  const own = targetsOf(table).find(({ column }) => column.name === origin.column)
  if (own !== undefined) return own
  const key = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === origin.column)
  if (key === undefined) return found.get(placeLabel(table, [origin.column]))
  const { schema, table: name, columns } = key.references
  const target = byName.get(qualifiedName({ schema, name }))
  return target && targetsOf(target).find(({ column }) => column.name === columns[0])
}

/** Where a column comes from at last, of views that read from views. */
function lastOrigin(place: ColumnPlace, views: ReadonlyMap<string, ViewOrigin>): ColumnPlace {
  const seen = new Set<ColumnPlace>()
  let last = place
  while (!seen.has(last)) {
    seen.add(last)
    last =
      views.get(qualifiedName({ schema: last.schema, name: last.table }))?.columns.get(last.column) ?? last
  }
  return last
}

function isTarget(guessed: Target | ColumnPlace): guessed is Target {
  return 'isPrimary' in guessed
}

function labelOf({ table, column, isPrimary }: Target): string {
  return isPrimary ? qualifiedName(table) : placeLabel(table, [column.name])
}
