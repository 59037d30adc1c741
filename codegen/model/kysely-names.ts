import type { CatalogTable } from '../introspect/catalog.js'
import { assign, compare, DEFAULT_SCHEMA } from '../naming/unique.js'

/**
 * The keys of `DB`: `users`, or `billing.users` outside the default schema; that is the one of tenants if there are any, so
 * that Kysely's own `withSchema` goes for their tables and no others. Kysely reads a dot as the end of a
 * schema's name, so a name with a dot of its own always has its schema in front; a queryset does not mind.
 */
export function kyselyNames(
  tables: readonly CatalogTable[],
  tenants: readonly string[] = [],
): Map<CatalogTable, string> {
  const defaults = tenants.length > 0 ? tenants : [DEFAULT_SCHEMA]
  return assign(tables, {
    taken: new Set<string>(),
    rank: (left, right) => compare(left.schema, right.schema) || compare(left.name, right.name),
    *candidates({ schema, name }) {
      if (defaults.includes(schema) && !name.includes('.')) yield name
      yield `${schema}.${name}`
      yield JSON.stringify([schema, name])
    },
    parts: (name) => [name],
  })
}
