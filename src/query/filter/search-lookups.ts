import type { Expressed } from '../expression/expression-types.js'
import type { SearchQueryOptions } from '../functions/search.js'
import type { ExtensionOptions } from '../functions/trigrams.js'

/** What is searched, and how. */
export interface SearchOperand extends SearchQueryOptions {
  /** What is searched, read as `type` says. */
  readonly query: string | Expressed
}

/** Lookups of texts and of vectors of their words. */
export interface SearchLookups {
  /** `to_tsvector(…) @@ plainto_tsquery(…)`: has the words that are searched. */
  readonly search?: string | Expressed | SearchOperand
}

/** What a text is like, and in which schema pg_trgm is. */
export interface TrigramOperand extends ExtensionOptions {
  /** The text that it is compared with. */
  readonly to: string | Expressed
}

/** Lookups of the extension pg_trgm, as alike as its thresholds ask. */
export interface TrigramLookups {
  /** `%`: the whole text is alike. */
  readonly trigramSimilar?: string | Expressed | TrigramOperand
  /** `%>`: so is a part of it. */
  readonly trigramWordSimilar?: string | Expressed | TrigramOperand
  /** `%>>`: so are whole words of it. */
  readonly trigramStrictWordSimilar?: string | Expressed | TrigramOperand
}
