import type { TypeSchema } from '../schema/type.js'

/** Which lookups a type has; each kind includes those before it. */
export type LookupKind = 'null' | 'equality' | 'comparable' | 'text'

const TEXT = new Set(['text', 'varchar', 'bpchar', 'name', 'citext'])

/** Built-in types without an equality operator for `=`, so that only IS NULL can be asked. */
const NO_EQUALITY = new Set(['json', 'xml', 'point', 'polygon', 'jsonpath', 'txid_snapshot', 'pg_snapshot'])

/** Types with `=` but without an order that means anything to a reader. */
const UNORDERED = new Set(['bool', 'tsvector', 'tsquery', 'line', 'xid', 'cid', 'hstore', 'aclitem'])

const ORDERED = new Set([
  ...['int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'numeric', 'money'],
  ...['date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval'],
  ...[
    'uuid',
    'bytea',
    'char',
    'inet',
    'cidr',
    'macaddr',
    'macaddr8',
    'bit',
    'varbit',
    'jsonb',
    'ltree',
    'pg_lsn',
  ],
])

/**
 * The lookups of a column, by its type. The generator picks the filter's type by it and `filter` checks by it, so
 * that both always agree. A type it does not know (of an extension) is taken to have `=` only.
 */
export function lookupKind(type: TypeSchema): LookupKind {
  if (typeof type === 'string') {
    if (TEXT.has(type)) return 'text'
    if (NO_EQUALITY.has(type)) return 'null'
    if (UNORDERED.has(type)) return 'equality'
    return ORDERED.has(type) ? 'comparable' : 'equality'
  }
  switch (type.kind) {
    case 'domain':
      return lookupKind(type.base)
    case 'array': {
      const element = lookupKind(type.element)
      return element === 'text' ? 'comparable' : element
    }
    case 'composite':
      return 'equality'
    case 'enum':
    case 'range':
    case 'multirange':
      return 'comparable'
  }
}
