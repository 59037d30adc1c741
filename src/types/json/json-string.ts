import { cursor, parsedPart } from './json-cursor.js'
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

// The keys of JSON objects are few and come again and again: comparing their bytes with those of a known one is
// faster than making a string. All memory is taken once. A key may stand in one of a few slots from its hash on.
const slots = 1024
const choices = 4
/** The bytes of the longest key that is kept. */
const longestKey = 32

const hashes = new Int32Array(slots)
const lengths = new Uint8Array(slots)
const slab = new Uint8Array(slots * longestKey)
const texts = new Array<string | undefined>(slots).fill(undefined)

let turn = 0

/** The key in `bytes[start, end)`, of the given hash, if it is a known one. */
function knownKey(bytes: Buffer, start: number, end: number, hash: number): string | undefined {
  const length = end - start
  for (let choice = 0; choice < choices; choice++) {
    const slot = slotOf(hash, choice)
    if (hashes[slot] !== hash || lengths[slot] !== length) continue
    const place = slot * longestKey
    let at = 0
    while (at < length && slab[place + at] === bytes[start + at]) at++
    if (at === length) return texts[slot] ?? (texts[slot] = keyText(bytes, start, end))
  }
  return undefined
}

/**
 * Makes the key known when it comes the next time. Only its bytes are copied now: most keys that come once, such
 * as those of an object that maps ids, never come again.
 */
function learnKey(bytes: Buffer, start: number, end: number, hash: number): void {
  const length = end - start
  turn = (turn + 1) % choices
  let slot = slotOf(hash, turn)
  for (let choice = 0; choice < choices && lengths[slot] !== 0; choice++) slot = slotOf(hash, choice)
  if (lengths[slot] !== 0) slot = slotOf(hash, turn)

  hashes[slot] = hash
  lengths[slot] = length
  texts[slot] = undefined
  const place = slot * longestKey
  for (let at = 0; at < length; at++) slab[place + at] = bytes[start + at]!
}

/** The key as a string; undefined where assigning to it may do something else than to add a property. */
function keyText(bytes: Buffer, start: number, end: number): string | undefined {
  const text = utf8(bytes, start, end)
  return text in Object.prototype ? undefined : text
}

function slotOf(hash: number, choice: number): number {
  return ((hash ^ (hash >>> 10)) + choice) & (slots - 1)
}
