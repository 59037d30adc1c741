import { Attached } from '../../copies.js'
import { DecodeError, EncodeError } from '../../errors.js'
import { asString, defineType, type BaseType, type ReadingDefinition } from '../base-type.js'
import { utf8 } from '../text/bytes.js'
import { checkString } from '../text/text.js'
import type { Coding } from '../codec.js'
import { describe, messageOf } from '../describe.js'
import { parseExactly, readJson } from './json-bytes.js'

/** What `json` and `jsonb` columns hold once parsed. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

/** The type of {@link jsonNull}: JSON's own `null`. */
class JsonNull {
  /** null, so that `JSON.stringify` writes it as such. */
  toJSON(): null {
    return null
  }

  /** As logs show it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'jsonNull'
  }
}

/** One for all copies of sluice: what one reads the other writes. */
const shared = new Attached<typeof globalThis, JsonNull>('jsonNull', '')

/** The type of {@link jsonNull}. */
export type { JsonNull }

/**
 * The JSON value `null`, where a plain `null` means SQL's NULL: in what is read, and to write and filter with.
 * `JSON.stringify` makes `null` of it. Within a JSON value, `null` is `null`.
 */
export const jsonNull: JsonNull = shared.get(globalThis) ?? Object.freeze(new JsonNull())
shared.set(globalThis, jsonNull)

/** What JSON.parse says of it shows some of the value. */
function invalid(name: string, value: string): DecodeError {
  return new DecodeError(`A ${name} value is not valid JSON: ${describe(value)}.`, { value })
}

function parsed(name: string, text: string): unknown {
  try {
    return parseExactly(text) ?? jsonNull
  } catch (error) {
    throw error instanceof DecodeError ? error : invalid(name, text)
  }
}

function readValid(name: string, bytes: Buffer, start: number, end: number): unknown {
  try {
    return readJson(bytes, start, end) ?? jsonNull
  } catch (error) {
    throw error instanceof DecodeError ? error : invalid(name, bytes.toString('utf8', start, end))
  }
}

function found(key: string): string {
  return key === '' ? 'the value itself' : `its property ${JSON.stringify(key)}`
}

// JSON.stringify drops these, turns them into null, or throws without saying where: all would change the value.
function refuseUnrepresentable(key: string, value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      throw new EncodeError(`JSON has no bigint: ${found(key)} is one. Give it as a number or as a string.`, {
        value,
      })
    case 'undefined':
    case 'function':
    case 'symbol':
      throw new EncodeError(
        `JSON cannot hold ${typeof value}: ${found(key)} is one. Leave it out, or give null (jsonNull at the top).`,
      )
    case 'number':
      if (!Number.isFinite(value)) {
        throw new EncodeError(`JSON has no ${value}: ${found(key)} is one. Give null or a string.`)
      }
  }
  return value
}

/** How deep a value is looked at without its being written. */
const MOST_DEPTH = 100

/** Whether JSON.stringify writes a value as it is, and needs no look at each of its parts: that is most of its time. */
function isPlain(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object': {
      if (value === null) return true
      if (depth > MOST_DEPTH || 'toJSON' in value) return false
      if (Array.isArray(value)) {
        // A hole is undefined here.
        for (const item of value) if (!isPlain(item, depth + 1)) return false
        return true
      }
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype !== Object.prototype && prototype !== null) return false
      for (const key in value) {
        // Its own and those of a prototype that somebody has added to: of the latter, one too many is looked at.
        if (!isPlain((value as Record<string, unknown>)[key], depth + 1)) return false
      }
      return true
    }
    default:
      return false
  }
}

function stringify(name: string, value: unknown): string {
  try {
    return isPlain(value) ? JSON.stringify(value) : JSON.stringify(value, refuseUnrepresentable)
  } catch (cause) {
    if (cause instanceof EncodeError) throw cause
    throw new EncodeError(`The value cannot be written as ${name}: ${messageOf(cause)}`, { cause, value })
  }
}

/** Escapes of NUL and of half a surrogate pair, as JSON.stringify writes them; a backslash may itself be escaped. */
const unstorable = /(?:^|[^\\])(?:\\\\)*\\u(0000|d[89a-f])/

/** jsonb keeps the strings themselves, where json keeps their escapes. */
function checkText(text: string): string {
  if (!text.includes('\\u')) return text
  const match = unstorable.exec(text)
  if (match === null) return text
  const what = match[1] === '0000' ? 'the character \\u0000' : 'half of a surrogate pair'
  throw new EncodeError(
    `jsonb cannot hold ${what}, which a key or string of the value has: ${describe(text)}.`,
    { value: text },
  )
}

/**
 * `json`: the parsed value, and {@link jsonNull} for JSON's `null`. A number that a double cannot hold is an error.
 * `undefined`, functions, bigints, NaN and infinities anywhere inside are refused on the way in.
 */
export const jsonCodec: Coding = {
  decodeText: (text) => parsed('json', text),
  decodeBinary: (bytes, start, end) => readValid('json', bytes, start, end),
  encode: (value) => stringify('json', value),
  encodeBinary: (value, bytes) => bytes.utf8(stringify('json', value)),
}

/** `jsonb`: as `json`; its binary form starts with a version byte. */
export const jsonbCodec: Coding = {
  decodeText: (text) => parsed('jsonb', text),
  decodeBinary: (bytes, start, end) => readValid('jsonb', bytes, afterVersion(bytes, start), end),
  encode: (value) => checkText(stringify('jsonb', value)),
  encodeBinary: (value, bytes) => {
    bytes.int8(VERSION)
    return bytes.utf8(checkText(stringify('jsonb', value)))
  },
}

const VERSION = 1

function afterVersion(bytes: Buffer, start: number): number {
  if (bytes[start] === VERSION) return start + 1
  throw new DecodeError(
    `A jsonb value has the unknown binary version ${bytes[start]}: this server's is newer than supported.`,
  )
}

/** As its text, in which numbers have all their digits. What is written is JSON, of which the server is the judge. */
function asText(
  type: string,
  from: (bytes: Buffer, start: number) => number,
  other: Coding,
): ReadingDefinition & { row: 'string' } {
  return asString({
    decodeText: (text) => text,
    decodeBinary: (bytes, start, end) => utf8(bytes, from(bytes, start), end),
    // Filters take JSON values as well.
    encode: (value) => (typeof value === 'string' ? checkString(type, value) : other.encode(value)),
    encodeBinary: (value, bytes) => {
      if (typeof value !== 'string') return other.encodeBinary?.(value, bytes) === true
      if (type === 'jsonb') bytes.int8(VERSION)
      return bytes.utf8(value)
    },
  })
}

const value = { row: 'JsonValue | JsonNull' }

export const jsonTypes: readonly BaseType[] = [
  defineType('json', [114, 199], 'null', {
    flat: true,
    readings: [{ ...value, codec: jsonCodec }, asText('json', (_, start) => start, jsonCodec)],
  }),
  defineType('jsonb', [3802, 3807], 'json', {
    flat: true,
    readings: [{ ...value, codec: jsonbCodec }, asText('jsonb', afterVersion, jsonbCodec)],
  }),
]
