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
  new Set(['int2', 'int4', 'int8', 'int8 as number', 'numeric', 'float4', 'float8']),
  new Set([...TEXT, 'citext']),
  new Set(['date', 'timestamp', 'timestamptz']),
  new Set(['inet', 'cidr']),
]

/** Whether the server compares two columns by `=`. */
export function areComparable(left: TypeSchema, right: TypeSchema): boolean {
  const [one, other] = [baseType(left), baseType(right)]
  if (areCombinable(one, other)) return true
  if (typeof one !== 'string' || typeof other !== 'string') return false
  return FAMILIES.some((family) => family.has(one) && family.has(other))
}

/** A type for an error message, domains as what they are over. */
export function baseName(type: TypeSchema): string {
  return exactName(baseType(type))
}

/** An array of a domain is not an array of its base type to the server. */
function exactName(type: TypeSchema): string {
  if (typeof type === 'string') return type
  return type.kind === 'array' ? `${exactName(type.element)}[]` : `${type.schema}.${type.name}`
}
