import { FieldError } from '../../errors.js'
import type { ArrayTypeSchema } from '../../schema/type.js'
import { NOTHING, type ComparisonOperator } from '../filter/condition.js'
import { COMPARABLE_LOOKUPS } from './comparable.js'
import { comparing, type Lookup, type Lookups } from './lookup.js'
import { operandOf, textOperand } from './operand.js'
import { describe } from '../../types/describe.js'

const TEXTS: ArrayTypeSchema = { kind: 'array', element: 'text' }

function keys(operator: ComparisonOperator): Lookup {
  return comparing(operator, (field, lookup, value) => {
    if (!Array.isArray(value) || value.some((key) => typeof key !== 'string')) {
      throw new FieldError(`${field.label}.${lookup} takes an array of strings, not ${describe(value)}.`)
    }
    return operandOf(field, lookup, value, TEXTS)
  })
}

/** What jsonb has. */
export const JSON_LOOKUPS: Lookups = {
  ...COMPARABLE_LOOKUPS,
  contains: comparing('@>'),
  containedBy: comparing('<@'),
  hasKey: comparing('?', textOperand),
  hasKeys: keys('?&'),
  hasAnyKeys: (field, operand, name) =>
    Array.isArray(operand) && operand.length === 0 ? NOTHING : keys('?|')(field, operand, name),
}
