import { singular, words } from '../../naming/words.js'
import type { Key } from './key.js'

/** Words at a column's end that say that it refers, and not to what. */
const ENDINGS = new Set(['id', 'fk', 'uuid', 'guid'])

/** What a foreign key's columns say that the row referred to is. */
export interface Role {
  readonly words: readonly string[]
  /** It is a column's whole name, so that the relation needs another. */
  readonly isColumn: boolean
}

/**
 * The role of the row that a key refers to, by the names of its columns:
 *
 * - `author_id` → author, `id_author` → author; `country_code` that refers to `code` → country;
 * - `id`, or a name that the column referred to has too (`sku`) → the target's singular, product;
 * - without anything to cut off (`referred_by`) → the column's name.
 *
 * Of several columns those count that are not called as what they refer to: `(tenant_id, author_id)` that refers to
 * `(tenant_id, id)` → author. Several of these have to share what is before the names referred to, as
 * `(author_tenant_id, author_id)` does; else it is the target's singular.
 *
 * @param target - the words of the target's name in the singular.
 */
export function roleOf(key: Key, target: readonly string[]): Role {
  const named = (parts: readonly string[]): Role => ({ words: parts, isColumn: false })
  const pairs = key.columns.map(
    (column, index) => [words(column), words(key.targetColumns[index] ?? '')] as const,
  )
  const [first, ...others] = pairs
  if (first === undefined) return named(target)
  if (others.length === 0) return roleOfColumn(...first, target)
  const telling = pairs.filter(([column, referred]) => !isSame(column, referred))
  const [only, ...more] = telling
  if (only === undefined) return named(target)
  if (more.length === 0) return roleOfColumn(...only, target)
  const prefixes = telling.map(([column, referred]) => withoutEnd(column, referred) ?? [])
  const [prefix = []] = prefixes
  const isShared = prefix.length > 0 && prefixes.every((each) => isSame(each, prefix))
  return named(isShared ? prefix : target)
}

function roleOfColumn(
  column: readonly string[],
  referred: readonly string[],
  target: readonly string[],
): Role {
  const first = column[0] ?? ''
  const last = column.at(-1) ?? ''
  if (column.length === 1 && ENDINGS.has(last)) return { words: target, isColumn: false }
  if (ENDINGS.has(last)) return { words: column.slice(0, -1), isColumn: false }
  if (ENDINGS.has(first)) return { words: column.slice(1), isColumn: false }
  if (isSame(column, referred)) return { words: target, isColumn: false }
  const prefix = withoutEnd(column, referred)
  return prefix === undefined ? { words: column, isColumn: true } : { words: prefix, isColumn: false }
}

/** A role with the target's name behind it, for when the role alone cannot be the name. */
export function roleWithTarget(role: readonly string[], target: readonly string[]): string[] {
  return [...role, ...(isSame(singular(role.slice(-target.length)), target) ? ['row'] : target)]
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
