import { COUNT_TYPE } from '../../schema/type.js'
import { asString, defineType, type BaseType, type ReadingDefinition, type Total } from '../base-type.js'
import type { Coding } from '../codec.js'
import { stringCodec } from '../text/text.js'
import { float4Codec, float8Codec } from './float.js'
import { int2Codec, int4Codec, int8AsNumberCodec, int8AsStringCodec, int8Codec, oidCodec } from './integer.js'
import { canonicalNumeric, numericAsNumberCodec, numericCodec } from './numeric.js'

const number = { family: 'numeric' }
const integer = { ...number, exactKey: 'integer', plainText: true }

// Of what is read as a number the sum is one as well, checked, and so is the average; of others both are exact strings.
const exact: Total = { type: 'numeric' }
const count: Total = { type: COUNT_TYPE }
const counted: Total = { type: COUNT_TYPE, cast: 'int8' }
const single: Total = { type: 'float4' }
const float: Total = { type: 'float8' }
const rounded: Total = { type: 'float8', cast: 'float8' }

function asNumber(codec: Coding, sum?: Total, avg?: Total): [ReadingDefinition] {
  return [{ row: 'number', codec, sum, avg }]
}

export const numberTypes: readonly BaseType[] = [
  defineType('int2', [21, 1005], 'comparable', { ...integer, readings: asNumber(int2Codec, count, rounded) }),
  defineType('int4', [23, 1007], 'comparable', { ...integer, readings: asNumber(int4Codec, count, rounded) }),
  defineType('int8', [20, 1016], 'comparable', {
    ...integer,
    readings: [
      { row: 'bigint', input: 'bigint | number', codec: int8Codec, sum: exact, avg: exact },
      { row: 'number', input: 'number | bigint', codec: int8AsNumberCodec, sum: counted, avg: rounded },
      { row: 'string', input: 'string | bigint | number', codec: int8AsStringCodec, sum: exact, avg: exact },
    ],
  }),
  defineType('oid', [26, 1028], 'comparable', { plainText: true, readings: asNumber(oidCodec) }),
  defineType('float4', [700, 1021], 'comparable', {
    ...number,
    readings: asNumber(float4Codec, single, float),
  }),
  defineType('float8', [701, 1022], 'comparable', {
    ...number,
    readings: asNumber(float8Codec, float, float),
  }),
  defineType('numeric', [1700, 1231], 'comparable', {
    ...number,
    plainText: true,
    canonical: canonicalNumeric,
    readings: [
      { row: 'string', input: 'string | number | bigint', codec: numericCodec, sum: exact, avg: exact },
      {
        row: 'number',
        input: 'number | bigint | string',
        codec: numericAsNumberCodec,
        sum: { type: { kind: 'converted', type: 'numeric', as: 'number' } },
        avg: rounded,
      },
    ],
  }),
  defineType('money', [790, 791], 'comparable', {
    readings: [{ ...asString(stringCodec('money')), sum: { type: 'money' } }],
  }),
]
