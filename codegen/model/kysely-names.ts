import type { CatalogTable } from '../introspect/catalog.js'
import { assign, compare, DEFAULT_SCHEMA } from '../naming/unique.js'

/**
 * The keys of `DB`: `users`, or `billing.users` outside the default schema. Kysely reads a dot as the end of a
 * schema's name, so a name with a dot of its own always has its schema in front; a queryset does not mind.
 */
export function kyselyNames(tables: readonly CatalogTable[]): Map<CatalogTable, string> {
  return assign(tables, {
    taken: new Set<string>(),
    rank: (left, right) => compare(left.schema, right.schema) || compare(left.name, right.name),
    *candidates({ schema, name }) {
      if (schema === DEFAULT_SCHEMA && !name.includes('.')) yield name
      yield `${schema}.${name}`
      yield JSON.stringify([schema, name])
    },
    parts: (name) => [name],
  })
}
