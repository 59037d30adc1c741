import type { Codec } from '../../types/codec.js'
import { codecFor } from '../../types/codec-for.js'
import { EncodeError, FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import type { Operand } from '../filter/condition.js'

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
): Operand {
  if (value === null || value === undefined) {
    throw new FieldError(`The lookup "${lookup}" of ${label} takes no ${String(value)}; use isNull.`)
  }
  return encodeCopy(codecFor(type), value, `The condition on ${label}`)
}

/** A piece of text as a parameter, which need not be a value of the column's type. */
export function textOperand({ label }: LookupField, lookup: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new FieldError(`${label}.${lookup} takes a string, not ${show(value)}.`)
  return String(encodeCopy(codecFor('text'), value, `The condition on ${label}`))
}

/** A value as a parameter; bytes are copied, so that what the caller does to them later does not matter. */
export function encodeCopy(codec: Codec, value: unknown, where: string): Operand {
  try {
    const operand = codec.encode(value)
    return Buffer.isBuffer(operand) ? Buffer.from(operand) : operand
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error
    throw new EncodeError(`${where}: ${error.message}`, { cause: error })
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

/** A value for a message that says what was given instead of what is taken. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object'
  if (typeof value === 'bigint') return `bigint ${value}`
  return `${typeof value} ${JSON.stringify(value) ?? ''}`.trim()
}
