import { describe, expect, it } from 'vitest'
import { textCell, type ColumnDecoder } from '../../src/rows/cell.js'
import { compileRows } from '../../src/rows/compile-rows.js'
import { interpretRows } from '../../src/rows/interpret-rows.js'
import { nestedShape, objectShape, tupleShape, valueShape, type Shape } from '../../src/rows/shape.js'
import { dataRow, dataRows, type CellBytes } from './data-rows.js'

const asText = textCell((value) => value)
const cells = (count: number): ColumnDecoder[] =>
  Array.from({ length: count }, () => ({ label: 'x', decode: asText }))

/** A row of two cells, of which one says to be of another length than it is. */
function resized(index: number, length: number): Buffer {
  const row = dataRow(['aa', 'bb'])
  row.writeInt32BE(length, 7 + 6 * index)
  return row
}

const names = [
  '__proto__',
  'constructor',
  'toString',
  'prototype',
  'then',
  '"',
  "'",
  '\\',
  '`${x}`',
  '*/',
  '\n',
  '\u2028',
  '',
]

describe.each([
  ['interpreted', interpretRows],
  ['compiled', compileRows],
])('rows that are read by %s code', (_, readerOf) => {
  function read(shape: Shape, ...rows: CellBytes[][]): unknown[] {
    const result: unknown[] = []
    readerOf(cells(rows[0]?.length ?? 0), shape)?.(dataRows(...rows), result)
    return result
  }

  it('come in order, after those that are there', () => {
    const run = readerOf(cells(1), valueShape)
    const rows: unknown[] = []
    run?.(dataRows(['a'], ['b']), rows)
    run?.(dataRows(), rows)
    run?.(dataRows(['c']), rows)
    expect(rows).toEqual(['a', 'b', 'c'])
  })

  it('tell NULL from empty text', () => {
    expect(read(tupleShape(2), [null, ''])).toEqual([[null, '']])
  })

  it('without columns are empty, and still counted', () => {
    expect(read(objectShape([]), [], [], [])).toEqual([{}, {}, {}])
  })

  it.each([
    ['fewer columns', dataRow(['a'])],
    ['more columns', dataRow(['a', 'b', 'c'])],
    ['a cell that ends beyond its row', resized(1, 1000)],
    ['a cell of negative length', resized(1, -2)],
    ['cells that end before their row', resized(1, 0)],
    ['nothing', Buffer.from('D\0\0\0\x04', 'latin1')],
  ])('are refused when one has %s', (_what, malformed) => {
    const rows: unknown[] = []
    const run = readerOf(cells(2), tupleShape(2))
    expect(() => run?.(Buffer.concat([dataRow(['a', 'b']), malformed, dataRow(['c', 'd'])]), rows)).toThrow()
    expect(rows).toEqual([['a', 'b']])
  })

  it('share nothing with each other', () => {
    expect(read(tupleShape(1), ['a'], ['b'])).toEqual([['a'], ['b']])
  })

  it('give each cell to the decoder of its column, with its own bytes', () => {
    const cell = (mark: string): ColumnDecoder => ({
      label: mark,
      decode: (bytes, start, end) => `${mark}:${bytes.toString('latin1', start, end)}`,
    })
    const rows: unknown[] = []
    readerOf([cell('a'), cell('b')], tupleShape(2))?.(dataRows(['1', '23'], ['', 'D']), rows)
    expect(rows).toEqual([
      ['a:1', 'b:23'],
      ['a:', 'b:D'],
    ])
  })

  it.each(names)('may have the property %j', (name) => {
    const [row] = read(objectShape(['before', name, 'after']), ['1', '2', '3']) as [Record<string, unknown>]
    expect(Object.entries(row)).toEqual([
      ['before', '1'],
      [name, '2'],
      ['after', '3'],
    ])
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
    row[name] = 'new'
    expect(row[name]).toBe('new')
  })

  it('keep the last of properties with one name', () => {
    expect(read(objectShape(['a', 'b', 'a']), ['1', '2', '3'])).toEqual([{ a: '3', b: '2' }])
  })

  it('have joined rows inside, null where there is none', () => {
    const shape = nestedShape({
      properties: [['id']],
      start: 0,
      related: [
        {
          name: 'author',
          properties: [['id'], ['name']],
          start: 1,
          presence: 1,
          related: [{ name: '__proto__', properties: [['id']], start: 3, presence: 3, related: [] }],
        },
      ],
    })
    const [whole, half, none] = read(
      shape,
      ['1', '2', 'x', '3'],
      ['1', '2', null, null],
      ['1', null, null, null],
    )
    expect(JSON.stringify(whole)).toBe('{"id":"1","author":{"id":"2","name":"x","__proto__":{"id":"3"}}}')
    expect(JSON.stringify(half)).toBe('{"id":"1","author":{"id":"2","name":null,"__proto__":null}}')
    expect(JSON.stringify(none)).toBe('{"id":"1","author":null}')
  })

  it('have inside what a function makes of some columns', () => {
    const shape: Shape = {
      kind: 'object',
      entries: [
        ['sum', { kind: 'made', positions: [2, 0], make: (...values) => values.join('+') }],
        ['none', { kind: 'made', positions: [], make: (...values) => values.length }],
      ],
    }
    expect(read(shape, ['1', '2', '3'])).toEqual([{ sum: '3+1', none: 0 }])
  })
})

describe('compiled code', () => {
  it('is the same for the same decoders and shape, and another for others', () => {
    const upper = textCell((value) => value.toUpperCase())
    const read = (decode: ColumnDecoder['decode'], property: string) => {
      const rows: unknown[] = []
      compileRows([{ label: 'x', decode }], objectShape([property]))?.(dataRows(['a']), rows)
      return rows[0]
    }
    for (let round = 0; round < 2; round++) {
      expect(read(asText, 'p')).toEqual({ p: 'a' })
      expect(read(upper, 'p')).toEqual({ p: 'A' })
      expect(read(upper, 'q')).toEqual({ q: 'A' })
    }
  })

  it('is left to the interpreter for very many columns, which reads them', () => {
    const many = Array.from({ length: 1600 }, (_, index) => `c${index}`)
    expect(compileRows(cells(1600), objectShape(many))).toBeUndefined()
    const rows: unknown[] = []
    interpretRows(cells(1600), objectShape(many))(dataRows(many), rows)
    expect(rows).toEqual([Object.fromEntries(many.map((name) => [name, name]))])
  })
})
