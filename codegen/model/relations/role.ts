import type { Inflection } from '../../naming/inflection.js'
import { words } from '../../naming/words.js'
import type { Key } from './key.js'

/** Words at a column's end that say that it refers, and not to what. */
const ENDINGS = new Set(['id', 'fk', 'uuid', 'guid'])

/** The same at the end of a word, the longest first: `vendorid`. */
const GLUED = /^(.{3,}?)(?:uuid|guid|id|fk)$/

/** Words that end in `id` by themselves. */
const WITH_ID = new Set(
  [
    'android asteroid avoid candid centroid covid cuboid ellipsoid eyelid factoid fluid hybrid invalid liquid',
    'mermaid orchid plasmid polaroid prepaid pyramid rapid solid spheroid splendid squid steroid stupid tabloid unpaid',
    'valid vivid',
  ].flatMap((line) => line.split(' ')),
)

/** What a foreign key's columns say that the row referred to is. */
export interface Role {
  readonly words: readonly string[]
  /** It is a column's whole name, so that the relation needs another. */
  readonly isColumn: boolean
}

/** A table's name, as the words of one row. */
export interface Target {
  readonly one: readonly string[]
  readonly inflection: Inflection
}

/**
 * The role of the row that a key refers to, by the names of its columns:
 *
 * - `author_id` → author, `id_author` → author; `vendorid` → vendor; `country_code` that refers to `code` → country;
 * - `id`, or a name that the column referred to has too (`sku`) → the target's singular, product;
 * - without anything to cut off (`referred_by`) → the column's name.
 *
 * Of several columns those count that are not called as what they refer to: `(tenant_id, author_id)` that refers to
 * `(tenant_id, id)` → author. What several of these begin with is the role, where one of them says no more than that:
 * `(author_tenant_id, author_id)` → author. Else the target's singular is behind it: `(home_venue_id, home_region_id)` →
 * home venue. Where they have no beginning in common it is the target's singular alone.
 */
export function roleOf(key: Key, target: Target): Role {
  const named = (parts: readonly string[]): Role => ({ words: parts, isColumn: false })
  const pairs = key.columns.map(
    (column, index) => [words(column), words(key.targetColumns[index] ?? '')] as const,
  )
  const [first, ...others] = pairs
  if (first === undefined) return named(target.one)
  if (others.length === 0) return roleOfColumn(...first, target)
  const telling = pairs.filter(([column, referred]) => !isSame(column, referred))
  const [only, ...more] = telling
  if (only === undefined) return named(target.one)
  if (more.length === 0) return roleOfColumn(...only, target)
  const roles = telling.map(
    ([column, referred]) => withoutEnd(column, referred) ?? roleOfColumn(column, referred, target).words,
  )
  const prefix = commonStart(roles)
  if (prefix.length === 0) return named(target.one)
  const full = withTarget(prefix, target)
  const isAnyOf = (parts: readonly string[]) => roles.some((role) => isSame(role, parts))
  return named(isAnyOf(prefix) && !isAnyOf(full) ? prefix : full)
}

function roleOfColumn(column: readonly string[], referred: readonly string[], target: Target): Role {
  const first = column[0] ?? ''
  const last = column.at(-1) ?? ''
  if (column.length === 1 && ENDINGS.has(last)) return { words: target.one, isColumn: false }
  if (ENDINGS.has(last)) return { words: column.slice(0, -1), isColumn: false }
  if (ENDINGS.has(first)) return { words: column.slice(1), isColumn: false }
  const unglued = withoutGlued(last, target)
  if (unglued !== undefined) return { words: [...column.slice(0, -1), unglued], isColumn: false }
  if (isSame(column, referred)) return { words: target.one, isColumn: false }
  const prefix = withoutEnd(column, referred)
  return prefix === undefined ? { words: column, isColumn: true } : { words: prefix, isColumn: false }
}

/** `vendorid` → `vendor`, and `idvendor` where that is what the table is called; a word such as `grid` stays whole. */
function withoutGlued(word: string, { one, inflection }: Target): string | undefined {
  const [, start] = GLUED.exec(word) ?? []
  if (start !== undefined && !WITH_ID.has(word)) return start
  const table = one.join('')
  const called = [table, inflection.plural(one).join('')]
  return called.find((name) => word === `${name}id` || word === `id${name}` || word === `fk${name}`) && table
}

/** A role with the target's name behind it, for when the role alone cannot be the name. */
export function roleWithTarget(role: readonly string[], target: Target): string[] {
  return endsWith(role, target) ? [...role, 'row'] : [...role, ...target.one]
}

/** The same, where a role that has it already is enough, in the singular. */
export function withTarget(role: readonly string[], target: Target): string[] {
  const start = endsWith(role, target) ? role.slice(0, -target.one.length) : role
  return [...start, ...target.one]
}

function endsWith(role: readonly string[], { one, inflection }: Target): boolean {
  return isSame(inflection.singular(role.slice(-one.length)), one)
}

/** What all begin with. */
function commonStart([first = [], ...others]: readonly (readonly string[])[]): readonly string[] {
  const end = first.findIndex((word, index) => others.some((other) => other[index] !== word))
  return end === -1 ? first : first.slice(0, end)
}

/** What is before `end`; undefined when there is nothing, or `parts` ends otherwise. */
function withoutEnd(parts: readonly string[], end: readonly string[]): string[] | undefined {
  const start = parts.slice(0, parts.length - end.length)
  const isEnd = start.length > 0 && end.length > 0 && isSame(parts.slice(start.length), end)
  return isEnd ? start : undefined
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((word, index) => word === right[index])
}
