import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../src/errors.js'
import { readRows, textCell, type Cell } from '../../src/row/read-rows.js'
import { objectShape, tupleShape, valueShape } from '../../src/row/row-shape.js'
import { fetched } from './data-rows.js'

const text = (label: string): Cell => ({ label, decode: textCell((value) => value) })
const cells = (...labels: string[]): Cell[] => labels.map(text)

describe('rows', () => {
  it('come in order, from however many segments', () => {
    const rows = fetched([['a'], ['b']], [['c']], [], [['d']])
    expect(readRows(rows, cells('x'), valueShape, 0)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('tell NULL from empty text', () => {
    expect(readRows(fetched([[null, '']]), cells('x', 'y'), tupleShape, 0)).toEqual([[null, '']])
  })

  it('without columns are empty, and still counted', () => {
    expect(readRows(fetched([[], [], []]), [], objectShape([]), 0)).toEqual([{}, {}, {}])
  })

  it('of 1600 columns are read whole', () => {
    const names = Array.from({ length: 1600 }, (_, index) => `c${index}`)
    const [row] = readRows(fetched([names]), cells(...names), objectShape(names), 0)
    expect(row).toEqual(Object.fromEntries(names.map((name) => [name, name])))
  })

  it('share nothing with each other', () => {
    const [first, second] = readRows(fetched([['a'], ['b']]), cells('x'), tupleShape, 0)
    expect([first, second]).toEqual([['a'], ['b']])
  })

  it('whose value cannot be read throw, naming column and row of the whole result', () => {
    const picky: Cell = {
      label: 'public.t.x',
      decode: textCell((value) => {
        if (value === 'bad') throw new Error('what it was')
        return value
      }),
    }
    const failing = (firstRow: number) => () =>
      readRows(fetched([['ok'], ['bad']]), [picky], valueShape, firstRow)
    expect(failing(0)).toThrow(DecodeError)
    expect(failing(0)).toThrow('Column public.t.x, row 2 of the result: what it was')
    expect(failing(2000)).toThrow('row 2002 of the result')
    try {
      failing(0)()
    } catch (error) {
      expect((error as Error).cause).toMatchObject({ message: 'what it was' })
    }
  })
})

describe('a row as an object', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'])(
    'may have the property %s',
    (name) => {
      const [row] = readRows(fetched([['1', '2']]), cells('a', 'b'), objectShape([name, 'other']), 0)
      expect(Object.entries(row!)).toEqual([
        [name, '1'],
        ['other', '2'],
      ])
      expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
      expect({}).not.toHaveProperty('other')
    },
  )

  it('can be changed like any other, also with __proto__', () => {
    const [row] = readRows(fetched([['1', '2']]), cells('a', 'b'), objectShape(['__proto__', 'other']), 0)
    row!['other'] = 'new'
    expect(row!['other']).toBe('new')
    expect(JSON.stringify(row)).toBe('{"__proto__":"1","other":"new"}')
  })
})
