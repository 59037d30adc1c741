import { baseType, serverLabel, serverType, typeLabel, type TypeSchema } from '../schema/type.js'
import { typeNamed } from './base-types.js'

/** Whether two columns can stand in one column of a UNION and be read alike. Domains count as what they are over. */
export function areCombinable(left: TypeSchema, right: TypeSchema): boolean {
  return likeness(left) === likeness(right)
}

/** An array of a domain is not an array of its base type to the server. */
function likeness(type: TypeSchema): string {
  const base = baseType(type)
  return typeof base === 'string' ? typeNamed(base).alike : typeLabel(base)
}

/** Whether the server compares two columns by `=`. */
export function areComparable(left: TypeSchema, right: TypeSchema): boolean {
  return family(left) === family(right)
}

function family(type: TypeSchema): string {
  const server = serverType(type)
  return typeof server === 'string' ? typeNamed(server).family : serverLabel(server)
}

/** A type for an error message, domains as what they are over. */
export function baseName(type: TypeSchema): string {
  return typeLabel(baseType(type))
}
