import type { TypeSchema } from '../../src/schema/type.js'
import type { Random } from './random.js'

/** A type, its column in SQL, and values of it: those at the edges, and any number of random ones. */
export interface TypeCase {
  readonly sql: string
  readonly type: TypeSchema
  readonly edges: readonly unknown[]
  readonly random: (random: Random) => unknown
}

// At most six digits, and no decimal midway between two float4s, which would be rounded to either.
const float4 = (random: Random): number =>
  Number(`${int4(random) % 1_000_000}e${between(random, -30, 0)}`) || 0
const digits = (random: Random, length: number): string =>
  Array.from({ length }, () => random.below(10)).join('')
const between = (random: Random, from: number, to: number): number => from + random.below(to - from + 1)
const two = (value: number): string => String(value).padStart(2, '0')
const fraction = (random: Random): string => random.pick(['', '.5', '.000001', '.999999', '.123'])
const texts = [
  '',
  'a',
  ' ',
  'NULL',
  'null',
  '{}',
  '{a,b}',
  '"',
  "'",
  '\\',
  '\\x00',
  '$1',
  '%_',
  'é漢🦆',
  '\t\n\r',
  '(,)',
  'P1D',
]
const text = (random: Random): string =>
  random.pick(texts) + random.pick(texts) + digits(random, random.below(5))
const int4 = (random: Random): number => random.below(2 ** 32) - 2 ** 31
const bytes = (random: Random): Buffer =>
  Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)))
const date = (random: Random): string =>
  `${String(between(random, 1, 4712)).padStart(4, '0')}-${two(between(random, 1, 12))}-${two(between(random, 1, 28))}${random.pick(['', '', ' BC'])}`
const time = (random: Random): string =>
  `${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}${fraction(random)}`
const moment = (random: Random): Date =>
  new Date((random.below(2 ** 32) - 2 ** 31) * random.pick([1, 1000, 60_000]) + random.below(1000))
const numeric = (random: Random): string =>
  `${random.pick(['', '-'])}${between(random, 1, 9)}${digits(random, random.below(30))}${random.pick(['', `.${digits(random, 1 + random.below(20))}`])}`
const hex = (random: Random, length: number): string =>
  Array.from({ length }, () => random.below(16).toString(16)).join('')

function float8(random: Random): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setUint32(0, random.below(2 ** 32))
  view.setUint32(4, random.below(2 ** 32))
  return view.getFloat64(0)
}

function json(random: Random, depth = 3): unknown {
  switch (random.below(depth > 0 ? 7 : 5)) {
    case 0:
      return int4(random) / random.pick([1, 3, 1000])
    case 1:
      return text(random)
    case 2:
      return random.pick([true, false])
    // At the top it would be read as SQL's NULL is.
    case 3:
      return depth === 3 ? 0 : null
    case 4:
      return random.pick([{}, []])
    case 5:
      return Array.from({ length: random.below(4) }, () => json(random, depth - 1))
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [text(random), json(random, depth - 1)]),
      )
  }
}

function interval(random: Random): string {
  const sign = random.pick(['', '-'])
  const part = (unit: string, most: number): string => {
    const value = random.below(most + 1)
    return value === 0 ? '' : `${random.pick([sign])}${value}${unit}`
  }
  const days = `${part('Y', 5000)}${part('M', 11)}${part('D', 1000)}`
  const seconds = random.below(60)
  const clock = `${part('H', 1000)}${part('M', 59)}${seconds === 0 ? '' : `${sign}${seconds}${fraction(random).replace(/0+$/, '')}S`}`
  return days + clock === '' ? 'PT0S' : `P${days}${clock === '' ? '' : `T${clock}`}`
}

