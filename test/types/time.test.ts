import { afterEach, describe, expect, test } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { DecodeError, EncodeError } from '../../src/errors.js'

const styles = { DateStyle: /DateStyle to 'ISO'/, IntervalStyle: /IntervalStyle/ }

test.each([
  ['date', ['02/01/2024', '01-02-2024', '02.01.2024', '2024-01-02 BCE', '']],
  ['timestamp', ['Tue Jan 02 03:04:05 2024', '01/02/2024 03:04:05', '02.01.2024 03:04:05', '2024-01-02']],
  ['timestamptz', ['Tue Jan 02 03:04:05 2024 CET', '01/02/2024 03:04:05 CET', '2024-01-02 03:04:05']],
])('%s in another style than ISO is refused, with the setting to change', (name, texts) => {
  for (const text of texts) expect(() => codecFor(name).decodeText(text), text).toThrow(styles.DateStyle)
})

test.each([
  ['date', '2024-01-02'],
  ['time', '04:05'],
  ['timetz', '04:05+02'],
  ['timestamp', '2024-01-02'],
  ['timestamptz', 'now'],
  ['interval', '1 day'],
])('%s takes strings', (name, taken) => {
  const codec = codecFor(name)
  expect(codec.encode(taken)).toBe(taken)
  for (const value of ['', ' ', '\0', 1, true, null, {}])
    expect(() => codec.encode(value)).toThrow(EncodeError)
})

test.each(['date', 'time', 'timestamp', 'interval'])(
  '%s takes no Date: it has no one meaning there',
  (name) => {
    expect(() => codecFor(name).encode(new Date(0))).toThrow(EncodeError)
  },
)

describe('timestamptz', () => {
  const codec = codecFor('timestamptz')
  const zone = process.env.TZ

  const binary = (microseconds: bigint): unknown => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(microseconds)
    return codec.decodeBinary!(bytes, 0, 8)
  }

  afterEach(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  test.each(['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'])(
    'is the same instant in a process in %s',
    (TZ) => {
      process.env.TZ = TZ
      for (const [text, iso] of [
        ['2024-01-02 03:04:05+00', '2024-01-02T03:04:05.000Z'],
        ['2024-03-10 02:30:00.5+05:30', '2024-03-09T21:00:00.500Z'],
        ['1937-06-30 12:00:00+00:19:32', '1937-06-30T11:40:28.000Z'],
        ['0099-12-31 23:59:59-07:52:58', '0100-01-01T07:52:57.000Z'],
        ['0001-01-01 00:00:00+00 BC', '0000-01-01T00:00:00.000Z'],
        ['0044-03-15 12:00:00+00 BC', '-000043-03-15T12:00:00.000Z'],
        ['10000-01-01 00:00:00+00', '+010000-01-01T00:00:00.000Z'],
      ] as const) {
        expect((codec.decodeText(text) as Date).toISOString(), text).toBe(iso)
      }
      expect(codec.encode(new Date('2024-03-10T02:30:00.050Z'))).toBe('2024-03-10 02:30:00.05+00')
    },
  )

  test('cuts microseconds to the millisecond before, never to one after', () => {
    for (const [text, microseconds, iso] of [
      ['2000-01-01 00:00:00.001999+00', 1999n, '2000-01-01T00:00:00.001Z'],
      ['1999-12-31 23:59:59.999999+00', -1n, '1999-12-31T23:59:59.999Z'],
      ['1969-12-31 23:59:59.9985+00', -946684800001500n, '1969-12-31T23:59:59.998Z'],
    ] as const) {
      expect((codec.decodeText(text) as Date).toISOString()).toBe(iso)
      expect((binary(microseconds) as Date).toISOString()).toBe(iso)
    }
  })

  test('throws for what a Date cannot hold', () => {
    const last = 8640000000000000n * 1000n - 946684800000000n
    expect((binary(last) as Date).getTime()).toBe(8.64e15)
    expect(codec.decodeText('275760-09-13 00:00:00+00')).toEqual(new Date(8.64e15))
    expect(() => binary(last + 1000n)).toThrow(
      expect.objectContaining({ value: '275760-09-13 00:00:00.001+00' }),
    )
    expect(() => codec.decodeText('275760-09-13 00:00:00.001+00')).toThrow(DecodeError)
    expect(() => codec.decodeText('294276-12-31 23:59:59.999999+00')).toThrow(/Date cannot hold/)
    for (const [text, microseconds] of [
      ['infinity', 2n ** 63n - 1n],
      ['-infinity', -(2n ** 63n)],
    ] as const) {
      expect(() => codec.decodeText(text)).toThrow(`Date cannot hold a timestamptz that is ${text}`)
      expect(() => binary(microseconds)).toThrow(`Date cannot hold a timestamptz that is ${text}`)
    }
  })

  test('writes Dates of every year in UTC', () => {
    for (const [iso, text] of [
      ['2024-01-02T03:04:05.678Z', '2024-01-02 03:04:05.678+00'],
      ['1969-12-31T23:59:59.999Z', '1969-12-31 23:59:59.999+00'],
      ['0000-12-31T00:00:00.000Z', '0001-12-31 00:00:00+00 BC'],
      ['-000043-03-15T12:00:00.000Z', '0044-03-15 12:00:00+00 BC'],
      ['+010000-01-01T00:00:00.000Z', '10000-01-01 00:00:00+00'],
    ] as const) {
      expect(codec.encode(new Date(iso))).toBe(text)
      expect(codec.decodeText(text)).toEqual(new Date(iso))
    }
    expect(() => codec.encode(new Date(NaN))).toThrow(/valid Date/)
  })
})

