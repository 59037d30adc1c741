import { describe, expect, test } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { DecodeError, EncodeError } from '../../src/errors.js'
import type { TypeSchema } from '../../src/schema/type.js'

const arrayOf = (element: TypeSchema) => codecFor({ kind: 'array', element })

describe('text[]', () => {
  const codec = arrayOf('text')

  test.each<[string, unknown]>([
    ['{}', []],
    ['{a,NULL,"NULL",""}', ['a', null, 'NULL', '']],
    ['{"a\\"b\\\\c","{,}"," "}', ['a"b\\c', '{,}', ' ']],
    [
      '{{a,b},{c,NULL}}',
      [
        ['a', 'b'],
        ['c', null],
      ],
    ],
    ['[0:1]={a,b}', ['a', 'b']],
    ['[-1:0][5:5]={{a},{b}}', [['a'], ['b']]],
  ])('reads %s', (text, value) => {
    expect(codec.decodeText(text)).toEqual(value)
  })

  test('refuses text that is no array', () => {
    for (const text of ['', 'a', '{', '{a', '{a}}', '{"a}', '{a}{b}', '[0:1]', '{"a\\', '{"a"b}']) {
      expect(() => codec.decodeText(text), text).toThrow(DecodeError)
    }
  })

  test.each<[unknown, string]>([
    [[], '{}'],
    [['a', null, 'null', 'NULL', ''], '{a,NULL,"null","NULL",""}'],
    [['a"b\\c', '{,}', ' '], '{"a\\"b\\\\c","{,}"," "}'],
    [[['a'], [null]], '{{a},{NULL}}'],
  ])('writes %j', (value, text) => {
    expect(codec.encode(value)).toBe(text)
  })

  test('refuses what PostgreSQL has no array for', () => {
    for (const value of [
      'a',
      { 0: 'a', length: 1 },
      [undefined],
      new Array(2),
      [1],
      [['a'], 'b'],
      ['a', ['b']],
      [null, ['b']],
      [['a'], null],
      [['a'], ['b', 'c']],
      [['a'], [['b']]],
      [[]],
      [['a'], []],
      [[[[[[['a']]]]]]],
    ]) {
      expect(() => codec.encode(value), JSON.stringify(value)).toThrow(EncodeError)
    }
  })
})

test('elements are written by their own codec', () => {
  expect(arrayOf('bytea').encode([Buffer.from([0, 255]), Buffer.alloc(0)])).toBe('{"\\\\x00ff","\\\\x"}')
  expect(arrayOf('timestamptz').encode([new Date(0)])).toBe('{"1970-01-01 00:00:00+00"}')
  expect(arrayOf('float8').encode([-0, NaN, 1e-7])).toBe('{-0,NaN,1e-7}')
  expect(() => arrayOf('int8').encode([2 ** 53])).toThrow(EncodeError)
})

test('boxes are separated by semicolons, also in a domain', () => {
  const boxes = ['(1,1),(0,0)', '(2,2),(1,1)']
  const domain: TypeSchema = { kind: 'domain', schema: 'public', name: 'area', base: 'box' }
  for (const codec of [arrayOf('box'), arrayOf(domain)]) {
    expect(codec.decodeText('{(1,1),(0,0);(2,2),(1,1)}')).toEqual(boxes)
    expect(codec.decodeText(codec.encode(boxes) as string)).toEqual(boxes)
  }
})

test('where elements are arrays themselves, an array has one dimension', () => {
  const json = arrayOf('jsonb')
  expect(json.encode([[1, 2], [], null, 'a'])).toBe('{"[1,2]","[]",NULL,"\\"a\\""}')
  const pair: TypeSchema = {
    kind: 'domain',
    schema: 'public',
    name: 'pair',
    base: { kind: 'array', element: 'int4' },
  }
  expect(arrayOf(pair).encode([[1, 2], [3]])).toBe('{"{1,2}","{3}"}')
  expect(arrayOf(pair).decodeText('{"{1,2}","{3}"}')).toEqual([[1, 2], [3]])
})

test('a binary decoder is there exactly when the element has one', () => {
  expect(arrayOf('int4').decodeBinary).toBeTypeOf('function')
  expect(arrayOf('money').decodeBinary).toBeUndefined()
})

test('bytes that are no array are refused', () => {
  const { decodeBinary } = arrayOf('int4')
  for (const hex of [
    '00000007' + '00'.repeat(80),
    'ffffffff00000000',
    '00000001000000000000001700000001000000010000000a00',
  ]) {
    const bytes = Buffer.from(hex, 'hex')
    expect(() => decodeBinary!(bytes, 0, bytes.length), hex).toThrow(DecodeError)
  }
})