const empty = { lower: null, upper: null, bounds: 'empty' }
const unlimited = { lower: null, upper: null, bounds: '()' }
const intRange = (random: Random): unknown => {
  const lower = between(random, -1000, 1000)
  return random.pick([
    { lower, upper: lower + 1 + random.below(50), bounds: '[)' },
    { lower, upper: null, bounds: '[)' },
    { lower: null, upper: lower, bounds: '()' },
    empty,
  ])
}
const timeRange = (random: Random): unknown => {
  const lower = moment(random)
  const bounds = random.pick(['[)', '[]', '(]', '()'])
  return { lower, upper: new Date(lower.getTime() + 1 + random.below(1e9)), bounds }
}

const int4range = { kind: 'range', schema: 'pg_catalog', name: 'int4range', subtype: 'int4' } as const
const tstzrange = { kind: 'range', schema: 'pg_catalog', name: 'tstzrange', subtype: 'timestamptz' } as const
const labels = ['calm', 'not so calm', 'a,"b"', "it's", 'ünïcode', 'NULL']
const mood = { kind: 'enum', schema: 'public', name: 'mood', labels } as const
const spot = {
  kind: 'composite',
  schema: 'public',
  name: 'spot',
  fields: [
    { property: 'label', name: 'label', type: 'text' },
    { property: 'takenAt', name: 'taken_at', type: 'timestamptz' },
    { property: 'sizes', name: 'sizes', type: { kind: 'array', element: 'numeric' } },
    { property: 'mood', name: 'mood', type: mood },
  ],
} as const
const spots = (random: Random): unknown => ({
  label: random.pick([null, text(random)]),
  takenAt: random.pick([null, moment(random)]),
  sizes: random.pick([null, [], [numeric(random), null]]),
  mood: random.pick([null, ...labels]),
})

