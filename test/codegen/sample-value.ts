import type { TypeSchema } from 'sluice'

function oneOf(...names: readonly string[]) {
  return (n: number) => names[n % names.length]
}

/** Values of base types that are read back as they were given: by number, and greater for a greater one below ten. */
const BASE: Readonly<Record<string, (n: number) => unknown>> = {
  bool: (n) => n % 2 === 0,
  int2: (n) => n % 30_000,
  int4: (n) => n,
  int8: (n) => 2n ** 60n + BigInt(n),
  oid: (n) => n,
  float4: (n) => n + 0.5,
  float8: (n) => n + 0.1,
  numeric: (n) => `${n}.50`,
  money: (n) => `$${n % 900}.00`,
  bytea: (n) => Buffer.from([0, n & 255, 92]),
  uuid: (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  json: (n) => ({ n, "it's": [null, '"'] }),
  jsonb: (n) => ({ n, "it's": [null, '"'] }),
  date: (n) => new Date(n * 86_400_000).toISOString().slice(0, 10),
  time: (n) => `00:00:${String(n % 60).padStart(2, '0')}`,
  timetz: (n) => `00:00:${String(n % 60).padStart(2, '0')}+02`,
  timestamp: (n) => `2024-01-01 00:00:${String(n % 60).padStart(2, '0')}.123456`,
  timestamptz: (n) => new Date(1_700_000_000_000 + n * 1000),
  interval: (n) => `P${(n % 100) + 1}D`,
  inet: (n) => `10.0.0.${n % 250}`,
  cidr: (n) => `10.0.${n % 250}.0/24`,
  macaddr: (n) => `08:00:2b:01:02:${((n % 200) + 16).toString(16)}`,
  macaddr8: (n) => `08:00:2b:01:02:03:04:${((n % 200) + 16).toString(16)}`,
  xml: (n) => `<a n="${n}"/>`,
  tsvector: (n) => `'a${n}'`,
  tsquery: (n) => `'a${n}'`,
  hstore: (n) => `"a"=>"${n}"`,
  ltree: (n) => `a.b${n}`,
  lquery: (n) => `a.b${n}`,
  bit: (n) => String(n % 2),
  varbit: (n) => n.toString(2),
  char: (n) => String.fromCharCode(65 + (n % 26)),
  bpchar: (n) => String.fromCharCode(65 + (n % 26)),
  point: (n) => `(${n},2)`,
  box: (n) => `(${n + 2},4),(${n},3)`,
  circle: (n) => `<(1,2),${n}>`,
  line: (n) => `{1,2,${n}}`,
  lseg: (n) => `[(1,2),(${n},4)]`,
  path: (n) => `((1,2),(${n},4))`,
  polygon: (n) => `((1,2),(${n},4))`,
  pg_lsn: (n) => `0/${n.toString(16).toUpperCase()}`,
  xid: (n) => String(n),
  int2vector: (n) => `1 ${n % 99}`,
  regclass: oneOf('pg_class', 'pg_type', 'pg_proc'),
  regtype: oneOf('integer', 'text', 'bigint'),
  regproc: oneOf('version', 'pg_backend_pid'),
  regprocedure: oneOf('version()', 'pg_sleep(double precision)'),
  regoper: oneOf('||/', '|/'),
  regoperator: oneOf('+(integer,integer)', '-(integer,integer)'),
  regrole: oneOf('pg_monitor', 'pg_signal_backend'),
  regnamespace: oneOf('pg_catalog', 'pg_toast'),
  regconfig: oneOf('english', 'german', 'simple'),
  regdictionary: oneOf('english_stem', 'simple'),
  regcollation: oneOf('"C"', '"POSIX"'),
  // Types of the tests' own, which are text.
  'ext.date': (n) => `text ${n}`,
  vector: (n) => `[1,2,${n}]`,
}

const BOUNDED = new Set(['name', 'text', 'varchar', 'citext'])

/** A value of a type, or undefined when it has none. */
export function sampleValue(type: TypeSchema, n: number): unknown {
  if (typeof type === 'string') {
    if (BOUNDED.has(type)) return `${String(n).padStart(5, '0')} '"\\\u{1F600}{},\n`
    const make = Object.hasOwn(BASE, type) ? BASE[type] : undefined
    if (make === undefined) throw new Error(`no sample of type ${type}`)
    return make(n)
  }
  switch (type.kind) {
    case 'enum':
      return type.labels[n % type.labels.length]
    case 'domain':
      return sampleValue(type.base, n)
    case 'array': {
      const items = [sampleValue(type.element, n), sampleValue(type.element, n + 1)]
      return items.includes(undefined) ? [] : [...items, null]
    }
    case 'range': {
      // Labels begin again at the first: no range may end before it begins.
      const first = typeof type.subtype !== 'string' && type.subtype.kind === 'enum' ? 0 : n
      return {
        lower: sampleValue(type.subtype, first),
        upper: sampleValue(type.subtype, first + 1),
        bounds: '[)',
      }
    }
    case 'multirange':
      return [sampleValue(type.range, n)]
    case 'composite':
      return Object.fromEntries(
        type.fields.map(({ property, type: field }) => [property, sampleValue(field, n) ?? null]),
      )
  }
}
