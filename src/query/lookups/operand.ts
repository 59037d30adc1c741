import { describe } from '../../types/describe.js'
import { codecFor } from '../../types/codec-for.js'
import { areComparable, baseName } from '../../types/same-type.js'
import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import { Operand } from '../../shape/operand.js'
import { encodeCopy } from '../encode.js'
import { isOuterReference, wanting } from '../expression/outer-reference.js'
import { isExpression, RESOLVE, type ExpressionTarget, type Resolvable } from '../expression/resolve.js'
import type { Comparand } from '../filter/condition.js'

/** What a lookup is about: a column, how messages name it, and where expressions on the other side are looked up. */
export interface LookupField {
  readonly column: ColumnSchema
  readonly label: string
  readonly target: ExpressionTarget
}

/** A value of the column's type, or of another, as a parameter; NULL is asked for by `isNull` alone. */
export function operandOf(
  { column, label, target }: LookupField,
  lookup: string,
  value: unknown,
  type: TypeSchema = column.type,
): Comparand {
  if (isExpression(value)) return comparand({ column, label, target }, lookup, value, type)
  if (value === null || value === undefined) {
    throw new FieldError(`The lookup "${lookup}" of ${label} takes no ${String(value)}; use isNull.`)
  }
  return new Operand(encodeCopy(codecFor(type), value, `The condition on ${label}`))
}

/** An expression on the other side of a lookup. */
function comparand(
  { label, target }: LookupField,
  lookup: string,
  value: Resolvable,
  type: TypeSchema,
): ColumnSchema {
  const other = value[RESOLVE](target, type)
  if (isOuterReference(other)) return wanting(other, type)
  if (areComparable(type, other.type)) return other
  throw new FieldError(
    `${label}.${lookup} compares ${baseName(type)} with "${other.property}", which is ${baseName(other.type)}: cast one of them.`,
  )
}

/** A piece of text as a parameter, which need not be a value of the column's type. */
export function textOperand(field: LookupField, lookup: string, value: unknown): Comparand {
  if (isExpression(value)) return comparand(field, lookup, value, 'text')
  return new Operand(encodedText(field, lookup, value))
}

/** The same, for what makes something else of it. */
export function encodedText({ label }: LookupField, lookup: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new FieldError(`${label}.${lookup} takes a string, not ${describe(value)}.`)
  return String(encodeCopy(codecFor('text'), value, `The condition on ${label}`))
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
