import { cursor, parsedPart } from './json-cursor.js'
import { decimal } from './json-decimal.js'
import { utf8 } from '../text/bytes.js'

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
  if (Number.isNaN(value)) return readAny(bytes, from)
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
  // JSON that begins as a number does is a number.
  return parsedPart(utf8(bytes, from, at), at) as number | undefined
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
