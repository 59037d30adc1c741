import { assign, compare, fingerprint, isUnquoted, OBJECT_MEMBERS } from './unique.js'
import { camelCase, words } from './words.js'

/** The combinators of a filter, which a column of that name would hide, and what every object has. */
export const RESERVED_PROPERTIES: readonly string[] = ['and', 'or', 'not', ...OBJECT_MEMBERS]

/**
 * The TypeScript properties of a table's columns or a composite's attributes: `created_at` → `createdAt`. Where two
 * names meet (`user_id` and `"userId"`), the one that needs no change keeps it and the other stays as in SQL.
 */
export function propertyNames(names: readonly string[]): Map<string, string> {
  return assign(names, {
    taken: new Set(RESERVED_PROPERTIES),
    rank: (left, right) =>
      Number(plain(right) === right) - Number(plain(left) === left) || compare(left, right),
    candidates,
    parts: (property) => [property],
  })
}

function* candidates(name: string): Iterable<string> {
  const property = plain(name)
  yield property
  if (isUnquoted(name)) yield name
  yield `${property}_`
  yield `${property}_${fingerprint(name)}`
}

function plain(name: string): string {
  return camelCase(words(name))
}
