import { describe, expect, test } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { jsonNull } from '../../src/types/json/json.js'
import { DecodeError, EncodeError } from '../../src/errors.js'

describe.each(['json', 'jsonb'])('%s', (name) => {
  const codec = codecFor(name)

  test('writes every JSON value', () => {
    for (const value of [null, true, 0, '', 'a"b', [], {}, [1, [null]], { a: { b: '😀' } }]) {
      expect(codec.encode(value)).toBe(JSON.stringify(value))
    }
    expect(codec.encode(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"')
  })

  test('jsonNull is the JSON value null, wherever it stands', () => {
    expect(codec.encode(jsonNull)).toBe('null')
    expect(codec.encode({ a: [jsonNull] })).toBe('{"a":[null]}')
    expect(codec.decodeText('null')).toBeNull()
  })

  test.each([
    ['undefined', undefined],
    ['undefined in an object', { a: undefined }],
    ['undefined in an array', [undefined]],
    ['a function', () => 1],
    ['a symbol', [Symbol('x')]],
    ['NaN', { a: NaN }],
    ['an infinity', [-Infinity]],
  ])('refuses %s, which JSON.stringify would drop or make null', (_, value) => {
    expect(() => codec.encode(value)).toThrow(EncodeError)
  })

  test('names the property that JSON cannot hold', () => {
    expect(() => codec.encode({ a: { total: 5n } })).toThrow(/bigint.*"total" is one/)
    const loop: Record<string, unknown> = {}
    loop.self = loop
    expect(() => codec.encode(loop)).toThrow(/circular/)
  })

  test('refuses text that is not JSON, and keeps it', () => {
    expect(() => codec.decodeText('')).toThrow(DecodeError)
    expect(() => codec.decodeText('{hunter2')).toThrow(
      expect.objectContaining({
        value: '{hunter2',
        message: expect.not.stringContaining('hunter') as string,
      }),
    )
  })

  test('a key named __proto__ is a key', () => {
    const value = codec.decodeText('{"__proto__": 1}') as object
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(codec.encode(value)).toBe('{"__proto__":1}')
  })
})

test('jsonb in binary starts with its version', () => {
  const { decodeBinary } = codecFor('jsonb')
  expect(decodeBinary!(Buffer.from('\x01[1]'), 0, 4)).toEqual([1])
  expect(() => decodeBinary!(Buffer.from('\x02[1]'), 0, 4)).toThrow(/version 2/)
})
