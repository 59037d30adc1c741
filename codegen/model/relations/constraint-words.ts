import { words } from '../../naming/words.js'
import type { Key } from './key.js'

/** What says no more than that it is a key. */
const NOISE = new Set([
  'fk',
  'fkey',
  'foreign',
  'key',
  'constraint',
  'ref',
  'refs',
  'references',
  'rel',
  'to',
])
const IDENTIFIERS = new Set(['id', 'ids', 'uuid', 'guid'])

/** PostgreSQL cuts the names that it makes to this length, in bytes. */
const LONGEST = 63

/**
 * What a key's constraint is called by those who made it: home of `home`, `fk_home` and `matches_home_fkey`. Nothing where
 * it only repeats tables and columns, as names that servers and tools make do, or has a number in it, as those of Hibernate
 * and Rails have.
 */
export function constraintWords({ constraint, table, target, columns }: Key): readonly string[] | undefined {
  const own = words(constraint).filter((word) => !NOISE.has(word))
  const telling = withoutStart(own, words(table.name))
  const ofTarget = new Set(words(target.name))
  const isMore = telling.some((word) => !IDENTIFIERS.has(word) && !ofTarget.has(word))
  const repeated = [columns, ...columns.map((column) => [column])].map((each) =>
    each.flatMap(words).join(' '),
  )
  const isMade =
    repeated.includes(telling.join(' ')) ||
    telling.some((word) => /\d/.test(word)) ||
    Buffer.byteLength(constraint) >= LONGEST
  return isMore && !isMade ? telling : undefined
}

function withoutStart(parts: readonly string[], start: readonly string[]): readonly string[] {
  const isStart = start.every((word, index) => parts[index] === word)
  return isStart ? parts.slice(start.length) : parts
}
