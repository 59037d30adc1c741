import { qualifiedName } from '../../src/schema/qualified-name.js'
import { lookupKind } from '../../src/types/lookup-kind.js'
import type { CatalogTable } from '../introspect/catalog.js'
import type { ViewOrigin } from '../introspect/view-origins.js'
import { uniqueKeysOf } from '../model/relations/key.js'

/**
 * The keys of views: the columns that they group by, or of those that read from one table or view alone, its key.
 *
 * @param views - by qualified name.
 */
export function guessKeys(
  tables: readonly CatalogTable[],
  views: ReadonlyMap<string, ViewOrigin>,
): Record<string, readonly string[]> {
  const byName = new Map(tables.map((table) => [qualifiedName(table), table]))
  const guessed = new Map<CatalogTable, readonly string[]>()

  /** Its own, or else what is guessed; that of a view that reads from itself in the end is none. */
  const keyOf = (table: CatalogTable): readonly string[] => {
    const own = uniqueKeysOf(table)[0] ?? guessed.get(table)
    const view = views.get(qualifiedName(table))
    if (own !== undefined || view === undefined) return own ?? []
    guessed.set(table, [])
    const key = view.groupedBy.length > 0 ? view.groupedBy : keyOfSource(view)
    guessed.set(table, areComparable(table, key) ? key : [])
    return guessed.get(table) ?? []
  }
  /** What the view calls the key of the only one that it reads from; none if it has not all of it. */
  const keyOfSource = ({ rowsOf, columns }: ViewOrigin): readonly string[] => {
    const source = rowsOf && byName.get(qualifiedName({ schema: rowsOf.schema, name: rowsOf.table }))
    const names = (source === undefined ? [] : keyOf(source)).map(
      (column) => [...columns].find(([, place]) => place.column === column)?.[0],
    )
    return names.includes(undefined) ? [] : names.flatMap((name) => name ?? [])
  }

  for (const table of tables) keyOf(table)
  return Object.fromEntries(
    tables.flatMap((table): [string, readonly string[]][] => {
      const key = guessed.get(table) ?? []
      return key.length === 0 ? [] : [[qualifiedName(table), key]]
    }),
  )
}

function areComparable({ columns }: CatalogTable, key: readonly string[]): boolean {
  return key.every((name) =>
    columns.some((column) => column.name === name && lookupKind(column.type) !== 'null'),
  )
}
