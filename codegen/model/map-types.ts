import type { TypeSchema } from '../../src/schema/type.js'
import type { CatalogFunction } from '../introspect/catalog.js'

/**
 * Rebuilds types from the inside out: `change` gets each with its parts changed already. The same type gives the same
 * object.
 */
export function typeMapper(change: (type: TypeSchema) => TypeSchema): (type: TypeSchema) => TypeSchema {
  const mapped = new Map<TypeSchema, TypeSchema>()
  const map = (type: TypeSchema): TypeSchema => {
    const known = mapped.get(type)
    if (known !== undefined) return known
    const result = change(withParts(type, map))
    mapped.set(type, result)
    return result
  }
  return map
}

function withParts(type: TypeSchema, map: (type: TypeSchema) => TypeSchema): TypeSchema {
  if (typeof type === 'string') return type
  switch (type.kind) {
    case 'converted':
    case 'enum':
      return type
    case 'domain':
      return { ...type, base: map(type.base) }
    case 'array':
      return { ...type, element: map(type.element) }
    case 'range':
      return { ...type, subtype: map(type.subtype) }
    case 'multirange':
      return { ...type, range: { ...type.range, subtype: map(type.range.subtype) } }
    case 'composite':
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: map(field.type) })) }
  }
}

/** Functions with the types of what they take and give changed; nothing where there are none. */
export function mapFunctions(
  { functions }: { readonly functions?: readonly CatalogFunction[] },
  map: (type: TypeSchema) => TypeSchema,
): { readonly functions?: readonly CatalogFunction[] } {
  const changed = <T extends { readonly type: TypeSchema }>(each: T): T => ({ ...each, type: map(each.type) })
  return functions === undefined
    ? {}
    : {
        functions: functions.map((each) => ({
          ...each,
          parameters: each.parameters.map(changed),
          columns: each.columns.map(changed),
        })),
      }
}
