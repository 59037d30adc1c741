import type { CompositeTypeSchema, DomainTypeSchema } from '../../src/schema/type.js'
import type { Catalog } from '../introspect/catalog.js'
import { mapFunctions, typeMapper } from './map-types.js'
import type { Qualified } from '../../src/schema/qualified-name.js'

/** The properties of an owner's columns or attributes, by their names in SQL. */
export type PropertiesOf = (owner: Qualified, names: readonly string[]) => ReadonlyMap<string, string>

/** The catalog with the attributes of composite types called as in TypeScript, wherever these types are used. */
export function nameAttributes(catalog: Catalog, propertiesOf: PropertiesOf): Catalog {
  const named = (type: CompositeTypeSchema): CompositeTypeSchema => {
    const properties = propertiesOf(
      type,
      type.fields.map(({ name }) => name),
    )
    const fields = type.fields.map((field) => ({
      ...field,
      property: properties.get(field.name) ?? field.name,
    }))
    return { ...type, fields }
  }
  const map = typeMapper((type) =>
    typeof type !== 'string' && type.kind === 'composite' ? named(type) : type,
  )
  return {
    ...catalog,
    ...mapFunctions(catalog, map),
    tables: catalog.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => ({ ...column, type: map(column.type) })),
    })),
    // What a composite is mapped to is a composite, and of a domain a domain.
    composites: catalog.composites.map((entry) => ({
      ...entry,
      type: map(entry.type) as CompositeTypeSchema,
    })),
    domains: catalog.domains.map((entry) => ({ ...entry, type: map(entry.type) as DomainTypeSchema })),
  }
}
