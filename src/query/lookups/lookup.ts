import type { ColumnSchema } from '../../schema/table.js'
import type { Condition } from '../filter/condition.js'

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
