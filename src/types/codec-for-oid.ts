import type { Codec } from './codec.js'
import { codecFor } from './codec-for.js'
import { typeOfOid } from './type-oids.js'

/**
 * The codec of a built-in type by its OID, for SQL whose columns no schema describes. Undefined for every other
 * type: the OIDs of enums, domains, composites and extension types differ per database.
 */
export function codecForOid(oid: number): Codec | undefined {
  const type = typeOfOid(oid)
  return type === undefined ? undefined : codecFor(type)
}
