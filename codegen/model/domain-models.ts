import { qualifiedName } from '../../src/schema/qualified-name.js'
import type { CatalogDomain } from '../introspect/catalog.js'
import type { ChosenNames } from './chosen-names.js'
import type { DomainModel } from './database-model.js'
import { nameTypes } from './type-names.js'

/**
 * Domains with their names. These come last: they go around all others, and what a user imports, so that no code that
 * was there is called otherwise because of them.
 */
export function domainModels(
  domains: readonly CatalogDomain[],
  options: {
    /** Whether it is exported. */
    readonly isNamed: (domain: CatalogDomain) => boolean
    readonly taken: ReadonlySet<string>
    readonly chosen: ChosenNames
  },
): DomainModel[] {
  const named = domains.filter(options.isNamed).map(({ type }) => type)
  const names = nameTypes(named, options.taken, options.chosen)
  return domains.map((domain) => ({ ...domain, typeName: names.get(qualifiedName(domain)) }))
}
