import { boolCodec } from './text/boolean.js'
import { byteaCodec } from './text/bytea.js'
import type { Codec } from './codec.js'
import { dateAsDateCodec } from './times/date-as-date.js'
import { dateCodec } from './times/date.js'
import { float4Codec, float8Codec } from './numbers/float.js'
import { int2Codec, int4Codec, int8AsNumberCodec, int8Codec, oidCodec } from './numbers/integer.js'
import { int8AsStringCodec } from './numbers/int8-as-string.js'
import { intervalCodec } from './times/interval.js'
import { jsonbCodec, jsonCodec } from './json/json.js'
import { numericAsNumberCodec } from './numbers/numeric-as-number.js'
import { numericCodec } from './numbers/numeric.js'
import { charCodec, nameCodec, stringCodec, textCodec } from './text/text.js'
import { timeCodec, timetzCodec } from './times/time.js'
import { timestampAsDateCodec } from './times/timestamp-as-date.js'
import { timestampCodec } from './times/timestamp.js'
import { timestamptzAsStringCodec } from './times/timestamptz-as-string.js'
import { timestamptzCodec } from './times/timestamptz.js'
import { uuidCodec } from './text/uuid.js'

const known: readonly Codec[] = [
  boolCodec,
  int2Codec,
  int4Codec,
  int8Codec,
  int8AsNumberCodec,
  int8AsStringCodec,
  oidCodec,
  float4Codec,
  float8Codec,
  numericCodec,
  numericAsNumberCodec,
  textCodec('text'),
  textCodec('varchar'),
  textCodec('bpchar'),
  textCodec('citext'),
  nameCodec,
  charCodec,
  byteaCodec,
  uuidCodec,
  jsonCodec,
  jsonbCodec,
  dateCodec,
  dateAsDateCodec,
  timeCodec,
  timetzCodec,
  timestampCodec,
  timestampAsDateCodec,
  timestamptzCodec,
  timestamptzAsStringCodec,
  intervalCodec,
]

const byName = new Map(known.map((codec) => [codec.name, codec]))

/** The codec of the base type `name`; every type that is not known here is a string, as PostgreSQL prints it. */
export function baseCodec(name: string): Codec {
  let codec = byName.get(name)
  if (codec === undefined) {
    codec = stringCodec(name)
    byName.set(name, codec)
  }
  return codec
}
