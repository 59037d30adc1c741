import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../src/errors.js'
import { textCell, type ColumnDecoder } from '../../src/rows/cell.js'
import { RowDecoder, RowDecoding } from '../../src/rows/row-decoder.js'
import { tupleShape, valueShape } from '../../src/rows/shape.js'
import { dataRows } from './data-rows.js'

const plain: ColumnDecoder = { label: 'public.t.id', decode: textCell((value) => value) }
const picky: ColumnDecoder = {
  label: 'public.t.x',
  decode: textCell((value) => {
    if (value === 'bad') throw new Error('what it was')
    return value
  }),
}

/** As many rows as make the decoder compile its code. */
const many = Array.from({ length: 500 }, (_, index) => [String(index), null])

describe('a cell that cannot be read', () => {
  it.each([0, 1, 99, 500, 2000])('throws, naming column and row of the result, after %d rows', (before) => {
    const decoder = new RowDecoder(new RowDecoding([plain, picky], tupleShape(2)))
    const rows: unknown[] = []
    for (let left = before; left > 0; left -= many.length) {
      const some = many.slice(0, left)
      decoder.decode(dataRows(...some), some.length, rows)
    }
    expect(rows).toHaveLength(before)
    const failing = () => decoder.decode(dataRows(['1', 'ok'], ['2', 'bad'], ['3', 'bad']), 3, rows)
    expect(failing).toThrow(DecodeError)
    expect(failing).toThrow(`Column public.t.x, row ${before + 2} of the result: what it was`)
    try {
      failing()
    } catch (error) {
      expect((error as Error).cause).toMatchObject({ message: 'what it was' })
    }
  })

  it('is told from a shape that fails, whose error comes as it is', () => {
    const failure = new Error('shape')
    const make = () => {
      throw failure
    }
    const decoder = new RowDecoder(new RowDecoding([plain], { kind: 'made', positions: [0], make }))
    expect(() => decoder.decode(dataRows(['1']), 1, [])).toThrow(failure)
  })
})

describe('results large and small', () => {
  it('read alike', () => {
    const decoder = new RowDecoder(new RowDecoding([plain], valueShape))
    const values = Array.from({ length: 1000 }, (_, index) => String(index))
    const rows: unknown[] = []
    for (const value of values) decoder.decode(dataRows([value]), 1, rows)
    expect(rows).toEqual(values)
  })

  it('read alike where code from strings is forbidden', () => {
    const script = fileURLToPath(new URL('forbidden-code.ts', import.meta.url))
    const output = execFileSync(process.execPath, [
      '--disallow-code-generation-from-strings',
      '--import',
      'tsx',
      script,
    ])
    expect(output.toString().trim()).toBe('1000 rows, 1000 right')
  })
})
