import { exactNumber } from './exact-number.js'
import { cursor, parsedPart } from './json-cursor.js'
import { utf8 } from '../text/bytes.js'

/** Powers of ten: doubles hold them exactly up to 10^22. */
const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

const minus = 45
const plus = 43
const point = 46
const lowerExponent = 101
const upperExponent = 69

/** Reads a number, to the nearest double. Undefined where it is not valid. */
export function readNumber(bytes: Buffer, from: number): number | undefined {
  const first = bytes[from] === minus ? from + 1 : from
  const value = readDigits(bytes, first, first + 9, 0)
  const at = cursor.at
  if (at === first || (bytes[first] === 48 && at > first + 1)) return undefined
  if (continues(bytes[at]!)) return readLong(bytes, from, first, at, value)
  return first === from ? value : -value
}

/** Goes on with a number that has a fraction or more than nine digits, behind its first digits, at most nine. */
function readLong(
  bytes: Buffer,
  from: number,
  first: number,
  read: number,
  head: number,
): number | undefined {
  let at = read
  let dot = -1
  let high = head
  if (bytes[at] === point) {
    dot = at
    high = readDigits(bytes, at + 1, first + 10, high)
    at = cursor.at
  }
  const lowest = at
  let low = readDigits(bytes, at, at + 9, 0)
  at = cursor.at
  let lowDigits = at - lowest
  if (dot === -1 && bytes[at] === point) {
    dot = at
    low = readDigits(bytes, at + 1, lowest + 10, low)
    at = cursor.at
    lowDigits = at - lowest - 1
  }
  if (at === dot + 1 || continues(bytes[at]!)) return readAny(bytes, from)

  const value = decimal(high, low, lowDigits, dot === -1 ? 0 : at - dot - 1)
  // Of eighteen digits, or beyond the integers that are all there, the text itself has to tell.
  if (!(value <= Number.MAX_SAFE_INTEGER) || (high >= 1e8 && lowDigits === 9)) return readAny(bytes, from)
  cursor.at = at
  return first === from ? value : -value
}

/** Appends the digits before `until` to `head`: nine in all stay an integer of 32 bits, which is the fastest. */
function readDigits(bytes: Buffer, from: number, until: number, head: number): number {
  let at = from
  let value = head
  for (; at < until; at++) {
    const byte = bytes[at]!
    if (!isDigit(byte)) break
    value = (Math.imul(value, 10) + (byte - 48)) | 0
  }
  cursor.at = at
  return value
}

function readAny(bytes: Buffer, from: number): number | undefined {
  let at = from + 1
  while (continues(bytes[at]!)) at++
  const text = utf8(bytes, from, at)
  // JSON that begins as a number does is a number.
  const value = parsedPart(text, at) as number | undefined
  return value === undefined ? undefined : exactNumber(text, value)
}

// False for what lies beyond the last byte, too.
function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}

function continues(byte: number): boolean {
  return (
    isDigit(byte) ||
    byte === point ||
    byte === lowerExponent ||
    byte === upperExponent ||
    byte === plus ||
    byte === minus
  )
}

/**
 * (high × 10^lowDigits + low) / 10^scale, rounded once, as reading its digits would round it; NaN in the rare
 * case that this is not certain. `high` and `low` have at most nine digits, `scale` is at most 22.
 */
function decimal(high: number, low: number, lowDigits: number, scale: number): number {
  // Up to 10^22 powers of ten are exact. So is the sum here, and a division rounds once.
  const divisor = powers[scale]!
  const shift = powers[lowDigits]!
  const sum = high * shift + low
  if (sum <= Number.MAX_SAFE_INTEGER) return sum / divisor

  // Beyond, sum + sumError is the exact numerator and product + productError is exactly quotient × divisor: the
  // rest of the division is found almost exactly.
  const shifted = high * shift
  const sumError = productError(high, shift, shifted) + (low - (sum - shifted))
  const quotient = sum / divisor
  const product = quotient * divisor
  const rest = sum - product - productError(quotient, divisor, product) + sumError
  const correction = rest / divisor
  const doubt = Math.abs(correction) * 2 ** -48
  const rounded = quotient + (correction - doubt)
  return rounded === quotient + (correction + doubt) ? rounded : NaN
}

/** What rounding took from `product` = a × b: Dekker's, by halves whose products are exact. */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a)
  const bHigh = upperHalf(b)
  const aLow = a - aHigh
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

function upperHalf(number: number): number {
  const shifted = number * 134217729 // 2^27 + 1
  return shifted - (shifted - number)
}
