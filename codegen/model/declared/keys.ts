import { qualifiedName } from '../../../src/schema/qualified-name.js'
import { typeLabel } from '../../../src/schema/type.js'
import { lookupKind } from '../../../src/types/lookup-kind.js'
import { CodegenError } from '../../errors.js'
import type { Catalog, CatalogTable } from '../../introspect/catalog.js'
import { columnOf, placeIn } from './places.js'

/** A catalog with what the configuration adds to it. */
export interface Declared {
  readonly catalog: Catalog
  /** What the user should know of it. */
  readonly notes: readonly string[]
}

/** The columns that tell rows of a view or table apart: `{ 'app.order_view': ['id'] }`. */
export type KeySettings = Readonly<Record<string, readonly string[]>>

/**
 * The catalog with the declared keys: what has no primary key has this one, and of what has one it is another unique key.
 *
 * @throws {@link CodegenError} for one of what is not there, of columns without equality, or that is there already.
 */
export function withKeys(catalog: Catalog, settings: KeySettings): Declared {
  const notes: string[] = []
  const changed = new Map<CatalogTable, CatalogTable>()
  for (const [entry, columns] of Object.entries(settings)) {
    const at = `keys[${JSON.stringify(entry)}]`
    const { table, columns: named } = placeIn(catalog, entry, at)
    if (named !== undefined) {
      throw new CodegenError(
        `${at} names columns. Write the table and then its columns: { '${qualifiedName(table)}': [${named.map((name) => `'${name}'`).join(', ')}] }.`,
      )
    }
    checkColumns(table, columns, at)
    changed.set(table, withKey(table, columns, at))
    const open = columns.filter((name) => columnOf(table, name, at).nullable)
    if (open.length > 0) {
      notes.push(
        `${at}: as far as the database says, ${open.join(' and ')} can be NULL, and stays so in types; rows where it is have no key`,
      )
    }
  }
  return { catalog: { ...catalog, tables: catalog.tables.map((each) => changed.get(each) ?? each) }, notes }
}

function withKey(table: CatalogTable, columns: readonly string[], at: string): CatalogTable {
  const { primaryKey, uniqueKeys } = table
  const isSame = (key: readonly string[]) =>
    key.length === columns.length && key.every((name) => columns.includes(name))
  if (primaryKey.length === 0) {
    return { ...table, primaryKey: columns, uniqueKeys: uniqueKeys.filter((key) => !isSame(key)) }
  }
  if ([primaryKey, ...uniqueKeys].some(isSame)) {
    throw new CodegenError(`${at} is a key in the database already, which the generator reads. Leave it out.`)
  }
  return { ...table, uniqueKeys: [...uniqueKeys, columns] }
}

function checkColumns(table: CatalogTable, columns: readonly string[], at: string): void {
  const seen = new Set<string>()
  for (const name of columns) {
    const { type } = columnOf(table, name, at)
    if (seen.has(name)) throw new CodegenError(`${at} names the column "${name}" twice.`)
    seen.add(name)
    if (lookupKind(type) !== 'null') continue
    throw new CodegenError(
      `${at} has the column "${name}", whose type ${typeLabel(type)} PostgreSQL does not compare: no key can be of it.`,
    )
  }
}
