import type { Catalog } from '../../introspect/catalog.js'
import type { RelationSettings } from '../relations/settings.js'
import { type Declared, type KeySettings, withKeys } from './keys.js'
import { withRelations } from './relations.js'

/**
 * Adds the keys and relations that the configuration declares, as if the database had them: keys of views and tables
 * that have none, and relations that are nothing but convention. Nothing holds those, so that they may lead nowhere.
 *
 * @throws {@link CodegenError} for one that cannot be, or that is there already.
 */
export function withDeclared(
  catalog: Catalog,
  { relations = {}, keys = {} }: { readonly relations?: RelationSettings; readonly keys?: KeySettings },
): Declared {
  const keyed = withKeys(catalog, keys)
  return { catalog: withRelations(keyed.catalog, relations), notes: keyed.notes }
}
