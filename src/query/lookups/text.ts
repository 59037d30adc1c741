import { COMPARABLE_LOOKUPS } from './comparable.js'
import { comparing, type Lookup, type Lookups } from './lookup.js'
import { Operand } from '../../shape/operand.js'
import { encodedText, textOperand } from './operand.js'

/** A lookup by LIKE: `pattern` makes one of the operand, in which `%` and `_` stand for themselves. */
function like(operator: 'like' | 'ilike', pattern: (literal: string) => string): Lookup {
  return comparing(
    operator,
    (field, lookup, value) =>
      new Operand(pattern(encodedText(field, lookup, value).replace(/[\\%_]/g, '\\$&'))),
  )
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
  regex: comparing('~', textOperand),
  iRegex: comparing('~*', textOperand),
}
