import { EncodeError } from '../../errors.js'
import { int32 } from '../text/bytes.js'
import type { Coding } from '../codec.js'
import { checkWidth, describe, printedAs } from '../describe.js'
import { shortestFloat4 } from './shortest-float4.js'

const floatText = /^(?:-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)|NaN)$/

function encode(name: string, value: unknown): string {
  if (typeof value !== 'number') throw new EncodeError(`${name} takes a number, not ${describe(value)}.`)
  return Object.is(value, -0) ? '-0' : value.toString()
}

// One number seen as words and as a float. Typed arrays have the machine's byte order, hence the look at it.
const words = new Uint32Array(2)
const double = new Float64Array(words.buffer)
const single = new Float32Array(words.buffer)
double[0] = 1
const highWord = words[0] === 0 ? 1 : 0
const lowWord = 1 - highWord

/** `float4`: number, the one that PostgreSQL's shortest text stands for: 0.1 and not 0.10000000149011612. */
export const float4Codec: Coding = {
  decodeText: (text) => Number(printedAs('float4', floatText, text)),
  decodeBinary: (bytes, start, end) => {
    checkWidth('float4', 4, start, end)
    words[0] = int32(bytes, start)
    return shortestFloat4(single[0]!)
  },
  encode: (value) => encode('float4', value),
}

/** `float8`: number, NaN, ±Infinity and −0 included. */
export const float8Codec: Coding = {
  decodeText: (text) => Number(printedAs('float8', floatText, text)),
  decodeBinary: (bytes, start, end) => {
    checkWidth('float8', 8, start, end)
    words[highWord] = int32(bytes, start)
    words[lowWord] = int32(bytes, start + 4)
    return double[0]!
  },
  encode: (value) => encode('float8', value),
}
