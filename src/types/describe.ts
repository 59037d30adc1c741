import { inspect } from 'node:util'
import { DecodeError } from '../errors.js'

const limit = 80

/** A value for an error message, on one line and cut short. */
export function describe(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 5, maxStringLength: limit })
  return text.length > limit ? `${text.slice(0, limit)}…` : text
}

/** The message of what was thrown, which may be anything. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** The error for text that is not what PostgreSQL prints for `type`. */
export function unrecognised(type: string, text: string): DecodeError {
  return new DecodeError(
    `${describe(text)} is not a ${type} value as PostgreSQL prints it. If the column's type has changed, generate again.`,
  )
}

/** The error for a date or time that is not in the ISO style. */
export function notIso(type: string, text: string): DecodeError {
  return new DecodeError(
    `${describe(text)} is not a ${type} in the ISO style: other styles are ambiguous. Set DateStyle to 'ISO' for this connection or database.`,
  )
}

/**
 * The text that PostgreSQL prints for `type`, if it is of this pattern.
 *
 * @throws {@link DecodeError} for any other.
 */
export function printedAs(type: string, pattern: RegExp, text: string, error = unrecognised): string {
  if (pattern.test(text)) return text
  throw error(type, text)
}

/** The error for bytes that are no value of `type`. */
export function otherType(type: string): DecodeError {
  return new DecodeError(
    `The server sent a value that is no ${type}: the column has another type. Generate again.`,
  )
}

/** @throws {@link DecodeError} when a fixed-width binary value does not have `type`'s width. */
export function checkWidth(type: string, width: number, start: number, end: number): void {
  if (end - start !== width) {
    throw new DecodeError(
      `A binary ${type} has ${width} bytes, the server sent ${end - start}: the column has another type. Generate again.`,
    )
  }
}
