import { typeLabel, type RangeTypeSchema, type TypeSchema } from '../schema/type.js'
import { baseTypes } from './base-types.js'

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
  for (const { name, oids } of baseTypes) {
    if (oids === undefined) continue
    yield [oids[0], name]
    yield [oids[1], { kind: 'array', element: name }]
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
const names = new Map([...types].map(([oid, type]) => [oid, typeLabel(type)]))
const builtInNames = new Set(names.values())
const byName = new Map([...types.values()].map((type) => [typeLabel(type), type]))

/** By the names of types and of arrays of them, those of which they have the same bytes. */
const alike = new Map(
  baseTypes.flatMap(({ name, alike: other }) => [
    [name, other],
    [`${name}[]`, `${other}[]`],
  ]),
)

/** A built-in type by its OID. The OIDs of enums, domains, composites and extension types differ per database. */
export function typeOfOid(oid: number): TypeSchema | undefined {
  return types.get(oid)
}

/** The built-in type of a name: `int4`, `int4[]`, `int4range`. */
export function typeOfName(name: string): TypeSchema | undefined {
  return byName.get(name)
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
  return name === other || (alike.has(name) && alike.get(name) === alike.get(other))
}
