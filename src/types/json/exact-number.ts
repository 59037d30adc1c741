import { DecodeError } from '../../errors.js'
import { canonicalNumeric } from '../numbers/numeric.js'

/** A double is told by this many digits, so that a text of no more was most likely printed from one. */
const DIGITS_OF_DOUBLE = 17

/** Texts without this have no number that a double might not hold: sixteen digits in a row or with a point, or a power. */
const DOUBTFUL = /[\d.]{16}|\de/i

const STRING_OR_NUMBER = /"(?:[^"\\]|\\[^])*"|-?\d[\d.e+-]*/gi

/**
 * A number of JSON as a double.
 *
 * @throws {@link DecodeError} for an integer that is not that double, for a fraction of more digits than a double has,
 * and for what is beyond its range: written back, it would be another.
 */
export function exactNumber(text: string, value = Number(text)): number {
  if (Number.isFinite(value)) {
    const given = canonicalNumeric(text)
    if (given === canonicalNumeric(String(value))) return value
    if (given.includes('e-') && value !== 0 && given.replace('-', '').indexOf('e') <= DIGITS_OF_DOUBLE)
      return value
  }
  throw new DecodeError(
    `JSON has a number of ${text.length} characters that a JavaScript number cannot hold to the last digit. Read the ` +
      "column as text, by { codec: 'string' } in the configuration, or store the number as a string.",
    { value: text },
  )
}

/** @throws {@link DecodeError} for valid JSON with a number that a double cannot hold. */
export function checkNumbers(json: string): void {
  if (!DOUBTFUL.test(json)) return
  for (const [token] of json.matchAll(STRING_OR_NUMBER)) if (!token.startsWith('"')) exactNumber(token)
}
