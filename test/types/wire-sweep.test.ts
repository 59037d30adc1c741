import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codecFor } from '../../src/types/codec-for.js'
import { createTestDatabase } from '../support/database.js'

let database: Awaited<ReturnType<typeof createTestDatabase>>
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'none' })
  const types = { getTypeParser: () => (text: string) => text }
  client = new pg.Client({ connectionString: database.url, types })
  await client.connect()
  await client.query(
    `set IntervalStyle = 'iso_8601'; set DateStyle = 'ISO'; set TimeZone = 'Europe/Amsterdam'`,
  )
  await client.query('select setseed(0.25)')
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

/** Rows of `value` from a query: in text, and in binary as hexadecimal. */
async function sweep(type: string, values: string, parameters: unknown[] = []) {
  const { rows } = await client.query<{ value: string; hex: string }>(
    `select value, encode(${type}send(value), 'hex') as hex from (${values}) as source (value)`,
    parameters,
  )
  expect(rows.length).toBeGreaterThan(1000)
  const codec = codecFor(type.replace(/_$/, ''))
  const differing = rows.filter(({ value, hex }) => {
    const bytes = Buffer.from(hex, 'hex')
    const read = [codec.decodeText(value), codec.decodeBinary!(bytes, 0, bytes.length)]
    const [text, binary] = read.map((item) => (item instanceof Date ? item.getTime() : item))
    return !Object.is(text, binary)
  })
  expect(differing).toEqual([])
}

/** A generator of the same random numbers below 2^32 on every run (mulberry32). */
function* randomWords(seed: number): Generator<number, never> {
  for (let state = seed; ; state = (state + 0x6d2b79f5) | 0) {
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    yield (word ^ (word >>> 14)) >>> 0
  }
}

test('float4: every power of two with its neighbours, and random bits', async () => {
  const bits = new Uint32Array(1)
  const float = new Float32Array(bits.buffer)
  const floats: number[] = []
  const add = (word: number) => {
    bits[0] = word
    if (Number.isFinite(float[0])) floats.push(float[0]!)
  }
  for (let exponent = 0; exponent < 255; exponent++)
    for (const step of [-1, 0, 1]) add((exponent << 23) + step)
  for (let mantissa = 0; mantissa < 23; mantissa++) add(1 << mantissa)
  for (const word of randomWords(7)) {
    add(word)
    if (floats.length === 20000) break
  }
  await sweep('float4', 'select unnest($1::float4[])', [`{${floats.join()}}`])
})

test('numeric: all lengths of both parts', async () => {
  await sweep(
    'numeric_',
    `select round((random() * 2 - 1)::numeric * 10::numeric ^ p + random()::numeric * 10::numeric ^ (p - 15), s)
     from generate_series(-20, 40) p, generate_series(0, 45) s`,
  )
})

test('date: from the first to the last', async () => {
  await sweep('date_', `select date '4713-01-01 BC' + n from generate_series(0, 2147483494, 130003) n`)
  await sweep('date_', `select date '0105-01-01 BC' + n from generate_series(0, 80000) n`)
  await sweep('date_', `select date '1895-01-01' + n from generate_series(0, 80000) n`)
})

test('timestamp: from the first to the last', async () => {
  await sweep(
    'timestamp_',
    `select timestamp '4713-01-01 BC' + n * interval '10 days 01:02:03.004' + n % 7 * interval '0.000013 s'
     from generate_series(0, 20000) n`,
  )
  await sweep(
    'timestamp_',
    `select timestamp '294276-12-31 23:59:59.999999' - n * interval '5000 days 01:02:03.000457'
     from generate_series(0, 20000) n`,
  )
})

test('timestamptz: as far as a Date goes, through all changes of offset', async () => {
  await sweep(
    'timestamptz_',
    `select timestamptz '1830-01-01 00:00:00+00' + n * interval '86401.234567 s' from generate_series(0, 73000) n`,
  )
  await sweep(
    'timestamptz_',
    `select timestamptz '4713-01-01 00:00:00+00 BC' + n * interval '1234567891.234567 s'
     from generate_series(0, 7000) n`,
  )
})

test('time and timetz', async () => {
  await sweep('time_', `select time '00:00' + random() * interval '24 h' from generate_series(1, 5000)`)
  await sweep(
    'timetz_',
    `select (timetz '00:00+00' + random() * interval '24 h') at time zone make_interval(secs => n)
     from generate_series(-50000, 50000, 37) n`,
  )
})

test('interval: every mixture of signs', async () => {
  await sweep(
    'interval_',
    `select make_interval(months => m, days => d, secs => s)
     from unnest(array[-2147483648, -25, -12, -1, 0, 1, 11, 12, 25, 2147483647]) m,
          unnest(array[-2147483648, -31, -1, 0, 1, 31, 2147483647]) d,
          unnest(array[-9e11, -86400, -3600, -3599.999999, -60, -0.5, -0.000001, 0, 0.000001, 0.01, 1, 59.9, 60, 3600, 3661.1, 9e11]) s`,
  )
})

test('int8 and float8: random bits', async () => {
  const words = randomWords(11)
  const next = () => words.next().value
  const integers = Array.from({ length: 5000 }, () =>
    BigInt.asIntN(64 - (next() % 60), (BigInt(next()) << 32n) | BigInt(next())),
  )
  await sweep('int8', 'select unnest($1::int8[])', [`{${integers.join()}}`])
  const double = new Float64Array(1)
  const halves = new Uint32Array(double.buffer)
  const doubles = Array.from({ length: 5000 }, () => {
    halves[0] = next()
    halves[1] = next()
    return double[0]!
  })
  await sweep('float8', 'select unnest($1::float8[])', [`{${doubles.join()}}`])
})
