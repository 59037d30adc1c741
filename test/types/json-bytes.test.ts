import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { readJson } from '../../src/types/json/json-bytes.js'
import { jsonCodec } from '../../src/types/json/json.js'
import { JsonWriter, seeded } from './json-documents.js'

/** Reads `text` where it stands among other bytes, as a cell does. */
function read(text: string, before = '"', after = '"]}1e5 "'): unknown {
  const start = Buffer.byteLength(before)
  return readJson(Buffer.from(before + text + after), start, start + Buffer.byteLength(text))
}

/** Tells apart what toEqual takes for the same: −0, the order of properties, own properties from inherited ones. */
function spelled(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spelled).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const kind = Object.getPrototypeOf(value) === Object.prototype ? '' : 'not a plain object'
    const properties = Object.entries(Object.getOwnPropertyDescriptors(value))
    return `${kind}{${properties.map(([key, each]) => `${JSON.stringify(key)}${attributes(each)}:${spelled(each.value)}`).join(',')}}`
  }
  if (typeof value === 'string') return JSON.stringify(value)
  return Object.is(value, -0) ? '-0' : String(value)
}

function attributes({ writable, enumerable, configurable }: PropertyDescriptor): string {
  return writable && enumerable && configurable ? '' : 'not an ordinary property'
}

