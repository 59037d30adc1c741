import type { ColumnSchema } from '../../schema/table.js'
import type { ComparisonOperator, Condition, Operand } from '../filter/condition.js'

/** What a lookup is about: a column, and how messages name it. */
export interface LookupField {
  readonly column: ColumnSchema
  readonly label: string
}

/**
 * Checks a lookup's operand and makes a condition of it; `name` is the lookup's own. The operand is never undefined.
 *
 * @throws {@link FieldError} or {@link EncodeError} for an operand that it cannot take.
 */
export type Lookup = (field: LookupField, operand: unknown, name: string) => Condition

/** Lookups by name, in the order in which messages list them. */
export type Lookups = Readonly<Record<string, Lookup>>

/** A lookup that is one operator between the column and what `operandOf` makes of its operand. */
export function comparing(
  operator: ComparisonOperator,
  operandOf: (field: LookupField, lookup: string, value: unknown) => Operand,
): Lookup {
  return (field, operand, name) => ({
    kind: 'compare',
    column: field.column,
    operator,
    operand: operandOf(field, name, operand),
  })
}
