import { qualifiedName } from '../schema/qualified-name.js'
import { serverName } from '../schema/conversion.js'
import { baseType, type TypeSchema } from '../schema/type.js'

const TEXT = new Set(['text', 'varchar', 'bpchar', 'name'])

/** Whether two columns can stand in one column of a UNION and be read alike. Domains count as what they are over. */
export function areCombinable(left: TypeSchema, right: TypeSchema): boolean {
  const [one, other] = [baseType(left), baseType(right)]
  if (typeof one === 'string' && typeof other === 'string') {
    return one === other || (TEXT.has(one) && TEXT.has(other))
  }
  return exactName(one) === exactName(other)
}

/** Types that the server compares with each other. */
const FAMILIES = [
  new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']),
  new Set([...TEXT, 'citext']),
  new Set(['date', 'timestamp', 'timestamptz']),
  new Set(['inet', 'cidr']),
]

/** Whether the server compares two columns by `=`. */
export function areComparable(left: TypeSchema, right: TypeSchema): boolean {
  const [one, other] = [baseType(left), baseType(right)]
  if (typeof one !== 'string' || typeof other !== 'string')
    return serverTypeName(one) === serverTypeName(other)
  const [name, otherName] = [serverName(one), serverName(other)]
  return (
    areCombinable(name, otherName) || FAMILIES.some((family) => family.has(name) && family.has(otherName))
  )
}

/** A type for an error message, domains as what they are over. */
export function baseName(type: TypeSchema): string {
  return exactName(baseType(type))
}

/** As {@link exactName}, whatever the values of an array are read as. */
function serverTypeName(type: TypeSchema): string {
  if (typeof type === 'string') return serverName(type)
  return type.kind === 'array' ? `${serverTypeName(type.element)}[]` : exactName(type)
}

/** An array of a domain is not an array of its base type to the server. */
function exactName(type: TypeSchema): string {
  if (typeof type === 'string') return type
  return type.kind === 'array' ? `${exactName(type.element)}[]` : qualifiedName(type)
}
