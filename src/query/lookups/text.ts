import type { ComparisonOperator } from '../filter/condition.js'
import { COMPARABLE_LOOKUPS } from './comparison.js'
import type { Lookup, Lookups } from './lookup.js'
import { textOperand } from './operand.js'

/** A lookup by LIKE: `pattern` makes one of the operand, in which `%` and `_` stand for themselves. */
function like(operator: 'like' | 'ilike', pattern: (literal: string) => string): Lookup {
  return (field, operand, name) => {
    const literal = textOperand(field, name, operand).replace(/[\\%_]/g, '\\$&')
    return { kind: 'compare', column: field.column, operator, operand: pattern(literal) }
  }
}

function matching(operator: ComparisonOperator): Lookup {
  return (field, operand, name) => ({
    kind: 'compare',
    column: field.column,
    operator,
    operand: textOperand(field, name, operand),
  })
}

const anywhere = (literal: string): string => `%${literal}%`
const atStart = (literal: string): string => `${literal}%`
const atEnd = (literal: string): string => `%${literal}`

/**
 * The operand of a text lookup is a piece of text and not a value of the column's type, which may be a domain with a
 * CHECK or a varchar shorter than the pattern.
 */
export const TEXT_LOOKUPS: Lookups = {
  ...COMPARABLE_LOOKUPS,
  contains: like('like', anywhere),
  iContains: like('ilike', anywhere),
  startsWith: like('like', atStart),
  iStartsWith: like('ilike', atStart),
  endsWith: like('like', atEnd),
  iEndsWith: like('ilike', atEnd),
  iExact: like('ilike', (literal) => literal),
  regex: matching('~'),
  iRegex: matching('~*'),
}
