import type { RelatedSelection } from '../query/state.js'

type Row = Readonly<Record<string, unknown>>

/**
 * A prefetched row with what was joined into the same row: `selectRelated('author.company')` beside
 * `prefetchRelated('author.posts')` gives an author with both.
 *
 * @param joined how the row was joined, or undefined when it was not.
 */
export function withJoined(
  present: unknown,
  prefetched: unknown,
  joined: RelatedSelection | undefined,
): unknown {
  if (joined === undefined || !isRow(present) || !isRow(prefetched)) return prefetched
  const row: Record<string, unknown> = { ...present, ...prefetched }
  for (const deeper of joined.related) {
    const { name } = deeper.relation
    if (Object.hasOwn(prefetched, name)) row[name] = withJoined(present[name], prefetched[name], deeper)
  }
  return row
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}