/** The types that the cases need. */
export const everyValueTypes = `
  CREATE TYPE mood AS ENUM (${labels.map((label) => `'${label.replaceAll("'", "''")}'`).join(', ')});
  CREATE TYPE spot AS (label text, taken_at timestamptz, sizes numeric[], mood mood);
  CREATE DOMAIN weekday AS int2 CHECK (value BETWEEN 1 AND 7);`

const scalars: TypeCase[] = [
  { sql: 'int2', type: 'int2', edges: [-32768, 32767, 0], random: (random) => random.below(65536) - 32768 },
  { sql: 'int4', type: 'int4', edges: [-(2 ** 31), 2 ** 31 - 1, 0], random: int4 },
  {
    sql: 'int8',
    type: 'int8',
    edges: [-(2n ** 63n), 2n ** 63n - 1n, 0n, 2n ** 53n + 1n],
    random: (random) => BigInt.asIntN(64, BigInt(`0x${hex(random, 16)}`)),
  },
  { sql: 'oid', type: 'oid', edges: [0, 2 ** 32 - 1], random: (random) => random.below(2 ** 32) },
  {
    sql: 'float4',
    type: 'float4',
    edges: [NaN, Infinity, -Infinity, -0, 0.1, 1e-45, 3.4028235e38],
    random: float4,
  },
  {
    sql: 'float8',
    type: 'float8',
    edges: [NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE, 0.1 + 0.2, 2 ** 53 + 2],
    random: float8,
  },
  {
    sql: 'numeric',
    type: 'numeric',
    edges: ['NaN', 'Infinity', '-Infinity', '0', '0.000', '-0.5', '9'.repeat(100), `0.${'0'.repeat(60)}1`],
    random: numeric,
  },
  {
    sql: 'money',
    type: 'money',
    edges: ['-$92,233,720,368,547,758.08', '$0.00'],
    random: (random) => `$${between(random, 1, 999)},${digits(random, 3)}.${digits(random, 2)}`,
  },
  { sql: 'bool', type: 'bool', edges: [true, false], random: (random) => random.pick([true, false]) },
  { sql: 'text', type: 'text', edges: [...texts, 'x'.repeat(20_000)], random: text },
  { sql: 'varchar(300)', type: 'varchar', edges: texts, random: text },
  { sql: 'char(3)', type: 'bpchar', edges: ['   ', 'abc'], random: (random) => digits(random, 3) },
  {
    sql: 'bytea',
    type: 'bytea',
    edges: [Buffer.alloc(0), Buffer.from([0, 255, 92, 39, 120]), Buffer.alloc(3000, 7)],
    random: bytes,
  },
  {
    sql: 'date',
    type: 'date',
    edges: ['infinity', '-infinity', '4713-11-24 BC', '5874897-12-31', '2024-02-29'],
    random: date,
  },
  {
    sql: 'time',
    type: 'time',
    edges: ['00:00:00', '24:00:00', '23:59:59.999999'],
    random: (random) => time(random),
  },
  {
    sql: 'timetz',
    type: 'timetz',
    edges: ['24:00:00-15:59:59', '00:00:00+15:59', '12:00:00+05:45'],
    random: (random) => `${time(random)}${random.pick(['+00', '-11', '+05:30'])}`,
  },
  {
    sql: 'timestamp',
    type: 'timestamp',
    edges: [
      'infinity',
      '-infinity',
      '4713-11-24 00:00:00 BC',
      '294276-12-31 23:59:59.999999',
      '2024-03-31 02:30:00',
    ],
    random: (random) => date(random).replace(/^\S+/, `$& ${time(random)}`),
  },
  {
    sql: 'timestamptz',
    type: 'timestamptz',
    edges: [
      new Date(0),
      new Date(-1),
      new Date(8.64e15),
      new Date('-004712-01-01T00:00:00Z'),
      new Date('2024-10-27T00:59:59.999Z'),
    ],
    random: moment,
  },
  {
    sql: 'interval',
    type: 'interval',
    edges: ['PT0S', 'P178000000Y', 'P-178000000Y', 'P1Y2M-3DT-4H', 'PT2562047788H54.775807S', 'PT-0.000001S'],
    random: interval,
  },
  { sql: 'json', type: 'json', edges: [{}, [], '', 0, false, { a: [null, { b: '{"' }] }], random: json },
  {
    sql: 'jsonb',
    type: 'jsonb',
    edges: [{}, [], '', 0, false, [[]], { proto: 1, '': null }, 1e300],
    random: json,
  },
  {
    sql: 'uuid',
    type: 'uuid',
    edges: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    random: (random) => [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-'),
  },
  {
    sql: 'inet',
    type: 'inet',
    edges: ['0.0.0.0/0', '255.255.255.255', '::', '::1/64', 'fe80::1:2'],
    random: (random) => [1, 2, 3, 4].map(() => random.below(256)).join('.'),
  },
  {
    sql: 'macaddr',
    type: 'macaddr',
    edges: ['00:00:00:00:00:00'],
    random: (random) => [1, 2, 3, 4, 5, 6].map(() => hex(random, 2)).join(':'),
  },
  {
    sql: 'varbit',
    type: 'varbit',
    edges: ['', '0', '1'.repeat(70)],
    random: (random) => Array.from({ length: random.below(30) }, () => random.below(2)).join(''),
  },
  { sql: 'mood', type: mood, edges: labels, random: (random) => random.pick(labels) },
  {
    sql: 'weekday',
    type: { kind: 'domain', schema: 'public', name: 'weekday', base: 'int2' },
    edges: [1, 7],
    random: (random) => between(random, 1, 7),
  },
  { sql: 'int4range', type: int4range, edges: [empty, unlimited], random: intRange },
  { sql: 'tstzrange', type: tstzrange, edges: [empty, unlimited], random: timeRange },
  {
    sql: 'int4multirange',
    type: { kind: 'multirange', schema: 'pg_catalog', name: 'int4multirange', range: int4range },
    edges: [[], [unlimited]],
    random: (random) =>
      [0, 100, 200]
        .slice(random.below(3))
        .map((start) => ({ lower: start, upper: start + 1 + random.below(90), bounds: '[)' })),
  },
  {
    sql: 'spot',
    type: spot,
    edges: [{ label: '', takenAt: null, sizes: ['NaN'], mood: 'a,"b"' }],
    random: (random) => ({ ...(spots(random) as object), label: text(random) }),
  },
]

const printedMoment = (random: Random): string =>
  `${date(random)
    .replace(/ BC$/, '')
    .replace(/^000\d/, '2024')} ${time(random)}+00`
const midnight = (random: Random): Date => new Date(between(random, -100_000, 100_000) * 86_400_000)

/** Types that are read otherwise than by default. */
const converted: TypeCase[] = [
  {
    sql: 'int8',
    type: { kind: 'converted', type: 'int8', as: 'number' },
    edges: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0],
    random: int4,
  },
  {
    sql: 'int8',
    type: { kind: 'converted', type: 'int8', as: 'string' },
    edges: [`${2n ** 63n - 1n}`, `${-(2n ** 63n)}`, '0'],
    random: (random) => BigInt.asIntN(64, BigInt(`0x${hex(random, 16)}`)).toString(),
  },
  {
    sql: 'numeric',
    type: { kind: 'converted', type: 'numeric', as: 'number' },
    edges: [NaN, Infinity, -Infinity, 0, 0.1, -12.5, 1e20, 123456789.012345],
    random: (random) => int4(random) / 100,
  },
  {
    sql: 'timestamptz',
    type: { kind: 'converted', type: 'timestamptz', as: 'string' },
    edges: ['infinity', '-infinity', '2024-10-27 00:30:00.000001+00', '0044-03-15 12:00:00+00 BC'],
    random: printedMoment,
  },
  {
    sql: 'timestamp',
    type: { kind: 'converted', type: 'timestamp', as: 'Date' },
    edges: [new Date(0), new Date(-1), new Date(8.64e15)],
    random: moment,
  },
  {
    sql: 'date',
    type: { kind: 'converted', type: 'date', as: 'Date' },
    edges: [new Date(0), new Date(-86_400_000), new Date(8.64e15)],
    random: midnight,
  },
  {
    sql: 'tstzrange',
    type: {
      kind: 'range',
      schema: 'pg_catalog',
      name: 'tstzrange',
      subtype: { kind: 'converted', type: 'timestamptz', as: 'string' },
    },
    edges: [empty, unlimited],
    random: (random) => ({ lower: printedMoment(random), upper: 'infinity', bounds: '[)' }),
  },
  {
    sql: 'spot',
    type: {
      ...spot,
      fields: spot.fields.map((field) =>
        field.type === 'timestamptz'
          ? { ...field, type: { kind: 'converted', type: 'timestamptz', as: 'string' } }
          : field,
      ),
    },
    edges: [{ label: '', takenAt: 'infinity', sizes: null, mood: null }],
    random: (random) => ({ ...(spots(random) as object), takenAt: printedMoment(random) }),
  },
]

/** Arrays of each type, flat and in two dimensions, NULLs inside. */
function arrayOf({ sql, type, edges, random }: TypeCase): TypeCase {
  const some = (source: Random): unknown[] =>
    Array.from({ length: source.below(5) }, () => source.pick([null, random(source), source.pick(edges)]))
  const rows = (source: Random): unknown[] => [0, 1].map(() => [random(source), null, source.pick(edges)])
  // An array of arrays cannot be told from an array of values that are arrays.
  const nested = !/json|multirange/.test(sql)
  return {
    sql: `${sql}[]`,
    type: { kind: 'array', element: type },
    edges: [[], [null], [...edges], ...(nested ? [[edges.map((edge) => edge)]] : [])],
    random: (source) => (nested && source.below(3) === 0 ? rows(source) : some(source)),
  }
}

const single = [...scalars, ...converted]

export const everyValue: readonly TypeCase[] = [...single, ...single.map(arrayOf)]
