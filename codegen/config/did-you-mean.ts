import { closest } from '../../src/choices.js'

/** At most this many names are listed in a message. */
const SHOWN = 20

/** ` Did you mean "users"? Known: …`, for a name that is not among those known. */
export function didYouMean(name: string, known: readonly string[]): string {
  const meant = closest(name, known)
  return `${meant === undefined ? '' : ` Did you mean "${meant}"?`} ${listOf(known)}`
}

function listOf(known: readonly string[]): string {
  if (known.length === 0) return 'There are none.'
  const more = known.length > SHOWN ? ` and ${known.length - SHOWN} more` : ''
  return `Known: ${known.slice(0, SHOWN).join(', ')}${more}.`
}
