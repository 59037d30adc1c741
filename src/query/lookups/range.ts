import { baseType } from '../../schema/type.js'
import type { ComparisonOperator } from '../filter/condition.js'
import { COMPARABLE_LOOKUPS } from './comparable.js'
import type { Lookup, Lookups } from './lookup.js'
import { isPlainObject, operandOf } from './operand.js'

/** A lookup between the column and a range; a multirange column takes several, as an array, as well. */
function between(operator: ComparisonOperator): Lookup {
  return (field, operand, name) => {
    const { column } = field
    const type = baseType(column.type)
    if (typeof type === 'string' || (type.kind !== 'range' && type.kind !== 'multirange')) {
      throw new TypeError('The type is not a range.')
    }
    const castTo = type.kind === 'multirange' && !Array.isArray(operand) ? type.range : type
    return { kind: 'compare', column, operator, operand: operandOf(field, name, operand, castTo), castTo }
  }
}

/** What ranges and multiranges have. */
export const RANGE_LOOKUPS: Lookups = {
  ...COMPARABLE_LOOKUPS,
  contains: (field, operand, name) =>
    // A single value is in a range when the range of it alone is.
    between('@>')(field, isWhole(operand) ? operand : { lower: operand, upper: operand, bounds: '[]' }, name),
  containedBy: between('<@'),
  overlaps: between('&&'),
  fullyLt: between('<<'),
  fullyGt: between('>>'),
  notLt: between('&>'),
  notGt: between('&<'),
  adjacentTo: between('-|-'),
}

/** Whether an operand is a range or several, and not a value within one; null is neither, and is refused as a range. */
function isWhole(operand: unknown): boolean {
  return operand === null || Array.isArray(operand) || (isPlainObject(operand) && 'bounds' in operand)
}
