import { anything, checkOptions } from '../../options.js'
import { FieldError } from '../../errors.js'
import { describe } from '../../types/describe.js'
import { isExpression } from '../expression/resolve.js'
import { matching, type SearchQueryOptions } from '../functions/search.js'
import { similar } from '../functions/trigrams.js'
import type { Lookup, Lookups } from './lookup.js'
import { isPlainObject } from './operand.js'

/** What texts and their vectors are searched by: a text, what `searchQuery` makes, or `{ query, type, config }`. */
export const SEARCH_LOOKUPS: Lookups = {
  search: ({ column, label, target }, operand) => {
    const given = isPlainObject(operand) ? operand : { query: operand }
    const checks = { query: anything, type: anything, config: anything }
    const checked = checkOptions(given, checks, `${label}.search`, FieldError)
    const { query, type, config } = checked as SearchQueryOptions & { readonly query?: unknown }
    if (typeof query !== 'string' && !isExpression(query)) {
      throw new FieldError(
        `${label}.search takes a text, as in { search: 'cat' } or { search: { query: 'cat', config: 'english' } }, not ` +
          `${describe(query)}.`,
      )
    }
    return { kind: 'isTrue', column: matching(target, column, query as string, { type, config }) }
  },
}

const alike: Lookup = ({ column, target }, operand, name) => {
  const { to, ...options } = isPlainObject(operand) ? operand : { to: operand }
  return { kind: 'isTrue', column: similar(target, column, name, to, options) }
}

/** Lookups of the extension pg_trgm: a text, or `{ to, schema }`. */
export const TRIGRAM_LOOKUPS: Lookups = {
  trigramSimilar: alike,
  trigramWordSimilar: alike,
  trigramStrictWordSimilar: alike,
}
