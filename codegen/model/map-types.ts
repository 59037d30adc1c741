import type { TypeSchema } from '../../src/schema/type.js'

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
