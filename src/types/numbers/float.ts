import { int32 } from '../text/bytes.js'
import type { Coding } from '../codec.js'
import { checkWidth, misfit, unrecognised } from '../describe.js'
import { shortestFloat4 } from './shortest-float4.js'

const floatText = /^(?:-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)|NaN)$/

function decode(name: string, text: string): number {
  if (!floatText.test(text)) throw unrecognised(name, text)
  return Number(text)
}

function encode(name: string, value: unknown): string {
  if (typeof value !== 'number') throw misfit(`${name} takes a number`, value)
  return Object.is(value, -0) ? '-0' : value.toString()
}

// One number seen as words and as a float. Typed arrays have the machine's byte order, hence the look at it.
const words = new Uint32Array(2)
const double = new Float64Array(words.buffer)
const single = new Float32Array(words.buffer)
double[0] = 1
const highWord = words[0] === 0 ? 1 : 0
const lowWord = 1 - highWord

/**
 * `float4`: number, the one that PostgreSQL's shortest text stands for: `0.1::float4` is 0.1 and not
 * 0.10000000149011612.
 */
export const float4Codec: Coding = {
  decodeText: (text) => decode('float4', text),
  decodeBinary: (bytes, start, end) => {
    checkWidth('float4', 4, start, end)
    words[0] = int32(bytes, start)
    return shortestFloat4(single[0]!)
  },
  encode: (value) => encode('float4', value),
}

/** `float8`: number, NaN, ±Infinity and −0 included. */
export const float8Codec: Coding = {
  decodeText: (text) => decode('float8', text),
  decodeBinary: (bytes, start, end) => {
    checkWidth('float8', 8, start, end)
    words[highWord] = int32(bytes, start)
    words[lowWord] = int32(bytes, start + 4)
    return double[0]!
  },
  encode: (value) => encode('float8', value),
}
