import type { Codec } from '../../types/codec.js'
import { describe } from '../../types/describe.js'
import { codecFor } from '../../types/codec-for.js'
import { FieldError } from '../../errors.js'
import type { TypeSchema } from '../../schema/type.js'
import type { Operand } from '../filter/condition.js'
import { encodeWith } from '../encode-with.js'
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

export function encodeOperand(codec: Codec, label: string, value: unknown): Operand {
  return encodeWith(codec, `The condition on ${label}`, value)
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
