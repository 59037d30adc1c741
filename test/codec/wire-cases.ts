import type {
  CompositeTypeSchema,
  EnumTypeSchema,
  RangeTypeSchema,
  TypeSchema,
} from '../../src/schema/type.js'

/** A type, the SQL that names it, and values to put through it as SQL literals. */
export interface WireCase {
  readonly sql: string
  readonly type: TypeSchema
  readonly values: readonly string[]
  /** How PostgreSQL's text relates to the value, under ISO styles; by default they are the same string. */
  readonly print?: (value: never) => string
}

const array = (element: TypeSchema): TypeSchema => ({ kind: 'array', element })

const range = (name: string, subtype: TypeSchema): RangeTypeSchema => ({
  kind: 'range',
  schema: 'pg_catalog',
  name,
  subtype,
})

export const mood: EnumTypeSchema = {
  kind: 'enum',
  schema: 'public',
  name: 'mood',
  labels: ['sad', 'it\'s "ok"', 'with, comma', 'null', 'été', 'back\\slash'],
}

export const item: CompositeTypeSchema = {
  kind: 'composite',
  schema: 'public',
  name: 'item',
  fields: [
    { property: 'id', name: 'id', type: 'int4' },
    { property: 'label', name: 'label', type: 'text' },
    { property: 'madeAt', name: 'made_at', type: 'timestamptz' },
    { property: 'data', name: 'data', type: 'bytea' },
    { property: '__proto__', name: '__proto__', type: array('numeric') },
  ],
}

export const priced: CompositeTypeSchema = {
  kind: 'composite',
  schema: 'public',
  name: 'priced',
  fields: [
    { property: 'amount', name: 'amount', type: 'money' },
    { property: 'item', name: 'item', type: item },
    { property: 'during', name: 'during', type: range('tsrange', 'timestamp') },
  ],
}

/** Makes the types of the cases that PostgreSQL does not have by itself. */
export const typesSql = `
  create extension if not exists citext;
  create extension if not exists hstore;
  create extension if not exists ltree;
  create type mood as enum (${mood.labels.map((label) => `'${label.replaceAll("'", "''")}'`).join(', ')});
  create domain positive as numeric check (value > 0);
  create domain pair as int4[] check (cardinality(value) = 2);
  create type item as (id int4, label text, made_at timestamptz, data bytea, __proto__ numeric[]);
  create type priced as (amount money, item item, during tsrange);
  create type textrange as range (subtype = text);
`

const strings = [
  '',
  ' ',
  'a',
  'plain',
  'é',
  '日本語',
  '😀',
  'NULL',
  'null',
  '"',
  "'",
  '\\',
  '{a,b}',
  '(1,"x")',
  ',',
  '\n\t',
  'a  ',
]
const quoted = (values: readonly string[]) => values.map((value) => `'${value.replaceAll("'", "''")}'`)

const floats = [
  '0',
  '-0',
  '1',
  '-1',
  '0.1',
  '-0.3',
  '1.5',
  '123456.789',
  '1e10',
  '1e-10',
  '16777216',
  '16777217',
  '33554450',
]
const infinities = ['NaN', 'Infinity', '-Infinity']
const dates = [
  '2000-01-01',
  '1999-12-31',
  '2024-02-29',
  '1900-03-01',
  '1600-02-29',
  '0001-01-01',
  '0001-12-31 BC',
  '0044-03-15 BC',
  '0005-02-28 BC',
  '4713-01-01 BC',
  '9999-12-31',
  '10000-01-01',
  '1970-01-01',
  '5874897-12-31',
]
const times = [
  '00:00:00',
  '23:59:59.999999',
  '24:00:00',
  '04:05:06.7',
  '04:05:06.78',
  '04:05:06.000001',
  '12:30:00',
]
const zones = ['+00', '-07', '+05:30', '-03:30:52', '+15:59:59', '-15:59:59']
const timestamps = [
  '2024-01-02 03:04:05',
  '2024-01-02 03:04:05.123456',
  '1999-12-31 23:59:59.999999',
  '1969-12-31 23:59:59.999999',
  '0044-03-15 12:00:00.5 BC',
  '0001-01-01 00:00:00',
  '10000-01-01 00:00:00',
  '2000-01-01 00:00:00',
  '1883-11-18 12:03:57.9',
]
const intervals = [
  '0',
  '1 year 2 mons 3 days 04:05:06.789',
  '-1 year -2 mons +3 days -04:00:00',
  '1 mon',
  '-1 mon',
  '11 mons',
  '1 day',
  '-1 day',
  '00:00:01',
  '-00:00:00.000001',
  '00:00:59.999999',
  '-00:59:00',
  '100:00:00',
  '-2562047788:00:54.775807',
  '2562047788:00:54.775807',
  '178956970 years 7 mons',
  '-178956970 years -8 mons',
  '2147483647 days',
  '1 year -1 day',
  '-1 day +00:00:01',
]

