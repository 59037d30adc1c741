import { expect, it } from 'vitest'
import { lookupKind, type LookupKind } from '../../src/types/lookup-kind.js'
import type { TypeSchema } from '../../src/schema/type.js'

const field = (type: TypeSchema) => ({ property: 'a', name: 'a', type })
const composite = (...types: TypeSchema[]): TypeSchema => ({
  kind: 'composite',
  schema: 'public',
  name: 'c',
  fields: types.map(field),
})
const range = { kind: 'range', schema: 'pg_catalog', name: 'int4range', subtype: 'int4' } as const

it.each<[string, TypeSchema, LookupKind]>([
  ['text', 'text', 'text'],
  ['citext', 'citext', 'text'],
  ['a number', 'int4', 'comparable'],
  ['a boolean', 'bool', 'equality'],
  ['json, which has no equality', 'json', 'null'],
  ['jsonb', 'jsonb', 'json'],
  ['a type that nobody knows', 'geometry', 'equality'],
  ['an enum', { kind: 'enum', schema: 'public', name: 'e', labels: [] }, 'comparable'],
  ['a domain: that of its base', { kind: 'domain', schema: 'public', name: 'd', base: 'text' }, 'text'],
  ['an array of text: no text itself', { kind: 'array', element: 'text' }, 'array'],
  ['an array of booleans', { kind: 'array', element: 'bool' }, 'unorderedArray'],
  ['an array of json', { kind: 'array', element: 'json' }, 'null'],
  ['an array of lines, whose equality is of no operator class', { kind: 'array', element: 'line' }, 'null'],
  ['a composite', composite('int4', { kind: 'array', element: 'text' }), 'equality'],
  ['a composite with a field that has no equality', composite('int4', 'xml'), 'null'],
  ['a composite with such an array', composite({ kind: 'array', element: composite('box') }), 'null'],
  ['an array of such composites', { kind: 'array', element: composite('json') }, 'null'],
  ['a range', range, 'range'],
  ['a multirange', { kind: 'multirange', schema: 'pg_catalog', name: 'int4multirange', range }, 'multirange'],
])('the lookups of %s', (_, type, kind) => {
  expect(lookupKind(type)).toBe(kind)
})
