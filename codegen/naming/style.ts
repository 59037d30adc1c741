import { camelCase } from './words.js'

/** `asIs` keeps the names of columns and tables as they are in SQL, and joins those of relations by underscores. */
export type NamingStyle = 'camelCase' | 'asIs'

/** The name of a relation: `posts`, `by`, `author` → `postsByAuthor` or `posts_by_author`. */
export function joinWords(parts: readonly string[], style: NamingStyle): string {
  if (style === 'camelCase') return camelCase(parts)
  const text = parts.join('_') || 'unnamed'
  return /^\p{ID_Start}/u.test(text) ? text : `_${text}`
}