const int4range = range('int4range', 'int4')
const numrange = range('numrange', 'numeric')
const textrange: RangeTypeSchema = { kind: 'range', schema: 'public', name: 'textrange', subtype: 'text' }

const number = (value: never) => String(value)

export const wireCases: readonly WireCase[] = [
  { sql: 'bool', type: 'bool', values: ['true', 'false'], print: (value) => (value ? 't' : 'f') },
  { sql: 'int2', type: 'int2', values: ["'-32768'", '-1', '0', '1', '32767'], print: number },
  {
    sql: 'int4',
    type: 'int4',
    values: ["'-2147483648'", '-1', '0', '1', '65536', '2147483647'],
    print: number,
  },
  { sql: 'oid', type: 'oid', values: ['0', '1', '2147483648', '4294967295'], print: number },
  {
    sql: 'int8',
    type: 'int8',
    values: [
      "'-9223372036854775808'",
      '-9007199254740993',
      '-4294967297',
      '-4294967296',
      '-1',
      '0',
      '4294967295',
      '4294967296',
      '9007199254740991',
      '9007199254740993',
      '9223372036854775807',
    ],
    print: number,
  },
  {
    sql: 'float4',
    type: 'float4',
    values: quoted([
      ...floats,
      ...infinities,
      '3.4028235e38',
      '-3.4028235e38',
      '1e-45',
      '1.1754944e-38',
      '9.80909e+22',
      '0.3',
      '1.17549421e-38',
      '8.5899346e9',
    ]),
  },
  {
    sql: 'float8',
    type: 'float8',
    values: quoted([
      ...floats,
      ...infinities,
      '1.7976931348623157e308',
      '5e-324',
      '2.2250738585072014e-308',
      '0.30000000000000004',
      '9007199254740993',
    ]),
  },
  {
    sql: 'numeric',
    type: 'numeric',
    values: quoted([
      ...infinities,
      '0',
      '0.00',
      '-0.0',
      '1',
      '-1',
      '10',
      '9999',
      '10000',
      '10001',
      '100000000',
      '1.50',
      '-123456789012345678901234567890.123456789000',
      '0.1',
      '0.0001',
      '0.00010',
      '0.000000001',
      '1e-20',
      '1e30',
      '12345.6789',
      '99999999.99999999',
      '1e1000',
      '1e-1000',
      '-0.00000000000000012300',
      '10000.0001',
      '1e131071',
      '0.' + '0'.repeat(16382) + '1',
    ]),
  },
  { sql: 'money', type: 'money', values: quoted(['0', '-1.5', '1234567.89', '-92233720368547758.08']) },
  { sql: 'text', type: 'text', values: quoted(strings) },
  { sql: 'varchar', type: 'varchar', values: quoted(strings) },
  { sql: 'char(5)', type: 'bpchar', values: quoted(['', 'a', 'abcde', 'é']) },
  { sql: 'name', type: 'name', values: quoted(strings) },
  { sql: 'citext', type: 'citext', values: quoted([...strings, 'MiXeD']) },
  { sql: '"char"', type: 'char', values: ["'a'", "''", "'\\'", '-56', "'\"'"] },
  { sql: 'hstore', type: 'hstore', values: quoted(['', 'a=>1, "b c"=>NULL']) },
  { sql: 'ltree', type: 'ltree', values: quoted(['Top.Science.Astronomy']) },
  {
    sql: 'bytea',
    type: 'bytea',
    values: quoted([
      '',
      '\\x00',
      '\\x5c78',
      '\\x00015c27227fff80',
      'plain text',
      `\\x${'5c00'.repeat(5000)}`,
    ]),
    print: (value: Buffer) => `\\x${value.toString('hex')}`,
  },
  {
    sql: 'uuid',
    type: 'uuid',
    values: quoted([
      '00000000-0000-0000-0000-000000000000',
      'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      '0b5f0e3a-1c7d-4e52-9f6b-3d2a8c4e7f10',
    ]),
  },
  { sql: 'inet', type: 'inet', values: quoted(['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32']) },
  { sql: 'cidr', type: 'cidr', values: quoted(['10.0.0.0/8', '2001:db8::/32']) },
  { sql: 'macaddr', type: 'macaddr', values: quoted(['08:00:2b:01:02:03']) },
  { sql: 'bit(5)', type: 'bit', values: ["B'10101'"] },
  { sql: 'varbit', type: 'varbit', values: ["B''", "B'101'"] },
  { sql: 'tsvector', type: 'tsvector', values: quoted(["'a':1 'fat cat':2,3A"]) },
  { sql: 'xml', type: 'xml', values: quoted(['<a>é</a>', 'text']) },
  { sql: 'point', type: 'point', values: quoted(['(1.5,-2)']) },
  { sql: 'box', type: 'box', values: quoted(['(1,2),(0,0)']) },
  {
    sql: 'json',
    type: 'json',
    values: quoted([
      'null',
      'true',
      '1.5',
      '"x"',
      '[]',
      '{ "a" : [1, null, {"b": "é\\u00e9\\n"}] }',
      '{"__proto__": 1}',
    ]),
    print: JSON.stringify,
  },
  {
    sql: 'jsonb',
    type: 'jsonb',
    values: quoted([
      'null',
      'false',
      '-0.25',
      '""',
      '"a\\"b"',
      '[1, [2, null]]',
      '{"a": {"b": "😀"}}',
      '{"toString": {}}',
    ]),
    print: JSON.stringify,
  },
  { sql: 'date', type: 'date', values: quoted([...dates, 'infinity', '-infinity']) },
  { sql: 'time', type: 'time', values: quoted(times) },
  {
    sql: 'timetz',
    type: 'timetz',
    values: quoted(times.flatMap((time) => zones.map((zone) => time + zone))),
  },
  {
    sql: 'timestamp',
    type: 'timestamp',
    values: quoted([
      ...timestamps,
      'infinity',
      '-infinity',
      '4713-01-01 00:00:00 BC',
      '294276-12-31 23:59:59.999999',
    ]),
  },
  {
    sql: 'timestamptz',
    type: 'timestamptz',
    values: quoted([
      ...timestamps.flatMap((at) => zones.map((zone) => at.replace(/( BC)?$/, `${zone}$1`))),
      '275760-09-13 00:00:00+00',
      '4713-01-01 00:00:00+00 BC',
    ]),
  },
  { sql: 'interval', type: 'interval', values: quoted(intervals) },
  { sql: 'mood', type: mood, values: quoted(mood.labels) },
  {
    sql: 'positive',
    type: { kind: 'domain', schema: 'public', name: 'positive', base: 'numeric' },
    values: ['1.50'],
  },
  {
    sql: 'pair',
    type: { kind: 'domain', schema: 'public', name: 'pair', base: array('int4') },
    values: ["'{1,2}'", "'{3,NULL}'"],
  },

  {
    sql: 'int4[]',
    type: array('int4'),
    values: quoted([
      '{}',
      '{1}',
      '{1,NULL,-3}',
      '{{1,2},{3,4}}',
      '[0:1]={5,6}',
      '[-1:0][2:3]={{1,2},{3,4}}',
      '{{{{{{1}}}}}}',
    ]),
  },
  { sql: 'int8[]', type: array('int8'), values: quoted(['{9223372036854775807,NULL}']) },
  { sql: 'float4[]', type: array('float4'), values: quoted(['{0.1,NaN,-0,Infinity}']) },
  { sql: 'float8[]', type: array('float8'), values: quoted(['{0.1,NaN,-0,-Infinity}']) },
  { sql: 'bool[]', type: array('bool'), values: quoted(['{t,f,NULL}']) },
  { sql: 'numeric[]', type: array('numeric'), values: quoted(['{1.50,NaN,NULL}']) },
  {
    sql: 'text[]',
    type: array('text'),
    values: [
      'array[]::text[]',
      'array[array[]]::text[]',
      `array[${quoted(strings).join(',')}, null]`,
      "array[['a','b'],['{}', null]]",
    ],
  },
  {
    sql: 'bytea[]',
    type: array('bytea'),
    values: ["array['\\x00ff', '', null]::bytea[]", "array['\\x5c22']::bytea[]"],
  },
  { sql: 'uuid[]', type: array('uuid'), values: quoted(['{00000000-0000-0000-0000-000000000000}']) },
  {
    sql: 'jsonb[]',
    type: array('jsonb'),
    values: [
      "array['null', '[1,2]', '{\"a\":\"{,}\"}', '\"x\"']::jsonb[]",
      "array['[[1],[2]]', '[]']::jsonb[]",
    ],
  },
  { sql: 'date[]', type: array('date'), values: quoted(['{2024-01-02,infinity,"0044-03-15 BC"}']) },
  { sql: 'timestamp[]', type: array('timestamp'), values: quoted(['{"2024-01-02 03:04:05.5",NULL}']) },
  { sql: 'timestamptz[]', type: array('timestamptz'), values: quoted(['{"2024-01-02 03:04:05.5+00",NULL}']) },
  { sql: 'interval[]', type: array('interval'), values: quoted(['{"1 day 02:00:00",NULL}']) },
  { sql: 'mood[]', type: array(mood), values: [`array[${quoted(mood.labels).join(',')}, null]::mood[]`] },
  { sql: 'box[]', type: array('box'), values: quoted(['{(1,2),(0,0);(3,4),(1,1)}']) },
  { sql: 'money[]', type: array('money'), values: quoted(['{"1,234.50",NULL}']) },
  { sql: 'inet[]', type: array('inet'), values: quoted(['{10.0.0.1,::1}']) },
  {
    sql: 'pair[]',
    type: array({ kind: 'domain', schema: 'public', name: 'pair', base: array('int4') }),
    values: ["array['{1,2}', '{3,NULL}']::pair[]"],
  },
  {
    sql: 'item[]',
    type: array(item),
    values: [`array[(1, 'a "b", (c)', '2024-01-02 03:04:05.5+00', '\\x5c', '{1.0}'), null]::item[]`],
  },

  { sql: 'int4range', type: int4range, values: quoted(['empty', '[1,5)', '(,5]', '[3,)', '(,)', '[-5,-1]']) },
  { sql: 'int8range', type: range('int8range', 'int8'), values: quoted(['[1,9223372036854775807)']) },
  {
    sql: 'numrange',
    type: numrange,
    values: quoted(['[1.50,2.0]', '(0,0.10)', '(-Infinity,Infinity]', 'empty']),
  },
  {
    sql: 'daterange',
    type: range('daterange', 'date'),
    values: quoted(['[2024-01-01,2024-02-01)', '["0044-03-15 BC",infinity]']),
  },
  {
    sql: 'tsrange',
    type: range('tsrange', 'timestamp'),
    values: quoted(['[2024-01-01 00:00:00.5,infinity]', '(,2024-01-01)']),
  },
  {
    sql: 'tstzrange',
    type: range('tstzrange', 'timestamptz'),
    values: quoted(['[2024-01-01 00:00:00.5+00,2024-02-01+02)']),
  },
  {
    sql: 'textrange',
    type: textrange,
    values: [
      "textrange('', '\"')",
      "textrange('(,)', '[\\]', '(]')",
      "textrange(null, 'a b')",
      "textrange('null', null)",
    ],
  },
  { sql: 'int4range[]', type: array(int4range), values: ["array['[1,5)', 'empty', null]::int4range[]"] },
  {
    sql: 'int4multirange',
    type: { kind: 'multirange', schema: 'pg_catalog', name: 'int4multirange', range: int4range },
    values: quoted(['{}', '{[1,3),[5,9)}', '{(,3),[5,)}']),
  },
  {
    sql: 'nummultirange[]',
    type: array({ kind: 'multirange', schema: 'pg_catalog', name: 'nummultirange', range: numrange }),
    values: ["array['{}', '{[1.5,2],(3,4)}', null]::nummultirange[]"],
  },

  {
    sql: 'item',
    type: item,
    values: [
      'row(null, null, null, null, null)::item',
      "row(1, '', '2024-01-02 03:04:05.5+00', '\\x00', '{}')::item",
      `row(-1, '(a,"b\\")', '0044-03-15 12:00:00+00 BC', '\\x5c22', '{1.0,NULL}')::item`,
    ],
  },
  {
    sql: 'priced',
    type: priced,
    values: [
      `row('1234.5', row(1, ',', null, '\\x5c', '{}'), '[2024-01-01,2024-02-01)')::priced`,
      'row(null, row(null, null, null, null, null), null)::priced',
    ],
  },
]
