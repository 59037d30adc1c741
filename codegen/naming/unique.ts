import { createHash } from 'node:crypto'
import type { Qualified } from '../../src/schema/qualified-name.js'

/** Names that every object answers to: as properties they would shadow, or be shadowed by, what JavaScript uses. */
export const OBJECT_MEMBERS: readonly string[] = Object.getOwnPropertyNames(Object.prototype)

/** A short suffix that depends on nothing but `text`. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

/** Suffixes without end, so that one is left whatever else is called so. */
export function* fingerprints(text: string): Iterable<string> {
  for (let salt = 0; ; salt++) yield fingerprint(salt === 0 ? text : `${text}\0${String(salt)}`)
}

/** Orders by UTF-16 code units: the same everywhere, whatever the locale. */
export function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** The schema whose tables and types carry no prefix. */
export const DEFAULT_SCHEMA = 'public'

/** Who keeps the plain name when several could have it: the default schema, unquoted names, short names first. */
export function rank(left: Qualified, right: Qualified): number {
  return (
    Number(right.schema === DEFAULT_SCHEMA) - Number(left.schema === DEFAULT_SCHEMA) ||
    Number(isUnquoted(right.name)) - Number(isUnquoted(left.name)) ||
    Number(isUnquoted(right.schema)) - Number(isUnquoted(left.schema)) ||
    left.name.length - right.name.length ||
    compare(left.name, right.name) ||
    compare(left.schema, right.schema)
  )
}

/** SQL writes it without quotes. */
export function isUnquoted(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(name)
}

/**
 * Gives each item the first of its candidates of which no part is taken. Items are served in the order of `rank`,
 * so the outcome depends on the set of names alone and not on the order the catalog lists them in.
 *
 * @throws what `refuse` makes when an item runs out of candidates; most have candidates without end.
 */
export function assign<Item, Choice>(
  items: readonly Item[],
  options: {
    readonly taken: Set<string>
    readonly rank: (left: Item, right: Item) => number
    readonly candidates: (item: Item) => Iterable<Choice>
    readonly parts: (choice: Choice) => readonly string[]
    readonly refuse?: (item: Item) => Error
  },
): Map<Item, Choice> {
  const chosen = new Map<Item, Choice>()
  for (const item of [...items].sort(options.rank)) {
    for (const choice of options.candidates(item)) {
      const parts = options.parts(choice)
      if (parts.some((part) => options.taken.has(part))) continue
      for (const part of parts) options.taken.add(part)
      chosen.set(item, choice)
      break
    }
    if (!chosen.has(item)) {
      throw options.refuse?.(item) ?? new Error(`Every name for ${JSON.stringify(item)} is taken.`)
    }
  }
  return chosen
}
