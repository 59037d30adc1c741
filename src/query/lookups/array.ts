import { choicesOf } from '../../choices.js'
import { FieldError } from '../../errors.js'
import { NOTHING, type ComparisonOperator, type Condition } from '../filter/condition.js'
import { comparing, type Lookups } from './lookup.js'
import { isPlainObject, operandOf, refuseUndefined, type LookupField } from './operand.js'
import { describe } from '../../types/describe.js'

const LENGTHS = new Map<string, ComparisonOperator>([
  ['exact', '='],
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
])

/** What arrays have besides the lookups of their elements' kind. */
export const ARRAY_LOOKUPS: Lookups = {
  contains: comparing('@>'),
  containedBy: comparing('<@'),
  overlaps: (field, operand, name) =>
    Array.isArray(operand) && operand.length === 0 ? NOTHING : comparing('&&')(field, operand, name),
  length: (field, operand) => {
    if (!isPlainObject(operand)) return lengthCondition(field, 'exact', operand)
    const conditions = Object.entries(operand).map(([name, value]) => lengthCondition(field, name, value))
    if (conditions.length === 0) throw new FieldError(`The condition on ${field.label}.length is empty.`)
    return { kind: 'and', conditions }
  },
}

function lengthCondition(field: LookupField, name: string, value: unknown): Condition {
  const label = `${field.label}.length`
  refuseUndefined(value, `${label}.${name}`)
  const operator = LENGTHS.get(name)
  if (operator === undefined) {
    throw new FieldError(`${label} has no lookup "${name}". ${choicesOf(name, [...LENGTHS.keys()])}.`)
  }
  if (typeof value !== 'number') throw new FieldError(`${label} takes a number, not ${describe(value)}.`)
  const operand = operandOf(field, 'length', value, 'int4')
  return { kind: 'length', column: field.column, operator, operand }
}