/** The value, or the error's message. */
function outcome(run: () => unknown): string {
  try {
    return spelled(run())
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

const REFUSED = 'DecodeError'

/** A decimal as an integer and a power of ten, without zeros at its end. */
function decimal(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = (whole + fraction).replace('-', '').replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  if (digits === '') return '0'
  const power = Number(exponent) - fraction.length + all.length - digits.length
  return `${whole.startsWith('-') ? '-' : ''}${digits}e${power}`
}

/** A number that is not the same as the double which it becomes, but for a fraction of no more digits than doubles have. */
function isInexact(number: string): boolean {
  const value = Number(number)
  if (!Number.isFinite(value)) return true
  const [digits = '', power = ''] = decimal(number.replace(/^-/, '')).split('e')
  return (
    decimal(number) !== decimal(String(value)) &&
    (!power.startsWith('-') || value === 0 || digits.length > 17)
  )
}

/** JSON.parse, which takes the nearest double for a number. */
function reference(text: string): string {
  const spelledOut = outcome(() => JSON.parse(text))
  const numbers = text.replaceAll(/"(?:[^"\\]|\\[^])*"/g, ' ').match(/-?\d[\d.e+-]*/gi) ?? []
  return !spelledOut.startsWith('SyntaxError') && numbers.some(isInexact) ? REFUSED : spelledOut
}

function expectSame(text: string): void {
  const expected = reference(text)
  // After a document that is no trouble, the next is not left to JSON.parse at once.
  read('0')
  const outcomeHere = outcome(() => read(text))
  // Of a document that is broken as well, either is told.
  const isRefused =
    outcomeHere.startsWith(REFUSED) && (expected === REFUSED || expected.startsWith('SyntaxError'))
  const actual = isRefused ? expected : outcomeHere
  if (actual !== expected) expect({ text, value: actual }).toEqual({ text, value: expected })
}

test('20,000 documents are read as JSON.parse reads them, again when their keys are known', () => {
  const writer = new JsonWriter(seeded(1))
  for (let index = 0; index < 20000; index++) {
    const text = writer.document()
    expectSame(text)
    expectSame(text)
  }
})

test('20,000 broken documents end in the same errors', () => {
  const random = seeded(2)
  const writer = new JsonWriter(random)
  const inserted = [
    '',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '-',
    '.',
    'e',
    '\u0001',
    'tru',
    ' ',
    '\u00a0',
  ]
  for (let index = 0; index < 20000; index++) {
    const text = writer.document()
    const at = Math.floor(random() * (text.length + 1))
    const piece = inserted[index % inserted.length]!
    const rest = text.slice(at + (piece === '' || random() < 0.5 ? 1 : 0))
    // Half of a surrogate pair cannot be written as UTF-8.
    expectSame(Buffer.from(text.slice(0, at) + piece + rest).toString())
  }
})

test('every prefix of a document ends in the same error, whatever bytes follow', () => {
  const text =
    '{"a": [1.5e3, -0, true, false, null, "x\\n\\u00e9", {"größe": ""}], "b": "ü", "c": 12345678901}'
  for (let length = 0; length <= text.length; length++) {
    const prefix = text.slice(0, length)
    const expected = outcome(() => JSON.parse(prefix))
    expect(outcome(() => read(prefix, '', ''))).toBe(expected)
    expect(outcome(() => read(prefix, '{', text.slice(length)))).toBe(expected)
  }
})

describe('numbers', () => {
  test.each([
    ...[
      '0',
      '-0',
      '-0.0',
      '1',
      '123456789',
      '1234567890',
      '-999999999999999',
      '9007199254740993',
      '1e400',
      '-1e400',
    ],
    ...[
      '1e-400',
      '5e-324',
      '0.1',
      '0.30000000000000004',
      '1700000000.123',
      '123456789.123456789',
      '4.35',
      '1E+2',
    ],
    ...[
      '9007199254740992.5',
      '0.000000000000000000000000000001',
      `1${'0'.repeat(400)}`,
      `0.${'3'.repeat(300)}`,
    ],
    // Half way between two doubles, where rounding is the hardest.
    ...[
      '9007199254740993.0',
      '4503599627370496.5',
      '4503599627370497.5',
      '1.00000000000000011102230246251565',
    ],
    ...[
      '00',
      '01',
      '-',
      '-01',
      '1.',
      '.5',
      '+1',
      '1e',
      '1e+',
      '1.e5',
      '0x1',
      '1..2',
      '1.2.3',
      '--1',
      'NaN',
      'Infinity',
    ],
  ])('%s', (text) => expectSame(text))

  test('100,000 of up to 42 digits are read to the nearest double, or refused', () => {
    const writer = new JsonWriter(seeded(3))
    for (let index = 0; index < 100000; index++) {
      const text = writer.number()
      expectSame(text)
    }
  })

  test('doubles come back from their shortest spelling', () => {
    const random = seeded(4)
    const double = new Float64Array(1)
    const words = new Uint32Array(double.buffer)
    for (let index = 0; index < 100000; index++) {
      words[0] = Math.floor(random() * 2 ** 32)
      words[1] = (Math.floor(random() * 2 ** 20) | ((980 + Math.floor(random() * 100)) << 20)) >>> 0
      const value = read(String(double[0]))
      if (value !== double[0]) expect(value).toBe(double[0])
    }
  })
})

describe('strings', () => {
  test.each(['"', 'a"', '"\u0000"', '"\u001f"', '"\\x"', '"\\u12"', '"\\"', '"\\\\\\"', '"a\\', "'a'"])(
    'refuses %s',
    (text) => expectSame(text),
  )

  test('of every length, with what is special at every place', () => {
    for (const special of ['', 'ü', '😀', '\\"', '\\\\', '\\ud83d', '\n']) {
      for (let length = 0; length < 300; length++) {
        expectSame(`"${'x'.repeat(length)}${special}"`)
        expectSame(`["${special}${'x'.repeat(length)}", "${special}"]`)
      }
    }
  })

  test('bytes that are not UTF-8 are replaced as in any text', () => {
    const pieces = [0xe2, 0x82, 0xff, 0xc0, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x61]
    const random = seeded(5)
    for (let index = 0; index < 2000; index++) {
      const middle = Array.from(
        { length: 1 + (index % 6) },
        () => pieces[Math.floor(random() * pieces.length)]!,
      )
      const bytes = Buffer.from([0x7b, 0x22, ...middle, 0x22, 0x3a, 0x22, ...middle, 0x22, 0x7d])
      expect(readJson(bytes, 0, bytes.length)).toEqual(JSON.parse(bytes.toString()))
    }
  })
})

describe('keys', () => {
  test('the last of the same keys counts, at the place of the first', () => {
    expectSame('{"b": 1, "a": 2, "b": 3}')
    expectSame('{"__proto__": 1, "a": 2, "__proto__": {"x": 3}}')
    expectSame('{"10": 1, "b": 2, "9": 3, "01": 4}')
  })

  test('more of them than are kept, of every length, again and again', () => {
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 3000; index++) {
        expectSame(`{"key": 1, "${'k'.repeat(index % 80)}${index % 1500}": {"key": 2}, "": 3}`)
      }
    }
  })

  test('of the same hash are told apart', () => {
    // 31 times the first character and the second add up to the same.
    for (let round = 0; round < 3; round++)
      expectSame('{"Aa": 1, "BB": 2, "C#": 3, "AaAa": 4, "BBBB": 5, "AaBB": 6}')
  })

  test('what Object.prototype inherits to all is a key as any other', () => {
    const text = '{"constructor": 1, "__proto__": 2, "toString": 3, "__defineGetter__": 4}'
    for (let round = 0; round < 3; round++) expectSame(text)
    for (let round = 0; round < 3; round++) expectSame(`{"a": 1, "b": ${text}}`)
  })

  test('of the value read last are not those of the next', () => {
    const bytes = Buffer.from('{"first": "aaaaaaaaaaaaaaaaaaaa"}')
    const values = [readJson(bytes, 0, bytes.length), readJson(bytes, 0, bytes.length)]
    bytes.write('{"other": "bbbbbbbbbbbbbbbbbbbb"}')
    values.push(readJson(bytes, 0, bytes.length), readJson(bytes, 0, bytes.length))
    const [first, other] = [{ first: 'a'.repeat(20) }, { other: 'b'.repeat(20) }]
    expect(values).toEqual([first, first, other, other])
  })
})

