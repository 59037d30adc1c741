import { baseType, serverLabel, serverType, typeLabel, type TypeSchema } from '../schema/type.js'
import { readingOf, typeNamed } from './base-types.js'

/** Whether two columns can stand in one column of a UNION and be read alike. Domains count as what they are over. */
export function areCombinable(left: TypeSchema, right: TypeSchema): boolean {
  return likeness(left) === likeness(right)
}

const NUMBERS = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']

/** The widest of several numbers, or the first of other types that are compared with each other. */
export function widest(types: readonly [TypeSchema, ...TypeSchema[]]): TypeSchema {
  const width = (type: TypeSchema) => NUMBERS.indexOf(baseServerName(type))
  return types.reduce((widest, each) => (width(each) > width(widest) ? each : widest))
}

/** The type of one column of a UNION that is read as each of its parts is; undefined where there is none. */
export function commonType(types: readonly [TypeSchema, ...TypeSchema[]]): TypeSchema | undefined {
  const [first, ...others] = types
  if (others.every((each) => areCombinable(first, each))) return first
  const common = widest(types)
  const isReadAlike = (type: TypeSchema) =>
    NUMBERS.includes(baseServerName(type)) &&
    readingOf(baseType(type))?.row === readingOf(baseType(common))?.row
  return types.every(isReadAlike) ? common : undefined
}

/** The name of a base type to the server; empty for what is made of others. */
function baseServerName(type: TypeSchema): string {
  const server = serverType(type)
  return typeof server === 'string' ? server : ''
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
