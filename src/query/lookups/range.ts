import { baseType, type RangeTypeSchema, type TypeSchema } from '../../schema/type.js'
import type { ComparisonOperator } from '../filter/condition.js'
import { COMPARABLE_LOOKUPS } from './comparison.js'
import type { Lookup, Lookups } from './lookup.js'
import { isPlainObject, operandOf } from './operand.js'

/** A lookup between the column and a range; a multirange column takes several, as an array, as well. */
function between(operator: ComparisonOperator): Lookup {
  return (field, operand, name) => {
    const type = baseType(field.column.type)
    const castTo = Array.isArray(operand) && isMultirange(type) ? type : rangeOf(type)
    return {
      kind: 'compare',
      column: field.column,
      operator,
      operand: operandOf(field, name, operand, castTo),
      castTo,
    }
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

/** The range type that a type is, or is made of. */
function rangeOf(type: TypeSchema): RangeTypeSchema {
  if (typeof type !== 'string') {
    if (type.kind === 'range') return type
    if (type.kind === 'multirange') return type.range
  }
  throw new TypeError('The type is not a range.')
}

function isMultirange(type: TypeSchema): boolean {
  return typeof type !== 'string' && type.kind === 'multirange'
}

/** Whether an operand is a range or several, and not a value within one; null is neither, and is refused as a range. */
function isWhole(operand: unknown): boolean {
  return operand === null || Array.isArray(operand) || (isPlainObject(operand) && 'bounds' in operand)
}
