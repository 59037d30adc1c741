import { FieldError } from '../../errors.js'
import type { ComparisonOperator } from '../filter/condition.js'
import { EQUALITY_LOOKUPS } from './equality.js'
import { comparing, type Lookup, type Lookups } from './lookup.js'
import { operandOf } from './operand.js'
import { describe } from '../../types/describe.js'

/** A lookup that is one operator between the column and a value of its own type. */
export function comparison(operator: ComparisonOperator): Lookup {
  return comparing(operator, operandOf)
}

export const COMPARABLE_LOOKUPS: Lookups = {
  ...EQUALITY_LOOKUPS,
  gt: comparison('>'),
  gte: comparison('>='),
  lt: comparison('<'),
  lte: comparison('<='),
  range: (field, operand, name) => {
    if (!Array.isArray(operand) || operand.length !== 2) {
      throw new FieldError(`${field.label}.range takes [from, to], not ${describe(operand)}.`)
    }
    const [from, to] = [operandOf(field, name, operand[0]), operandOf(field, name, operand[1])]
    return { kind: 'between', column: field.column, from, to }
  },
}
