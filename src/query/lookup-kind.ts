import { serverName } from '../schema/conversion.js'
import type { TypeSchema } from '../schema/type.js'

/** Which lookups a type has; each of the first four kinds includes those before it, the others `comparable`. */
export type LookupKind =
  | ('null' | 'equality' | 'comparable' | 'text')
  | ('json' | 'array' | 'range' | 'multirange')
  /** An array whose elements have no order: it includes `equality` only. */
  | 'unorderedArray'

const TEXT = new Set(['text', 'varchar', 'bpchar', 'name', 'citext'])

/** Built-in types without an equality operator for `=`, so that only IS NULL can be asked. */
const NO_EQUALITY = new Set(['json', 'xml', 'point', 'polygon', 'jsonpath', 'txid_snapshot', 'pg_snapshot'])

/** Types with `=` but without an order that means anything to a reader. */
const UNORDERED = new Set(['bool', 'tsvector', 'tsquery', 'line', 'xid', 'cid', 'hstore', 'aclitem'])

/** Types whose `=` is of no operator class: it is not found for what is made of them. */
const NO_INNER_EQUALITY = new Set([...NO_EQUALITY, 'line', 'lseg', 'box', 'path', 'circle'])

const ORDERED = new Set([
  ...['int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'numeric', 'money'],
  ...['date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval'],
  ...['uuid', 'bytea', 'char', 'inet', 'cidr', 'macaddr', 'macaddr8', 'bit', 'varbit', 'ltree', 'pg_lsn'],
])

/**
 * The lookups of a column, by its type. The generator picks the filter's type by it and `filter` checks by it, so
 * that both always agree. A type it does not know (of an extension) is taken to have `=` only.
 */
export function lookupKind(type: TypeSchema): LookupKind {
  if (typeof type === 'string') {
    const name = serverName(type)
    if (TEXT.has(name)) return 'text'
    if (name === 'jsonb') return 'json'
    if (NO_EQUALITY.has(name)) return 'null'
    if (UNORDERED.has(name)) return 'equality'
    return ORDERED.has(name) ? 'comparable' : 'equality'
  }
  switch (type.kind) {
    case 'domain':
      return lookupKind(type.base)
    case 'array':
      return hasInnerEquality(type) ? arrayKind(lookupKind(type.element)) : 'null'
    case 'composite':
      return hasInnerEquality(type) ? 'equality' : 'null'
    case 'range':
    case 'multirange':
      return type.kind
    case 'enum':
      return 'comparable'
  }
}

/** Whether the server finds `=` for what is made of a type. */
function hasInnerEquality(type: TypeSchema): boolean {
  if (typeof type === 'string') return !NO_INNER_EQUALITY.has(serverName(type))
  switch (type.kind) {
    case 'domain':
      return hasInnerEquality(type.base)
    case 'array':
      return hasInnerEquality(type.element)
    case 'composite':
      return type.fields.every((field) => hasInnerEquality(field.type))
    default:
      return true
  }
}

function arrayKind(element: LookupKind): LookupKind {
  switch (element) {
    case 'null':
      return 'null'
    case 'equality':
    case 'unorderedArray':
      return 'unorderedArray'
    default:
      return 'array'
  }
}
