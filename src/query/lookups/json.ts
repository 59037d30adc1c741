import { FieldError } from '../../errors.js'
import type { ArrayTypeSchema } from '../../schema/type.js'
import { NOTHING, type ComparisonOperator } from '../filter/condition.js'
import { COMPARABLE_LOOKUPS, comparison } from './comparison.js'
import type { Lookup, Lookups } from './lookup.js'
import { operandOf, show, textOperand } from './operand.js'

const TEXTS: ArrayTypeSchema = { kind: 'array', element: 'text' }

function keys(operator: ComparisonOperator): Lookup {
  return (field, operand, name) => {
    if (!Array.isArray(operand) || operand.some((key) => typeof key !== 'string')) {
      throw new FieldError(`${field.label}.${name} takes an array of strings, not ${show(operand)}.`)
    }
    return {
      kind: 'compare',
      column: field.column,
      operator,
      operand: operandOf(field, name, operand, TEXTS),
    }
  }
}

/** What jsonb has. */
export const JSON_LOOKUPS: Lookups = {
  ...COMPARABLE_LOOKUPS,
  contains: comparison('@>'),
  containedBy: comparison('<@'),
  hasKey: (field, operand, name) => ({
    kind: 'compare',
    column: field.column,
    operator: '?',
    operand: textOperand(field, name, operand),
  }),
  hasKeys: keys('?&'),
  hasAnyKeys: (field, operand, name) =>
    Array.isArray(operand) && operand.length === 0 ? NOTHING : keys('?|')(field, operand, name),
}
