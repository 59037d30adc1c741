import type { Comparand, ComparisonOperator, Condition } from '../filter/condition.js'
import { operandOf, type LookupField } from './operand.js'

/**
 * Checks a lookup's operand and makes a condition of it; `name` is the lookup's own. The operand is never undefined.
 *
 * @throws {@link FieldError} or {@link EncodeError} for an operand that it cannot take.
 */
export type Lookup = (field: LookupField, operand: unknown, name: string) => Condition

/** Lookups by name, in the order in which messages list them. */
export type Lookups = Readonly<Record<string, Lookup>>

/** A lookup that is one operator between the column and its operand: a value of the column's type, if not told otherwise. */
export function comparing(
  operator: ComparisonOperator,
  encode: (field: LookupField, lookup: string, value: unknown) => Comparand = operandOf,
): Lookup {
  return (field, operand, name) => ({
    kind: 'compare',
    column: field.column,
    operator,
    operand: encode(field, name, operand),
  })
}
