import { describe, expect, test } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { DecodeError, EncodeError } from '../../src/errors.js'

test.each(['text', 'varchar', 'bpchar', 'name', 'citext', 'xml', 'tsvector', 'inet', 'some_extension_type'])(
  '%s takes any string that PostgreSQL can hold, and only strings',
  (name) => {
    const codec = codecFor(name)
    for (const text of ['', ' a ', 'é', '😀', 'null', '\\']) expect(codec.encode(text)).toBe(text)
    for (const value of [1, 1n, true, {}, [], null, undefined, Buffer.from('a')]) {
      expect(() => codec.encode(value)).toThrow(EncodeError)
    }
    expect(() => codec.encode('a\0b')).toThrow(/\\u0000/)
    expect(() => codec.encode('a\ud83d')).toThrow(/surrogate/)
    expect(() => codec.encode('\ude00a')).toThrow(/surrogate/)
  },
)

test('text is read from the middle of a buffer, in any length and script', () => {
  const { decodeBinary } = codecFor('text')
  for (const text of [
    '',
    'a',
    'ab',
    'abc',
    'abcd',
    'abcde',
    'é',
    'aé',
    'éé',
    '€',
    '😀',
    'a😀',
    'x'.repeat(10000),
  ]) {
    const bytes = Buffer.from(`<${text}>`)
    expect(decodeBinary!(bytes, 1, bytes.length - 1)).toBe(text)
  }
})

test('name refuses what PostgreSQL would cut', () => {
  expect(codecFor('name').encode('é'.repeat(31))).toBe('é'.repeat(31))
  expect(() => codecFor('name').encode('é'.repeat(32))).toThrow(/63 bytes/)
})

test('"char" holds one byte', () => {
  const codec = codecFor('char')
  for (const text of ['', 'a', '\\', '\\310']) expect(codec.encode(text)).toBe(text)
  for (const text of ['ab', 'é', '\\400', '\\1']) expect(() => codec.encode(text)).toThrow(EncodeError)
  expect(codec.decodeBinary!(Buffer.from([0, 65, 200]), 0, 1)).toBe('')
  expect(codec.decodeBinary!(Buffer.from([0, 65, 200]), 1, 2)).toBe('A')
  expect(codec.decodeBinary!(Buffer.from([0, 65, 200]), 2, 3)).toBe('\\310')
})

test('bool', () => {
  const codec = codecFor('bool')
  expect(['t', 'f'].map(codec.decodeText)).toEqual([true, false])
  for (const text of ['true', '1', '']) expect(() => codec.decodeText(text)).toThrow(DecodeError)
  for (const value of [1, 0, 'true', null]) expect(() => codec.encode(value)).toThrow(EncodeError)
})

test('uuid is read in lower case, and checked when written', () => {
  const codec = codecFor('uuid')
  const id = '0b5f0e3a-1c7d-4e52-9f6b-3d2a8c4e7f10'
  expect(codec.encode(id.toUpperCase())).toBe(id)
  for (const value of [`${id} `, id.slice(1), id.replace('b', 'g'), '', 1, Buffer.alloc(16)]) {
    expect(() => codec.encode(value), String(value)).toThrow(EncodeError)
  }
  expect(() => codec.decodeText(id.toUpperCase())).toThrow(DecodeError)
})

describe('bytea', () => {
  const codec = codecFor('bytea')

  test('is copied: what is read outlives the buffer it came in', () => {
    const socket = Buffer.alloc(100_000, 7)
    for (const length of [0, 1, 100, 90_000]) {
      const value = codec.decodeBinary!(socket, 5, 5 + length) as Buffer
      expect(value).toEqual(Buffer.alloc(length, 7))
      expect(value.buffer).not.toBe(socket.buffer)
    }
    const value = codec.decodeBinary!(socket, 0, 90_000) as Buffer
    expect(value.buffer.byteLength).toBe(90_000)
    socket.fill(0)
    expect(value).toEqual(Buffer.alloc(90_000, 7))
  })

  test('is read from both settings of bytea_output', () => {
    for (const [text, hex] of [
      ['\\x', ''],
      ['\\x00fF', '00ff'],
      ['', ''],
      ['a\\\\x\\000\\377"', '615c7800ff22'],
    ] as const) {
      expect(codec.decodeText(text), text).toEqual(Buffer.from(hex, 'hex'))
    }
    for (const text of ['\\x0', '\\xzz', '\\x00g0', 'a\\', '\\40', '\\400']) {
      expect(() => codec.decodeText(text), text).toThrow(DecodeError)
    }
  })

  test('takes any Uint8Array, and of a view only what it shows', () => {
    const bytes = Uint8Array.from([1, 2, 3, 4])
    expect(codec.encode(bytes.subarray(1, 3))).toEqual(Buffer.from([2, 3]))
    for (const value of ['\\x00', [1, 2], bytes.buffer, {}]) {
      expect(() => codec.encode(value)).toThrow(EncodeError)
    }
  })
})

test('an enum is one of its labels, by both ways', () => {
  const codec = codecFor({
    kind: 'enum',
    schema: 'shop',
    name: 'status',
    labels: ['open', 'on hold', '__proto__'],
  })
  for (const label of ['open', 'on hold', '__proto__']) {
    expect(codec.encode(label)).toBe(label)
    expect(codec.decodeText(label)).toBe(label)
  }
  expect(() => codec.encode('shut')).toThrow(
    /shop\.status takes "open", "on hold", "__proto__", not a string of 4 characters/,
  )
  expect(() => codec.encode('toString')).toThrow(EncodeError)
  expect(() => codec.decodeText('shut')).toThrow(/does not know, a string of 4 characters\. Generate again/)
  expect(() => codec.decodeBinary!(Buffer.from('shut'), 0, 4)).toThrow(DecodeError)
})
