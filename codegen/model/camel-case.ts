import { CamelCasePlugin } from 'kysely'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import type { CatalogTable } from '../introspect/catalog.js'
import type { ColumnKey, Unreached } from './database-model.js'

/** Kysely's own plugin, as `new CamelCasePlugin()` makes it, for what it does to names. */
class Plugin extends CamelCasePlugin {
  /** What a name is called in results, and in `DB`. */
  keyOf(name: string): string {
    return this.camelCase(name)
  }

  /** What a query says in its place, which is the name itself or none of the plugin's reach. */
  sentFor(name: string): string {
    return this.snakeCase(this.keyOf(name))
  }

  reaches(name: string): boolean {
    return this.sentFor(name) === name
  }
}

const plugin = new Plugin()

/** The key of a table in `DB`; undefined where no key leads to it. */
export function camelCaseTable({ schema, name }: CatalogTable, kyselyName: string): string | undefined {
  // Kysely takes a dot for the end of a schema's name.
  if (![name, `${schema}.${name}`].includes(kyselyName)) return undefined
  const parts = kyselyName === name ? [name] : [schema, name]
  return parts.every((part) => plugin.reaches(part))
    ? parts.map((part) => plugin.keyOf(part)).join('.')
    : undefined
}

/**
 * The keys of a table's columns in `DB`. A column to which no key leads is under the one that results have it by, where no
 * other column has that.
 */
export function camelCaseColumns({ columns }: CatalogTable): Map<string, ColumnKey> {
  const keys = columns.map(({ name }) => plugin.keyOf(name))
  const reached = new Set(keys.filter((_, index) => plugin.reaches(columns[index]?.name ?? '')))
  return new Map(
    columns.flatMap(({ name }): [string, ColumnKey][] => {
      const key = plugin.keyOf(name)
      if (plugin.reaches(name)) return [[name, { key, isRead: false }]]
      const isAlone = !reached.has(key) && keys.filter((other) => other === key).length === 1
      return isAlone ? [[name, { key, isRead: true }]] : []
    }),
  )
}

/** The tables and columns that Kysely cannot name through the plugin. */
export function unreached(table: CatalogTable, kyselyName: string): Unreached[] {
  const of = (name: string, ...parts: string[]): Unreached => ({
    name: qualifiedName(table, ...parts),
    sent: plugin.sentFor(name),
  })
  if (camelCaseTable(table, kyselyName) === undefined) return [of(table.name)]
  return table.columns.filter(({ name }) => !plugin.reaches(name)).map(({ name }) => of(name, name))
}
