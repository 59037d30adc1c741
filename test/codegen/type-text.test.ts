import { describe, expect, it } from 'vitest'
import { refinedText, type Side, type TypeScope, typeText } from '../../codegen/model/type-text.js'
import { qualifiedName } from '../../src/schema/qualified-name.js'
import type { CompositeTypeSchema, EnumTypeSchema, TypeSchema } from '../../src/schema/type.js'

const mood: EnumTypeSchema = { kind: 'enum', schema: 'public', name: 'mood', labels: ['sad', 'glad'] }
const size: CompositeTypeSchema = {
  kind: 'composite',
  schema: 'public',
  name: 'size',
  fields: [{ property: 'width', name: 'width', type: 'int4' }],
}
const tstzrange = { kind: 'range', schema: 'pg_catalog', name: 'tstzrange', subtype: 'timestamptz' } as const

const price = { kind: 'domain', schema: 'public', name: 'price', base: 'int8' } as const

const scope: TypeScope = {
  types: new Map([
    [qualifiedName(mood), 'Mood'],
    [qualifiedName(size), 'Size'],
  ]),
  refined: new Map(),
  use: () => undefined,
}

function textOf(type: TypeSchema, side: Side): string {
  return typeText(type, side, scope)
}

function textsOf(type: TypeSchema): string[] {
  return (['row', 'input', 'parameter'] as const).map((side) => textOf(type, side))
}

describe('typeText', () => {
  it.each<[string, string[], string, string, string]>([
    ['small numbers', ['int2', 'int4', 'oid', 'float4', 'float8'], 'number', 'number', 'number'],
    ['int8', ['int8'], 'bigint', 'bigint | number', 'bigint | number'],
    ['numeric', ['numeric'], 'string', 'string | number | bigint', 'string | number | bigint'],
    ['bool', ['bool'], 'boolean', 'boolean', 'boolean'],
    ['timestamptz', ['timestamptz'], 'Date', 'Date | string', 'Date | string'],
    ['other times', ['timestamp', 'time', 'timetz', 'date', 'interval'], 'string', 'string', 'string'],
    ['bytea', ['bytea'], 'Buffer', 'Uint8Array', 'Uint8Array'],
    ['JSON', ['json', 'jsonb'], 'JsonValue | JsonNull', 'JsonValue | JsonNull', 'string'],
    [
      'text',
      ['text', 'varchar', 'bpchar', 'char', 'name', 'citext', 'uuid', 'xml'],
      'string',
      'string',
      'string',
    ],
    ['what it does not know', ['inet', 'hstore', 'ltree', 'geometry', 'money'], 'string', 'string', 'string'],
  ])('reads and writes %s', (_what, types, ...texts) => {
    for (const type of types) expect([type, ...textsOf(type)]).toEqual([type, ...texts])
  })

  it.each<[string, TypeSchema, string, string, string]>([
    ['an enum', mood, 'Mood', 'Mood', 'Mood'],
    ['a composite', size, 'Size', 'Size', 'string'],
    [
      'a domain',
      { kind: 'domain', schema: 'a', name: 'b', base: 'int8' },
      'bigint',
      'bigint | number',
      'bigint | number',
    ],
    ['an array', { kind: 'array', element: mood }, 'Mood[]', 'readonly Mood[]', 'readonly Mood[]'],
    [
      'an array of what is written in several ways',
      { kind: 'array', element: 'int8' },
      'bigint[]',
      'readonly (bigint | number)[]',
      'readonly (bigint | number)[]',
    ],
    ['a range', tstzrange, 'Range<Date>', 'Range<Date | string>', 'string'],
    [
      'a multirange',
      { kind: 'multirange', schema: 'pg_catalog', name: 'tstzmultirange', range: tstzrange },
      'Range<Date>[]',
      'readonly Range<Date | string>[]',
      'string',
    ],
    [
      'an array of a domain over an array',
      {
        kind: 'array',
        element: { kind: 'domain', schema: 'a', name: 'b', base: { kind: 'array', element: 'text' } },
      },
      'string[][]',
      'readonly (readonly string[])[]',
      'readonly (readonly string[])[]',
    ],
  ])('reads and writes %s', (_what, type, ...texts) => {
    expect(textsOf(type)).toEqual(texts)
  })

  it.each<[string, TypeSchema, string]>([
    ['an enum', mood, 'Mood'],
    ['an array of enums', { kind: 'array', element: mood }, 'string'],
    ['a composite', size, 'string'],
    ['an array of composites', { kind: 'array', element: size }, 'string'],
    ['a domain', price, 'bigint'],
    ['an array of domains', { kind: 'array', element: price }, 'string'],
    ['a domain over an array', { ...price, base: { kind: 'array', element: 'int8' } }, 'bigint[]'],
    ['a domain over a composite', { ...price, base: size }, 'string'],
    ['a range', tstzrange, 'Range<Date>'],
    ['an array of ranges', { kind: 'array', element: tstzrange }, 'Range<Date>[]'],
    ['a range of the database', { ...tstzrange, schema: 'public', name: 'stay' }, 'string'],
  ])('has free-hand Kysely read %s as it does', (_what, type, text) => {
    expect(textOf(type, 'selected')).toBe(text)
    const refined = { text: 'Mine', import: undefined, isConverted: false, setting: 'types' }
    const own = refinedText(type, refined, 'selected', scope)
    expect(own).toBe(text === 'string' ? 'string' : 'Mine')
  })
})