describe('interval', () => {
  const codec = codecFor('interval')

  const binary = (microseconds: bigint, days: number, months: number): unknown => {
    const bytes = Buffer.alloc(16)
    bytes.writeBigInt64BE(microseconds)
    bytes.writeInt32BE(days, 8)
    bytes.writeInt32BE(months, 12)
    return codec.decodeBinary!(bytes, 0, 16)
  }

  test.each([
    ['00:00:00', 'PT0S'],
    ['1 year 2 mons 3 days 04:05:06.789', 'P1Y2M3DT4H5M6.789S'],
    ['-1 years -2 mons +3 days -04:00:00', 'P-1Y-2M3DT-4H'],
    ['1 mon', 'P1M'],
    ['-00:00:00.000001', 'PT-0.000001S'],
    ['2562047788:00:54.775807', 'PT2562047788H54.775807S'],
  ])('%s in the style of PostgreSQL is %s', (text, iso) => {
    expect(codec.decodeText(text)).toBe(iso)
    expect(codec.decodeText(iso)).toBe(iso)
  })

  test('is exact to the ends of its range', () => {
    expect(binary(-(2n ** 63n), -(2 ** 31), -(2 ** 31) + 1)).toBe(
      'P-178956970Y-7M-2147483648DT-2562047788H-54.775808S',
    )
    expect(binary(0n, 0, 0)).toBe('PT0S')
    expect(binary(2n ** 63n - 1n, 2 ** 31 - 1, 2 ** 31 - 1)).toBe('infinity')
    expect(binary(-(2n ** 63n), -(2 ** 31), -(2 ** 31))).toBe('-infinity')
    expect(codec.decodeText('-infinity')).toBe('-infinity')
  })

  test('in any other style is refused, with the setting to change', () => {
    for (const text of [
      '@ 1 day ago',
      '@ 0',
      '1-2',
      '+1-2 +3 +4:05:06',
      '3 4:05:06',
      '0',
      '',
      'P',
      'PT',
      'P1DT',
    ]) {
      expect(() => codec.decodeText(text), text).toThrow(styles.IntervalStyle)
    }
  })
})
