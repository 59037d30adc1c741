import { EncodeError } from '../../errors.js'
import type { Coding } from '../codec.js'
import { describe, misfit } from '../describe.js'
import { utf8 } from './bytes.js'

const unstorable = /[\0\p{Surrogate}]/u

/** Whether PostgreSQL can hold a string, in a text or as a name: it has no NUL and no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !unstorable.test(text)
}

/** @throws {@link EncodeError} when `value` is not a string, or one that PostgreSQL cannot hold. */
export function checkString(type: string, value: unknown): string {
  if (typeof value !== 'string') throw misfit(`${type} takes a string`, value)
  if (!isStorable(value)) {
    throw new EncodeError(
      value.includes('\0')
        ? `${type} cannot hold the character \\u0000, as no text in PostgreSQL can: ${describe(value)}.`
        : `${type} takes well-formed text; this has half of a surrogate pair: ${describe(value)}.`,
      { value },
    )
  }
  return value
}

/** A date, time or interval on its way in: PostgreSQL's input syntax is rich, so the server has the last word. */
export function checkMoment(type: string, example: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return checkString(type, value)
  throw misfit(`${type} takes a string such as '${example}'`, value)
}

/** Types read and written as the string that PostgreSQL prints, with no binary decoder; unknown types too. */
export function stringCodec(name: string): Coding {
  return { decodeText: (text) => text, encode: (value) => checkString(name, value) }
}

/** Types whose values are strings and whose binary form is their text: `text`, `varchar`, `citext`… */
export function textCodec(name: string): Coding {
  return {
    ...stringCodec(name),
    decodeBinary: utf8,
    encodeBinary: (value, bytes) => typeof value === 'string' && bytes.utf8(value),
  }
}

/** `name`: string of at most 63 bytes; PostgreSQL would cut a longer one without a word. */
export const nameCodec: Coding = {
  ...textCodec('name'),
  encode: (value) => {
    const text = checkString('name', value)
    if (Buffer.byteLength(text) > 63) {
      throw new EncodeError(
        `name holds at most 63 bytes, not ${Buffer.byteLength(text)}: ${describe(text)}.`,
        { value: text },
      )
    }
    return text
  },
  encodeBinary: undefined,
}

/** `"char"`: one byte as a string; ASCII as itself, zero as `''`, others as `\ooo`. */
export const charCodec: Coding = {
  decodeText: (text) => text,
  decodeBinary: (bytes, start) => {
    const byte = bytes[start]!
    if (byte === 0) return ''
    return byte < 128 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`
  },
  encode: (value) => {
    const text = checkString('"char"', value)
    // eslint-disable-next-line no-control-regex -- every ASCII character but zero is a "char"
    if (/^(?:[\x01-\x7f]?|\\[23][0-7]{2})$/.test(text)) return text
    throw misfit(`"char" takes one ASCII character, '' or '\\ooo' in octal`, text)
  },
}