test('documents nested deeper than the stack', () => {
  for (const depth of [63, 64, 65, 1000, 100000]) {
    const text = `${'['.repeat(depth)}1${']'.repeat(depth)}`
    let value = read(text)
    let found = 0
    for (; Array.isArray(value); value = (value as unknown[])[0]) found++
    expect([found, value]).toEqual([depth, 1])
  }
  expectSame(`${'{"a":'.repeat(200)}[]${'}'.repeat(200)}`)
  expectSame('['.repeat(100))
})

test('documents after many that were left to JSON.parse', () => {
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 100; index++) read(`{"${round * 100 + index}-${'k'.repeat(20)}": ${index}}`)
    for (let index = 0; index < 20; index++) expectSame(`{"a": ${index}, "b": [${index}.5, "x"]}`)
    for (let index = 0; index < 20; index++) expectSame(`{"a": ${index}, "b": [${index}.5, "x"`)
  }
})

test('long lists of numbers, and short ones before other things', () => {
  const numbers = (length: number) => Array.from({ length }, (_, index) => index * 1.25)
  for (const length of [7, 8, 9, 64, 1000]) {
    expectSame(JSON.stringify(numbers(length)))
    expectSame(JSON.stringify({ a: numbers(length), b: 'x'.repeat(1000), c: numbers(length) }))
  }
})

test('a value keeps no hold of the bytes that it was read from', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const values: unknown[] = []
  const bytes = ((): WeakRef<ArrayBufferLike> => {
    const read = Buffer.from(new ArrayBuffer(4096))
    const length = read.write(
      JSON.stringify({ held: 'x'.repeat(100), list: ['y'.repeat(20), 1.5, 'ü'.repeat(30)] }),
    )
    values.push(readJson(read, 0, length), readJson(read, 0, length))
    return new WeakRef(read.buffer)
  })()
  await new Promise((resolve) => setTimeout(resolve, 10))
  collect()
  expect(bytes.deref()).toBeUndefined()
  expect(values).toHaveLength(2)
})

test('errors name the type', () => {
  expect(() => jsonCodec.decodeBinary!(Buffer.from('[1,]'), 0, 4)).toThrow(
    /json value is not valid JSON: a string of \d+ characters/,
  )
})
