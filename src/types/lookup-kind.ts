import { serverType, type TypeSchema } from '../schema/type.js'
import type { BaseType } from './base-type.js'
import { typeNamed } from './base-types.js'

/** Which lookups a type has; those of arrays and ranges include `comparable`. */
export type LookupKind =
  | BaseType['lookups']
  | ('array' | 'range' | 'multirange')
  /** An array whose elements have no order: it includes `equality` only. */
  | 'unorderedArray'

/** The lookups of a column, by its type: the generator and `filter` both go by it, so that they always agree. */
export function lookupKind(type: TypeSchema): LookupKind {
  const server = serverType(type)
  if (typeof server === 'string') return typeNamed(server).lookups
  switch (server.kind) {
    case 'array':
      return hasInnerEquality(server) ? arrayKind(lookupKind(server.element)) : 'null'
    case 'composite':
      return hasInnerEquality(server) ? 'equality' : 'null'
    case 'range':
    case 'multirange':
      return server.kind
    case 'enum':
      return 'comparable'
  }
}

/** Whether the server finds `=` for what is made of a type. */
function hasInnerEquality(type: TypeSchema): boolean {
  const server = serverType(type)
  if (typeof server === 'string') return typeNamed(server).innerEquality
  switch (server.kind) {
    case 'array':
      return hasInnerEquality(server.element)
    case 'composite':
      return server.fields.every((field) => hasInnerEquality(field.type))
    default:
      return true
  }
}

function arrayKind(element: LookupKind): LookupKind {
  if (element === 'null') return 'null'
  return element === 'equality' || element === 'unorderedArray' ? 'unorderedArray' : 'array'
}
