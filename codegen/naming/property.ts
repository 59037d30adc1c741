import type { NamingStyle } from './style.js'
import { assign, compare, fingerprints, isUnquoted, OBJECT_MEMBERS } from './unique.js'
import { camelCase, startsLikeIdentifier, words } from './words.js'

/** The combinators of a filter, which a column of that name would hide, and what every object has. */
export const RESERVED_PROPERTIES: readonly string[] = ['and', 'or', 'not', ...OBJECT_MEMBERS]

export interface PropertyOptions {
  /** Default: `'camelCase'`. */
  readonly style?: NamingStyle
  /** Properties that the user chose, by name. No two are the same. */
  readonly chosen?: ReadonlyMap<string, string>
}

/**
 * The TypeScript properties of a table's columns or a composite's attributes: `created_at` → `createdAt`. Where two
 * names meet (`user_id` and `"userId"`), the one that needs no change keeps it and the other stays as in SQL.
 */
export function propertyNames(names: readonly string[], options: PropertyOptions = {}): Map<string, string> {
  const { style = 'camelCase', chosen = new Map<string, string>() } = options
  const needNoChange = new Set(names.filter((name) => camel(name) === name))
  const others = assign(
    names.filter((name) => !chosen.has(name)),
    {
      taken: new Set([...RESERVED_PROPERTIES, ...chosen.values()]),
      rank: (left, right) =>
        Number(needNoChange.has(right)) - Number(needNoChange.has(left)) || compare(left, right),
      candidates: (name) => candidates(name, style),
      parts: (property) => [property],
    },
  )
  return new Map(names.map((name) => [name, chosen.get(name) ?? others.get(name) ?? name]))
}

/** The property a column has if nothing is in its way; none when nothing of its name can be part of one. */
export function expectedProperty(name: string, style: NamingStyle): string | undefined {
  if (style === 'asIs') return name
  const parts = words(name)
  return startsLikeIdentifier(parts) ? camelCase(parts) : undefined
}

function* candidates(name: string, style: NamingStyle): Iterable<string> {
  // `orderBy('-id')` is descending by `id`.
  if (style === 'asIs' && !name.startsWith('-')) yield name
  const property = camel(name)
  yield property
  if (isUnquoted(name)) yield name
  yield `${property}_`
  for (const mark of fingerprints(name)) yield `${property}_${mark}`
}

function camel(name: string): string {
  return camelCase(words(name))
}
