import { describe, expect, it } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { SchemaDriftError } from '../../src/errors.js'
import type { Field } from '../../src/rows/field.js'
import { knownRowReader, type RowReader } from '../../src/rows/row-reader.js'
import { tupleShape, valueShape } from '../../src/rows/shape.js'
import type { TypeSchema } from '../../src/schema/type.js'
import { dataRows, field, type CellBytes } from './data-rows.js'

const int4 = 23
const int8 = 20
const text = 25
const varchar = 1043
const textArray = 1009
const tstzrange = 3910
const ofDatabase = 16_500

function read(type: TypeSchema, cell: CellBytes, ...fields: Parameters<typeof field>): unknown {
  const reader = knownRowReader([{ label: 'public.t.x', codec: codecFor(type) }], valueShape)
  return firstOf(reader, [field(...fields)], cell)
}

function firstOf(reader: RowReader, fields: readonly Field[], ...cells: CellBytes[]): unknown {
  const rows: unknown[] = []
  reader.start(fields).decode(dataRows(cells), 1, rows)
  return rows[0]
}

describe('a statement whose columns are known', () => {
  it('asks for binary wherever there is a binary decoder', () => {
    const types: TypeSchema[] = ['int4', 'inet', 'text', 'money']
    const reader = knownRowReader(
      types.map((type) => ({ label: type as string, codec: codecFor(type) })),
      tupleShape(4),
    )
    expect(reader.formats).toEqual([1, 0, 1, 0])
  })

  it('is read in the format that came, not in the one that was asked for', () => {
    expect(read('int4', '258', int4, 'text')).toBe(258)
    expect(read('int4', Buffer.from([0, 0, 1, 2]), int4, 'binary')).toBe(258)
  })

  it('is refused when a built-in type came that is another, naming both', () => {
    expect(() => read('int4', Buffer.alloc(8), int8, 'binary')).toThrow(SchemaDriftError)
    expect(() => read('int4', Buffer.alloc(8), int8, 'binary')).toThrow(
      'Column public.t.x is int8 in the database, but the generated code expects int4. Run the generator again.',
    )
  })

  it('is refused when a built-in type was expected and a type of the database came', () => {
    expect(() => read('int4', Buffer.from('high'), ofDatabase, 'binary')).toThrow(SchemaDriftError)
    expect(() => read('uuid', Buffer.alloc(16), ofDatabase, 'binary')).toThrow(SchemaDriftError)
  })

  it('is refused when a column is missing', () => {
    const reader = knownRowReader([{ label: 'public.t.x', codec: codecFor('int4') }], valueShape)
    expect(() => reader.start([])).toThrow(/no column for public\.t\.x/)
  })

  it('is refused when a column is too many', () => {
    const reader = knownRowReader([{ label: 'public.t.x', codec: codecFor('int4') }], valueShape)
    expect(() => reader.start([field(int4), field(int4)])).toThrow(/returned 2 columns where 1 are expected/)
  })

  it('may have types that only this database knows', () => {
    const level: TypeSchema = { kind: 'enum', schema: 'public', name: 'level', labels: ['high'] }
    expect(read(level, 'high', ofDatabase, 'binary')).toBe('high')
    expect(read('citext', 'x', ofDatabase, 'text')).toBe('x')
    expect(read({ kind: 'array', element: level }, '{high}', ofDatabase)).toEqual(['high'])
  })

  const domain = (base: TypeSchema): TypeSchema => ({ kind: 'domain', schema: 'public', name: 'd', base })
  const range = { kind: 'range', schema: 'pg_catalog', name: 'tstzrange', subtype: 'timestamptz' } as const
  it.each<[string, TypeSchema, string, number, unknown]>([
    ['text', domain('text'), 'x', text, 'x'],
    ['a domain', domain(domain('text')), 'x', text, 'x'],
    ['an array', domain({ kind: 'array', element: 'text' }), '{x}', textArray, ['x']],
    ['a range', domain(range), 'empty', tstzrange, { lower: null, upper: null, bounds: 'empty' }],
  ])('may have a domain over %s, which comes as its base type', (_, type, cell, oid, value) => {
    expect(read(type, cell, oid)).toEqual(value)
  })

  it('takes the text types for each other', () => {
    expect(read('text', 'x', varchar)).toBe('x')
    expect(read('varchar', 'x', text)).toBe('x')
    expect(read(domain('varchar'), 'x', text)).toBe('x')
  })
})
