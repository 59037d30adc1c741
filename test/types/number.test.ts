import { describe, expect, test } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { DecodeError, EncodeError } from '../../src/errors.js'

describe('integers', () => {
  test.each([
    ['int2', -32768, 32767],
    ['int4', -2147483648, 2147483647],
    ['oid', 0, 4294967295],
  ])('%s takes whole numbers and bigints in its range, nothing else', (name, least, most) => {
    const codec = codecFor(name)
    for (const value of [least, most]) {
      expect(codec.encode(value)).toBe(String(value))
      expect(codec.encode(BigInt(value))).toBe(String(value))
    }
    for (const value of [
      least - 1,
      most + 1,
      BigInt(most) + 1n,
      0.5,
      NaN,
      Infinity,
      '1',
      true,
      {},
      new Date(0),
    ]) {
      expect(() => codec.encode(value)).toThrow(EncodeError)
    }
  })

  test('int8 as number refuses what a number would round', () => {
    const codec = codecFor({ kind: 'converted', type: 'int8', as: 'number' })
    expect(codec.decodeText('-9007199254740991')).toBe(-9007199254740991)
    expect(() => codec.decodeText('9007199254740992')).toThrow(DecodeError)
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(-9007199254740992n)
    expect(() => codec.decodeBinary?.(bytes, 0, 8)).toThrow(/beyond 2\^53/)
    bytes.writeBigInt64BE(42n)
    expect(codec.decodeBinary?.(bytes, 0, 8)).toBe(42)
  })

  test('int8 takes bigints, and numbers only while they are safe integers', () => {
    const codec = codecFor('int8')
    expect(codec.encode(9223372036854775807n)).toBe('9223372036854775807')
    expect(codec.encode(9007199254740991)).toBe('9007199254740991')
    expect(codec.encode(-0)).toBe('0')
    expect(() => codec.encode(9007199254740992)).toThrow(/beyond 2\^53, where integers are rounded.*bigint/)
    for (const value of [9223372036854775808n, -9223372036854775809n, 1.5, NaN, '1', null]) {
      expect(() => codec.encode(value)).toThrow(EncodeError)
    }
  })

  test.each(['int2', 'int4', 'int8', 'oid'])('%s refuses text that is no integer', (name) => {
    for (const text of ['', ' 1', '1.0', '1e3', '0x1', 'NaN']) {
      expect(() => codecFor(name).decodeText(text), text).toThrow(DecodeError)
    }
  })

  test('a binary value of another width is refused, not misread', () => {
    const bytes = Buffer.alloc(16)
    for (const name of [
      'bool',
      'int2',
      'int4',
      'int8',
      'float4',
      'float8',
      'date',
      'timestamptz',
      'timetz',
    ]) {
      expect(() => codecFor(name).decodeBinary?.(bytes, 0, 5), name).toThrow(DecodeError)
    }
  })
})

describe('floats', () => {
  test.each(['float4', 'float8'])('%s writes every number, the sign of zero too', (name) => {
    const codec = codecFor(name)
    expect([0, -0, 0.1, 1e300, NaN, Infinity, -Infinity].map(codec.encode)).toEqual([
      '0',
      '-0',
      '0.1',
      '1e+300',
      'NaN',
      'Infinity',
      '-Infinity',
    ])
    for (const value of ['1', 1n, null, true]) expect(() => codec.encode(value)).toThrow(EncodeError)
  })

  test('float4 in binary is the short decimal that its text is', () => {
    const codec = codecFor('float4')
    for (const value of [0.1, -0.3, 3.4028235e38, 1e-45, 1.1754944e-38, 16777216, 33554448, 8.589935e9]) {
      const bytes = Buffer.alloc(4)
      bytes.writeFloatBE(value)
      expect(codec.decodeBinary!(bytes, 0, 4)).toBe(value)
    }
  })

  test.each(['float4', 'float8'])('%s refuses text that is no number', (name) => {
    for (const text of ['', ' ', '0x10', 'Inf', '1,5']) {
      expect(() => codecFor(name).decodeText(text), text).toThrow(DecodeError)
    }
  })
})

describe('numeric', () => {
  const codec = codecFor('numeric')

  test('takes decimal strings as they are, numbers and bigints', () => {
    for (const text of ['1.50', '-0', '+1', '.5', '5.', '1e-7', 'NaN', '-Infinity', 'inf']) {
      expect(codec.encode(text)).toBe(text)
    }
    expect(codec.encode(1e21)).toBe('1e+21')
    expect(codec.encode(10n ** 40n)).toBe(`1${'0'.repeat(40)}`)
  })

  test('refuses what is no decimal', () => {
    for (const value of [NaN, '', ' ', '1,5', '1.2.3', '.', '1e', '$1', '0x1', '1\n', true, null]) {
      expect(() => codec.encode(value)).toThrow(EncodeError)
    }
    for (const text of ['', '1e5', '.5', '1.']) expect(() => codec.decodeText(text)).toThrow(DecodeError)
  })

  test('prints exactly as many decimals as its scale', () => {
    // 2 digits, weight 0, positive, scale 2: 12.5000 stored, 12.50 shown.
    const bytes = Buffer.from('00020000000000020000000c1388'.replace('0000000c', '000c'), 'hex')
    expect(codec.decodeBinary!(bytes, 0, bytes.length)).toBe('12.50')
  })

  test('refuses bytes that are no numeric', () => {
    expect(() => codec.decodeBinary!(Buffer.alloc(4), 0, 4)).toThrow(DecodeError)
    expect(() => codec.decodeBinary!(Buffer.from('0000000012340000', 'hex'), 0, 8)).toThrow(/sign/)
  })
})
