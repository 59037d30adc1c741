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
    expect(codec.decodeText('null')).toBe(jsonNull)
    expect(codec.decodeText('[null]')).toEqual([null])
    expect(JSON.stringify({ a: codec.decodeText(' null') })).toBe('{"a":null}')
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

describe.each(['json', 'jsonb'])('numbers of %s', (name) => {
  const codec = codecFor(name)
  const binary = (text: string) => {
    const bytes = Buffer.from((name === 'jsonb' ? '\x01' : '') + text)
    return codec.decodeBinary!(bytes, 0, bytes.length)
  }
  const within = (number: string) => [
    number,
    `[${number}]`,
    `{"a":{"b":[1,${number},2]},"c":"é"}`,
    ` ${number} `,
  ]

  test.each([
    ...[
      '9007199254740993',
      '-9007199254740993',
      '9007199254740993.0',
      '12345678901234567890',
      '1e400',
      '-1E+400',
    ],
    ...[
      '0.12345678901234567890',
      '1.000000000000000001',
      '1e-400',
      '123456789012345678.5',
      '18014398509481985',
    ],
  ])('that a double cannot hold is an error: %s', (number) => {
    for (const text of within(number)) {
      expect(() => codec.decodeText(text)).toThrow(/JavaScript number cannot hold.*codec: 'string'/)
      expect(() => binary(text)).toThrow(expect.objectContaining({ code: 'DECODE_ERROR', value: number }))
    }
  })

  test.each([
    ...[
      '9007199254740992',
      '-9007199254740991',
      '0.1',
      '1.10',
      '1e22',
      '1e23',
      '5e-324',
      '1.7976931348623157e308',
    ],
    ...[
      '0.30000000000000004',
      '0.10000000000000001',
      '3.141592653589793',
      '100000000000000000000',
      '0.0',
      '-0',
      '0e5',
    ],
    ...['1.00000000000000000000', '4503599627370497.5', '6816328880361872.6'],
  ])('that it can are that: %s', (number) => {
    for (const text of within(number)) {
      expect(codec.decodeText(text)).toEqual(JSON.parse(text))
      expect(binary(text)).toEqual(JSON.parse(text))
    }
  })

  test('are not looked for in strings', () => {
    const text = JSON.stringify({
      '9007199254740993': 'a "9007199254740993" \\',
      b: ['1e400', '\\"9007199254740993'],
    })
    expect(codec.decodeText(text)).toEqual(JSON.parse(text))
    expect(binary(text)).toEqual(JSON.parse(text))
  })
})

describe.each(['json', 'jsonb'])('%s as string', (type) => {
  const codec = codecFor({ kind: 'converted', type, as: 'string' })

  test('is the text of the value, whatever its numbers', () => {
    const text = '{"id": 9007199254740993, "n": null}'
    const bytes = Buffer.from((type === 'jsonb' ? '\x01' : '') + text)
    expect(codec.decodeText(text)).toBe(text)
    expect(codec.decodeBinary!(bytes, 0, bytes.length)).toBe(text)
    expect(codec.encode(text)).toBe(text)
    expect(codec.decodeText('null')).toBe('null')
    expect(() => codec.encode('\0')).toThrow(EncodeError)
  })
})
