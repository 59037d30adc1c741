import { COMPARABLE_LOOKUPS } from './comparable.js'
import { comparing, type Lookup, type Lookups } from './lookup.js'
import { Operand } from '../../shape/operand.js'
import { isExpression, type Resolvable } from '../expression/resolve.js'
import { computed, isColumn } from '../expression/computed.js'
import type { Comparand } from '../filter/condition.js'
import { SEARCH_LOOKUPS, TRIGRAM_LOOKUPS } from './search.js'
import { encodedText, textOperand, type LookupField } from './operand.js'

/** A lookup by LIKE: `pattern` makes one of the operand, in which `%` and `_` stand for themselves. */
function like(operator: 'like' | 'ilike', pattern: (literal: string) => string): Lookup {
  return comparing(operator, (field, lookup, value) =>
    isExpression(value)
      ? computedPattern(field, lookup, value, pattern)
      : new Operand(pattern(encodedText(field, lookup, value).replace(/[\\%_]/g, '\\$&'))),
  )
}

/** The pattern of a text that the server computes, in which `%` and `_` stand for themselves as well. */
function computedPattern(
  field: LookupField,
  lookup: string,
  value: Resolvable,
  pattern: (literal: string) => string,
): Comparand {
  const text = textOperand(field, lookup, value)
  if (!isColumn(text)) return text
  const [before = '', after = ''] = pattern('.').split('.')
  const parts = [
    `('${before}' || replace(replace(replace(`,
    String.raw`, E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_') || '${after}')`,
  ]
  return computed({ label: text.property, type: 'text' }, { kind: 'sql', parts, args: [text] }, [text])
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
  ...SEARCH_LOOKUPS,
  ...TRIGRAM_LOOKUPS,
}
