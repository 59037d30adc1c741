import { checkNumbers } from './exact-number.js'
import { cursor } from './json-cursor.js'
import { readNumber } from './json-number.js'
import { readKey, readString, startKeys } from './json-string.js'
import { int32, utf8 } from '../text/bytes.js'

// Readers return undefined, which no JSON value is, where the document is not valid or better left to JSON.parse.
// They may read past its end, into what follows in `bytes`: that shows when the cursor is not at the end at last.

const deepest = 64

// Of long runs of numbers JSON.parse is the faster reader, unless they are a small part of the document.
const manyNumbers = 8
let numbersUntil = 0

// Once so many documents in a row were left to JSON.parse, such as objects that map ids, only one of a few is tried.
const patience = 32
const restraint = 8
let leftInARow = 0

/**
 * The value of the JSON text in `bytes[start, end)`: what JSON.parse makes of it, in less time where documents
 * have the same keys again and again and no long texts.
 *
 * @throws SyntaxError as JSON.parse does.
 */
export function readJson(bytes: Buffer, start: number, end: number): unknown {
  if (leftInARow <= patience) {
    startKeys()
    cursor.length = end - start
    numbersUntil = start + (end - start) / 4
    const value = readValue(bytes, skipSpace(bytes, start), 0)
    if (value !== undefined && skipSpace(bytes, cursor.at) === end) {
      leftInARow = 0
      return value
    }
  }
  leftInARow = leftInARow === patience + restraint - 1 ? patience : leftInARow + 1
  return parseExactly(utf8(bytes, start, end))
}

/**
 * What JSON.parse makes of it.
 *
 * @throws SyntaxError; {@link DecodeError} for a number that a double cannot hold.
 */
export function parseExactly(text: string): unknown {
  const value: unknown = JSON.parse(text)
  checkNumbers(text)
  return value
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  for (;;) {
    const byte = bytes[at]!
    if (byte > 32) return at
    if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) return at
    at++
  }
}

function readValue(bytes: Buffer, at: number, depth: number): unknown {
  switch (bytes[at]) {
    case 0x7b: // {
      return readObject(bytes, at + 1, depth)
    case 0x5b: // [
      return readArray(bytes, at + 1, depth)
    case 0x22: // "
      return readString(bytes, at + 1)
    case 0x74: // true
      if (int32(bytes, at) !== 0x74727565) return undefined
      cursor.at = at + 4
      return true
    case 0x66: // false
      if (int32(bytes, at + 1) !== 0x616c7365) return undefined
      cursor.at = at + 5
      return false
    case 0x6e: // null
      if (int32(bytes, at) !== 0x6e756c6c) return undefined
      cursor.at = at + 4
      return null
    default:
      return readNumber(bytes, at)
  }
}

function readObject(bytes: Buffer, from: number, depth: number): Record<string, unknown> | undefined {
  const object: Record<string, unknown> = {}
  let at = skipSpace(bytes, from)
  if (bytes[at] === 0x7d) {
    cursor.at = at + 1
    return object
  }
  if (depth === deepest) return undefined
  for (;;) {
    if (bytes[at] !== 0x22) return undefined
    const key = readKey(bytes, at + 1)
    if (key === undefined) return undefined
    at = skipSpace(bytes, cursor.at)
    if (bytes[at] !== 0x3a) return undefined
    const value = readValue(bytes, skipSpace(bytes, at + 1), depth + 1)
    if (value === undefined) return undefined
    object[key] = value
    at = skipSpace(bytes, cursor.at)
    if (bytes[at] !== 0x2c) break
    at = skipSpace(bytes, at + 1)
  }
  cursor.at = at + 1
  return bytes[at] === 0x7d ? object : undefined
}

function readArray(bytes: Buffer, from: number, depth: number): unknown[] | undefined {
  const array: unknown[] = []
  let at = skipSpace(bytes, from)
  if (bytes[at] === 0x5d) {
    cursor.at = at + 1
    return array
  }
  if (depth === deepest) return undefined
  for (;;) {
    const value = readValue(bytes, at, depth + 1)
    if (value === undefined) return undefined
    array.push(value)
    if (array.length === manyNumbers && typeof value === 'number' && at < numbersUntil) return undefined
    at = skipSpace(bytes, cursor.at)
    if (bytes[at] !== 0x2c) break
    at = skipSpace(bytes, at + 1)
  }
  cursor.at = at + 1
  return bytes[at] === 0x5d ? array : undefined
}
