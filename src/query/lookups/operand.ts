import type { Codec } from '../../types/codec.js'
import { describe } from '../../types/describe.js'
import { codecFor } from '../../types/codec-for.js'
import { asError, EncodeError, FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import { Operand } from '../../shape/operand.js'
import type { Encoded } from '../filter/condition.js'

/** A value of PostgreSQL's is at most 1 GiB, and a message with it hardly longer. */
const MAX_BYTES = 0x3fffffff

/** What a lookup is about: a column, and how messages name it. */
export interface LookupField {
  readonly column: ColumnSchema
  readonly label: string
}

/** A value of the column's type, or of another, as a parameter; NULL is asked for by `isNull` alone. */
export function operandOf(
  { column, label }: LookupField,
  lookup: string,
  value: unknown,
  type: TypeSchema = column.type,
): Operand<Encoded> {
  if (value === null || value === undefined) {
    throw new FieldError(`The lookup "${lookup}" of ${label} takes no ${String(value)}; use isNull.`)
  }
  return new Operand(encodeCopy(codecFor(type), value, `The condition on ${label}`))
}

/** A piece of text as a parameter, which need not be a value of the column's type. */
export function textOperand(field: LookupField, lookup: string, value: unknown): Operand<Encoded> {
  return new Operand(encodedText(field, lookup, value))
}

/** The same, for what makes something else of it. */
export function encodedText({ label }: LookupField, lookup: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new FieldError(`${label}.${lookup} takes a string, not ${describe(value)}.`)
  return String(encodeCopy(codecFor('text'), value, `The condition on ${label}`))
}

/**
 * A value as a parameter; bytes are copied, so that what the caller does to them later does not matter.
 *
 * @param where what it is a value of, for messages.
 * @throws {@link EncodeError} for a value that the type cannot hold, and one that is too large for PostgreSQL or for a
 * string.
 */
export function encodeCopy(codec: Codec, value: unknown, where: string | (() => string)): Encoded {
  try {
    const encoded = codec.encode(value)
    if (encoded.length > MAX_BYTES)
      throw new EncodeError(`PostgreSQL holds at most 1 GiB, not ${encoded.length} bytes.`)
    return Buffer.isBuffer(encoded) ? Buffer.from(encoded) : encoded
  } catch (thrown) {
    const cause = asError(thrown)
    if (!(cause instanceof EncodeError || isTooLong(cause))) throw thrown
    const place = typeof where === 'string' ? where : where()
    throw new EncodeError(`${place}: ${cause.message}`, { cause, value })
  }
}

/** What a string would be that is longer than strings can be. */
function isTooLong(error: Error): boolean {
  return (
    error.message === 'Invalid string length' || ('code' in error && error.code === 'ERR_STRING_TOO_LONG')
  )
}

export function refuseUndefined(value: unknown, label: string): void {
  if (value === undefined) {
    throw new FieldError(
      `The operand of ${label} is undefined, which would silently match everything or nothing. ` +
        'Leave the condition out, or use null for IS NULL.',
    )
  }
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Of any realm, what comes next behind a literal's prototype is nothing.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
