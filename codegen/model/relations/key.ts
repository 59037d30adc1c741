import { groupBy } from '../../group-by.js'
import type { CatalogForeignKey, CatalogTable } from '../../introspect/catalog.js'
import { compare } from '../../naming/unique.js'
import { keyLabel, keyTitle, type RelationNames, type SettingsReader } from './settings.js'

/** A foreign key with what its relations depend on. */
export interface Key {
  /** Tells keys apart, and names this one in messages. */
  readonly label: string
  /** With what it is, as messages begin with it. */
  readonly title: string
  /** What its names are set by in the configuration: the constraint, with its table where that is not enough. */
  readonly entry: string
  /** The name of the constraint; empty for what is none, but declared. */
  readonly constraint: string
  readonly table: CatalogTable
  readonly target: CatalogTable
  /** Pairwise equal to `targetColumns`. Names in SQL, as those. */
  readonly columns: readonly string[]
  readonly targetColumns: readonly string[]
  /** No two rows of the table refer to the same row. */
  readonly isUnique: boolean
  /** A row of the table may refer to none. */
  readonly isNullable: boolean
  readonly names: RelationNames
}

/** The foreign keys of a catalog, by label: the same whatever order the catalog lists them in. */
export function keysOf(tables: readonly CatalogTable[], settings: SettingsReader): Key[] {
  const byName = new Map(tables.map((table) => [tableKey(table.schema, table.name), table]))
  return tables
    .flatMap((table) =>
      withoutCopies(
        table.foreignKeys.flatMap((key) => {
          const target = byName.get(tableKey(key.references.schema, key.references.table))
          return target === undefined ? [] : [toKey(table, target, key, settings)]
        }),
      ),
    )
    .sort((left, right) => compare(left.label, right.label))
}

/** Whether one of the table's unique keys is among `columns`, so that they are unique as well. */
export function areUnique(table: CatalogTable, columns: readonly string[]): boolean {
  return uniqueKeysOf(table).some((unique) => unique.every((column) => columns.includes(column)))
}

/** Primary key included. */
export function uniqueKeysOf({ primaryKey, uniqueKeys }: CatalogTable): (readonly string[])[] {
  return [primaryKey, ...uniqueKeys].filter((unique) => unique.length > 0)
}

function toKey(
  table: CatalogTable,
  target: CatalogTable,
  key: CatalogForeignKey,
  settings: SettingsReader,
): Key {
  const { columns } = key
  const isNullable = !key.holds || table.columns.some((each) => each.nullable && columns.includes(each.name))
  return {
    label: keyLabel(table, key),
    title: keyTitle(table, key),
    entry: settings.entryOf(table, key),
    constraint: key.declared === undefined ? key.name : '',
    table,
    target,
    columns,
    targetColumns: key.references.columns,
    isUnique: areUnique(table, columns),
    isNullable,
    names: settings.read(table, key),
  }
}

/** Each key once that was declared several times: those with names of their own, else the first by name. */
function withoutCopies(keys: readonly Key[]): Key[] {
  const groups = groupBy(keys, ({ target, columns, targetColumns }) => {
    const pairs = columns.map((column, index) => [column, targetColumns[index] ?? ''] as const)
    pairs.sort(([left], [right]) => compare(left, right))
    return JSON.stringify([target.schema, target.name, pairs])
  })
  return [...groups.values()].flatMap((group) => {
    const named = group.filter(({ names }) => Object.keys(names).length > 0)
    return named.length > 0
      ? named
      : group.sort((left, right) => compare(left.label, right.label)).slice(0, 1)
  })
}

function tableKey(schema: string, name: string): string {
  return JSON.stringify([schema, name])
}
