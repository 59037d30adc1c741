import { int32 } from '../text/bytes.js'
import type { ByteWriter } from '../byte-writer.js'
import type { Coding } from '../codec.js'
import { checkWidth, misfit, printedAs } from '../describe.js'

const floatText = /^(?:-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)|NaN)$/

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

/** `float4`: number, the one that PostgreSQL's shortest text stands for: 0.1 and not 0.10000000149011612. */
export const float4Codec: Coding = {
  decodeText: (text) => Number(printedAs('float4', floatText, text)),
  decodeBinary: (bytes, start, end) => {
    checkWidth('float4', 4, start, end)
    words[0] = int32(bytes, start)
    return shortestFloat4(single[0]!)
  },
  encode: (value) => encode('float4', value),
  encodeBinary: (value, bytes) => {
    if (typeof value !== 'number') return false
    const float = Math.fround(value)
    // What is too large or too small the server refuses; and midway between two floats the text may lie beside it.
    if (value - value === 0 && (Math.abs(float) === Infinity || (float === 0 && value !== 0))) return false
    const other = 2 * value - float
    if (float !== value && Math.fround(other) === other) return false
    single[0] = float
    bytes.int32(words[0]!)
    return true
  },
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
  encodeBinary: (value, bytes) => typeof value === 'number' && writeDouble(value, bytes),
}

function writeDouble(value: number, bytes: ByteWriter): true {
  double[0] = value
  bytes.int32(words[highWord]!)
  bytes.int32(words[lowWord]!)
  return true
}

/** The distance from the finite `float` to its neighbour away from zero (`step` 1) or towards zero (−1). */
function gap(float: number, step: 1 | -1): number {
  single[0] = float
  words[0]! += step
  // Past the greatest float4 there is no neighbour; the gap is as wide as the one below.
  return Number.isFinite(single[0]) ? Math.abs(single[0] - float) : gap(float, -1)
}

/** Whether `candidate` reads back as `float`. PostgreSQL takes no decimal that lies exactly between two floats. */
function standsFor(candidate: number, float: number): boolean {
  if (candidate === float) return true
  const step = Math.abs(candidate) > Math.abs(float) ? 1 : -1
  return Math.abs(candidate - float) * 2 < gap(float, step)
}

/** The decimal that follows `text`, in the form of toExponential, away from zero. */
function following(text: string): string {
  const [mantissa = '', exponent] = text.split('e')
  const digits = mantissa.replace(/[-.]/g, '')
  const sign = mantissa.startsWith('-') ? '-' : ''
  return `${sign}${Number(digits) + 1}e${Number(exponent) - digits.length + 1}`
}

/** `float` rounded to `digits` digits; where it lies midway, to the even one, as PostgreSQL does. */
function rounded(float: number, digits: number): string {
  const text = float.toExponential(digits - 1)
  const longer = float.toExponential(digits)
  if (!longer.includes('5e') || Number(longer) !== float) return text
  // The double is the same, but only the exact digits tell whether it is midway.
  const [, kept, even, exponent] = /^(-?[\d.]*?([02468])?)50*(e.*)$/.exec(float.toExponential(60)) ?? []
  return even === undefined ? text : `${kept}${exponent}`
}

/**
 * The double nearest to the shortest decimal that `float`, an exact float4 value, can be written with: what its
 * text form in PostgreSQL stands for.
 */
function shortestFloat4(float: number): number {
  // Integers below 2^24 are printed exactly; NaN, infinities and zeros are themselves.
  if (!Number.isFinite(float) || (Number.isInteger(float) && Math.abs(float) < 0x1000000)) return float
  // The decimals of six digits lie so far apart that at most one stands for a normal float4: fewer digits, and
  // other decimals of six, need not be tried.
  const normal = Math.abs(float) >= 2 ** -126
  if (normal) {
    const nearest = Number(float.toPrecision(6))
    if (standsFor(nearest, float)) return nearest
  }
  for (let digits = normal ? 7 : 1; digits < 9; digits++) {
    const nearest = rounded(float, digits)
    if (standsFor(Number(nearest), float)) return Number(nearest)
    // Below a power of two the floats lie twice as dense: the nearest decimal may miss where the next does not.
    const next = Number(following(nearest))
    if (standsFor(next, float)) return next
  }
  return Number(float.toPrecision(9))
}
