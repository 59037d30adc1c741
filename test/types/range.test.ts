import { expect, test } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { DecodeError, EncodeError } from '../../src/errors.js'
import type { RangeTypeSchema } from '../../src/schema/type.js'

const range: RangeTypeSchema = { kind: 'range', schema: 'public', name: 'textrange', subtype: 'text' }
const codec = codecFor(range)
const multirange = codecFor({ kind: 'multirange', schema: 'public', name: 'textmultirange', range })

test.each([
  ['empty', null, null, 'empty'],
  ['[a,b)', 'a', 'b', '[)'],
  ['(,b]', null, 'b', '(]'],
  ['(,)', null, null, '()'],
  ['["",""]', '', '', '[]'],
  ['["a""b\\\\",","]', 'a"b\\', ',', '[]'],
  ['[",)","(]")', ',)', '(]', '[)'],
] as const)('%s', (text, lower, upper, bounds) => {
  const value = { lower, upper, bounds }
  expect(codec.decodeText(text)).toEqual(value)
  expect(codec.decodeText(codec.encode(value) as string)).toEqual(value)
  expect(multirange.decodeText(`{${text},${text}}`)).toEqual([value, value])
  expect(multirange.decodeText(multirange.encode([value]) as string)).toEqual([value])
})

test('text that is no range is refused', () => {
  for (const text of ['', '[', '[a', '[a,b', '[a,b}', '{a,b}', '[a]', 'emptyish', '[a,b)x', '["a,b)']) {
    expect(() => codec.decodeText(text), text).toThrow(DecodeError)
    expect(() => multirange.decodeText(`{${text}`), text).toThrow(DecodeError)
  }
})

test('values that are no range are refused', () => {
  for (const value of [
    null,
    '[a,b)',
    ['a', 'b'],
    {},
    { lower: 'a', upper: 'b' },
    { lower: 'a', bounds: '[)' },
    { lower: undefined, upper: 'b', bounds: '[)' },
    { lower: 'a', upper: 'b', bounds: '[[' },
    { lower: 'a', upper: null, bounds: 'empty' },
    { lower: 1, upper: null, bounds: '[)' },
  ]) {
    expect(() => codec.encode(value), JSON.stringify(value)).toThrow(EncodeError)
    expect(() => multirange.encode([value]), JSON.stringify(value)).toThrow(EncodeError)
  }
  expect(() => multirange.encode({ lower: 'a', upper: 'b', bounds: '[)' })).toThrow(EncodeError)
})

test('an empty multirange', () => {
  expect(multirange.decodeText('{}')).toEqual([])
  expect(multirange.encode([])).toBe('{}')
})

test('bytes that are no range are refused', () => {
  for (const hex of ['02', '0200000002', '020000000161', '18ff', '']) {
    const bytes = Buffer.from(hex, 'hex')
    expect(() => codec.decodeBinary!(bytes, 0, bytes.length), hex).toThrow(DecodeError)
  }
})
