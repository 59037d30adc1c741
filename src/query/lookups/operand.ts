import type { Codec } from '../../types/codec.js'
import { describe } from '../../types/describe.js'
import { codecFor } from '../../types/codec-for.js'
import { EncodeError, FieldError } from '../../errors.js'
import type { TypeSchema } from '../../schema/type.js'
import type { Operand } from '../filter/condition.js'
import type { LookupField } from './lookup.js'

/** A value of the column's type, or of another, as a parameter; NULL is asked for by `isNull` alone. */
export function operandOf(
  { column, label }: LookupField,
  lookup: string,
  value: unknown,
  type: TypeSchema = column.type,
): Operand {
  if (value === null || value === undefined) {
    throw new FieldError(`The lookup "${lookup}" of ${label} takes no ${String(value)}; use isNull.`)
  }
  return encodeOperand(codecFor(type), label, value)
}

/** A piece of text as a parameter, which need not be a value of the column's type. */
export function textOperand({ label }: LookupField, lookup: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new FieldError(`${label}.${lookup} takes a string, not ${describe(value)}.`)
  return String(encodeOperand(codecFor('text'), label, value))
}

/** Bytes are copied, so that what the caller does to them later does not change the query. */
export function encodeOperand(codec: Codec, label: string, value: unknown): Operand {
  try {
    const operand = codec.encode(value)
    return Buffer.isBuffer(operand) ? Buffer.from(operand) : operand
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error
    throw new EncodeError(`The condition on ${label}: ${error.message}`, { cause: error })
  }
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
  return prototype === Object.prototype || prototype === null
}
