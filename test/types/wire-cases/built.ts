import type { RangeTypeSchema } from '../../../src/schema/type.js'
import { item, mood, priced } from './own-types.js'
import { strings } from './strings.js'
import type { WireCase } from './wire-case.js'
import { array, quoted, range } from './wire-case.js'

const int4range = range('int4range', 'int4')
const numrange = range('numrange', 'numeric')
const textrange: RangeTypeSchema = { kind: 'range', schema: 'public', name: 'textrange', subtype: 'text' }

export const builtCases: readonly WireCase[] = [
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
