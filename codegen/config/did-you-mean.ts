import leven from 'leven'

/** At most this many names are listed in a message. */
const SHOWN = 20

/** ` Did you mean "users"? Known: …`, for a name that is not among those known. */
export function didYouMean(name: string, known: readonly string[]): string {
  const [closest] = known
    .map((other) => ({ other, distance: leven(name.toLowerCase(), other.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance)
  const isClose = closest !== undefined && closest.distance <= Math.max(2, Math.floor(name.length / 4))
  return `${isClose ? ` Did you mean "${closest.other}"?` : ''} ${listOf(known)}`
}

function listOf(known: readonly string[]): string {
  if (known.length === 0) return 'There are none.'
  const more = known.length > SHOWN ? ` and ${known.length - SHOWN} more` : ''
  return `Known: ${known.slice(0, SHOWN).join(', ')}${more}.`
}
