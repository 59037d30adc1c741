import { types } from 'node:util'
import { DecodeError, EncodeError, isError } from '../errors.js'

/** What kind of value it is and how large, for an error message: never the value, which may be a secret. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined'
    case 'string':
      return value === '' ? 'an empty string' : `a string of ${counted(value.length, 'character')}`
    case 'bigint':
      return `a bigint of ${counted(digitsOf(value), 'digit')}`
    case 'number':
      if (!Number.isFinite(value)) return String(value)
      return Number.isInteger(value)
        ? `an integer of ${counted(digitsOf(value), 'digit')}`
        : 'a number with a fraction'
    case 'object':
      return value === null ? 'null' : describeObject(value)
    default:
      return `a ${typeof value}`
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (types.isUint8Array(value)) return counted(value.length, 'byte')
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date'
  // Of its prototype, since the object's own properties are values.
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null
  const of = prototype?.constructor
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null
  return typeof of !== 'function' || isPlain ? 'an object' : `an object of class ${of.name}`
}

function digitsOf(value: bigint | number): number {
  return BigInt(value).toString().replace('-', '').length
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** The error for a value that is not what `takes`, such as `bool takes true or false`, says. */
export function misfit(takes: string, value: unknown): EncodeError {
  return new EncodeError(`${takes}, not ${describe(value)}.`, { value })
}

/** The message of what was thrown, which may be anything. */
export function messageOf(cause: unknown): string {
  return isError(cause) ? cause.message : String(cause)
}

/** The error for text that is not what PostgreSQL prints for `type`. */
export function unrecognised(type: string, value: string): DecodeError {
  return new DecodeError(
    `It is no ${type} value as PostgreSQL prints it, but ${describe(value)}. If the column's type has changed, generate again.`,
    { value },
  )
}

/** The error for a date or time that is not in the ISO style. */
export function notIso(type: string, text: string): DecodeError {
  return new DecodeError(
    `It is no ${type} in the ISO style, but ${describe(text)}: other styles are ambiguous. Set DateStyle to 'ISO' for this connection or database.`,
    { value: text },
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
