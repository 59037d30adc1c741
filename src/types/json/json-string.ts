import { cursor, parsedPart } from './json-cursor.js'
import { knownKey, keyText, learnKey, longestKey } from './json-keys.js'
import { ascii, utf8 } from '../text/bytes.js'

const quote = 34
const escape = 92
const firstPrintable = 32

// From this many bytes on it pays to look for a string's end natively;
const short = 32
// from this many on, to leave the document to JSON.parse if there is little else in it;
const notable = 64
// and from this many on, to leave it the string in any case.
const long = 128

/** Reads a string from behind its opening quote. Undefined where it is not valid. */
export function readString(bytes: Buffer, from: number): string | undefined {
  let until = from + short
  let all = 0
  for (let at = from; ; at++) {
    if (at === until) {
      const end = bytes.indexOf(quote, at)
      if (end === -1 || end - from > long) return parseString(bytes, from, at)
      if (isMost(end - from)) return undefined
      until = end + 1
    }
    const byte = bytes[at]!
    if (byte === quote) {
      cursor.at = at + 1
      return all < 128 ? ascii(bytes, from, at) : utf8(bytes, from, at)
    }
    if (byte === escape) return parseString(bytes, from, at)
    if (byte < firstPrintable) return undefined
    all |= byte
  }
}

/** Leaves a string to JSON.parse. There are no escapes before `checked`. */
function parseString(bytes: Buffer, from: number, checked: number): string | undefined {
  let at = bytes.indexOf(quote, checked)
  while (at !== -1 && isEscaped(bytes, at, checked)) at = bytes.indexOf(quote, at + 1)
  if (at === -1 || isMost(at - from)) return undefined
  // JSON that begins with a quote is a string.
  return parsedPart(utf8(bytes, from - 1, at + 1), at + 1) as string | undefined
}

function isMost(length: number): boolean {
  return length > notable && length > cursor.length / 2
}

function isEscaped(bytes: Buffer, at: number, checked: number): boolean {
  let before = at
  while (before > checked && bytes[before - 1] === escape) before--
  return (at - before) % 2 === 1
}

// Per document.
let known = 0
let unknown = 0

export function startKeys(): void {
  known = 0
  unknown = 0
}

/**
 * Reads a key from behind its opening quote. Undefined where it is not valid, and where JSON.parse does better:
 * it makes new keys faster, so a document with more than a few of them is left to it.
 */
export function readKey(bytes: Buffer, from: number): string | undefined {
  let hash = 0
  let at = from
  for (const until = from + longestKey; bytes[at] !== quote; at++) {
    const byte = bytes[at]!
    if (byte === escape || byte < firstPrintable || at === until) return undefined
    hash = (Math.imul(hash, 31) + byte) | 0
  }
  cursor.at = at + 1
  const key = knownKey(bytes, from, at, hash)
  if (key !== undefined) {
    known++
    return key
  }
  learnKey(bytes, from, at, hash)
  unknown++
  return unknown * 8 <= known ? keyText(bytes, from, at) : undefined
}
