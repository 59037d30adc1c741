import { qualifiedName } from '../schema/qualified-name.js'
import type { RangeTypeSchema, TypeSchema } from '../schema/type.js'

/** The OIDs that PostgreSQL itself fixes: type, array of it, name. */
const baseTypes: readonly (readonly [oid: number, array: number, name: string])[] = [
  [16, 1000, 'bool'],
  [17, 1001, 'bytea'],
  [18, 1002, 'char'],
  [19, 1003, 'name'],
  [20, 1016, 'int8'],
  [21, 1005, 'int2'],
  [23, 1007, 'int4'],
  [24, 1008, 'regproc'],
  [25, 1009, 'text'],
  [26, 1028, 'oid'],
  [27, 1010, 'tid'],
  [28, 1011, 'xid'],
  [29, 1012, 'cid'],
  [114, 199, 'json'],
  [142, 143, 'xml'],
  [600, 1017, 'point'],
  [601, 1018, 'lseg'],
  [602, 1019, 'path'],
  [603, 1020, 'box'],
  [604, 1027, 'polygon'],
  [628, 629, 'line'],
  [650, 651, 'cidr'],
  [700, 1021, 'float4'],
  [701, 1022, 'float8'],
  [718, 719, 'circle'],
  [774, 775, 'macaddr8'],
  [790, 791, 'money'],
  [829, 1040, 'macaddr'],
  [869, 1041, 'inet'],
  [1033, 1034, 'aclitem'],
  [1042, 1014, 'bpchar'],
  [1043, 1015, 'varchar'],
  [1082, 1182, 'date'],
  [1083, 1183, 'time'],
  [1114, 1115, 'timestamp'],
  [1184, 1185, 'timestamptz'],
  [1186, 1187, 'interval'],
  [1266, 1270, 'timetz'],
  [1560, 1561, 'bit'],
  [1562, 1563, 'varbit'],
  [1700, 1231, 'numeric'],
  [1790, 2201, 'refcursor'],
  [2202, 2207, 'regprocedure'],
  [2203, 2208, 'regoper'],
  [2204, 2209, 'regoperator'],
  [2205, 2210, 'regclass'],
  [2206, 2211, 'regtype'],
  [2950, 2951, 'uuid'],
  [2970, 2949, 'txid_snapshot'],
  [3220, 3221, 'pg_lsn'],
  [3614, 3643, 'tsvector'],
  [3615, 3645, 'tsquery'],
  [3642, 3644, 'gtsvector'],
  [3734, 3735, 'regconfig'],
  [3769, 3770, 'regdictionary'],
  [3802, 3807, 'jsonb'],
  [4072, 4073, 'jsonpath'],
  [4089, 4090, 'regnamespace'],
  [4096, 4097, 'regrole'],
  [4191, 4192, 'regcollation'],
  [5038, 5039, 'pg_snapshot'],
  [5069, 271, 'xid8'],
]

/** Range, array of it, multirange, array of it, and their names. */
const rangeTypes: readonly (readonly [number, number, number, number, string, string, string])[] = [
  [3904, 3905, 4451, 6150, 'int4range', 'int4multirange', 'int4'],
  [3926, 3927, 4536, 6157, 'int8range', 'int8multirange', 'int8'],
  [3906, 3907, 4532, 6151, 'numrange', 'nummultirange', 'numeric'],
  [3908, 3909, 4533, 6152, 'tsrange', 'tsmultirange', 'timestamp'],
  [3910, 3911, 4534, 6153, 'tstzrange', 'tstzmultirange', 'timestamptz'],
  [3912, 3913, 4535, 6155, 'daterange', 'datemultirange', 'date'],
]

function* builtIn(): Generator<readonly [number, TypeSchema]> {
  const schema = 'pg_catalog'
  for (const [oid, array, name] of baseTypes) {
    yield [oid, name]
    yield [array, { kind: 'array', element: name }]
  }
  for (const [oid, array, multiOid, multiArray, name, multiName, subtype] of rangeTypes) {
    const range: RangeTypeSchema = { kind: 'range', schema, name, subtype }
    const multirange: TypeSchema = { kind: 'multirange', schema, name: multiName, range }
    yield [oid, range]
    yield [array, { kind: 'array', element: range }]
    yield [multiOid, multirange]
    yield [multiArray, { kind: 'array', element: multirange }]
  }
}

const types = new Map(builtIn())
const names = new Map([...types].map(([oid, type]) => [oid, nameOf(type)]))
const builtInNames = new Set(names.values())

/** A built-in type by its OID. The OIDs of enums, domains, composites and extension types differ per database. */
export function typeOfOid(oid: number): TypeSchema | undefined {
  return types.get(oid)
}

/** What the codec of the built-in type of an OID is named. */
export function nameOfOid(oid: number): string | undefined {
  return names.get(oid)
}

/** Whether a codec's name is that of a built-in type, whose OID is known. */
export function isBuiltIn(name: string): boolean {
  return builtInNames.has(name)
}

/** Whether the values of two types, by the names of their codecs, are the same bytes. */
export function isReadAlike(name: string, other: string): boolean {
  return asText(name) === asText(other)
}

/** The text types are read alike, and so are arrays of them. */
function asText(name: string): string {
  return name.replace(/^(?:varchar|bpchar|name)(?=(?:\[\])?$)/, 'text')
}

function nameOf(type: TypeSchema): string {
  if (typeof type === 'string') return type
  return type.kind === 'array' ? `${nameOf(type.element)}[]` : qualifiedName(type)
}
