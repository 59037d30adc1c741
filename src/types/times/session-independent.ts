import { EncodeError } from '../../errors.js'
import { describe } from '../describe.js'
import { checkMoment } from '../text/text.js'

const LONGEST = 80

const month = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*'
// The year first, or a month by its name: what is left has its order from DateStyle.
const day = String.raw`(?:\d{4,7}-\d\d?-\d\d?|\d{8}|\d{4,7}[ -]${month}[ -]\d\d?|\d\d?[ -]${month}[ -]\d{4,7}|${month} \d\d?,? \d{4,7})`
const clock = String.raw`t?(?:\d\d?(?::\d\d){0,2}|\d{4}|\d{6})(?:\.\d*)?(?: ?[ap]m)?`
const offset = String.raw` ?(?:z|zulu|utc|gmt|[+-]\d\d?(?::?\d\d){0,2})`
// Abbreviations other than these have their meaning from timezone_abbreviations.
const namedZone = String.raw` [a-z_]+(?:\/[\w+-]+)+`
const zone = `(?:${offset}|${namedZone})`
const era = '(?: ?(?:bc|ad))?'
const always = '[+-]?infinity|epoch'

function pattern(of: string): RegExp {
  // eslint-disable-next-line security/detect-non-literal-regexp -- of the parts above
  return new RegExp(`^\\s*(?:${of})\\s*$`, 'i')
}

// The server leaves out an offset that a timestamp or a date does not hold.
const local = pattern(`${always}|${day}(?:[ t]${clock}${zone}?)?${era}`)
const instant = pattern(`${always}|now|${day}(?:[ t]${clock}${zone}|${namedZone})${era}`)
const clockAlone = pattern(`${clock}(?:${zone})?`)
const clockWithOffset = pattern(`${clock}${offset}`)
// Under the IntervalStyle sql_standard a sign in front is that of all fields, unless another has one.
const signedFirst = /^\s*-\s*\d/
const signedLater = /[\sa-z][+-]/i
const anotherField = /\d[\sa-z]+\d/i

/**
 * A date or time that every session reads as the same.
 *
 * @throws {@link EncodeError} for one that a session reads by its `DateStyle` or `TimeZone`, and for what is no string.
 */
function checkFixed(type: string, fixed: RegExp, example: string, why: string, value: unknown): string {
  const text = checkMoment(type, example, value)
  if (text.length <= LONGEST && fixed.test(text)) return text
  throw new EncodeError(`${type} takes a string such as '${example}', not ${describe(value)}${why}.`, {
    value,
  })
}

const OTHER_STYLE = ' in another style, which sessions read by their DateStyle and TimeZone'

/** `2024-01-02`: no `01/02/2024`, which is two days, and no `today`, which is two in two time zones. */
export function checkDay(value: unknown): string {
  return checkFixed('date', local, '2024-01-02', OTHER_STYLE, value)
}

/** `2024-01-02 03:04:05`. */
export function checkTimestamp(value: unknown): string {
  return checkFixed('timestamp', local, '2024-01-02 03:04:05.123456', OTHER_STYLE, value)
}

/** `2024-01-02 03:04:05+00`, with the offset. */
export function checkInstant(value: unknown): string {
  return checkFixed(
    'timestamptz',
    instant,
    '2024-01-02 03:04:05.123456+00',
    ': without an offset from UTC, or in another style, each session reads it by its own TimeZone and DateStyle',
    value,
  )
}

/** `04:05:06.789`. */
export function checkTime(value: unknown): string {
  return checkFixed('time', clockAlone, '04:05:06.789', ' of another form', value)
}

/** `04:05:06.789+02`, with the offset. */
export function checkOffsetTime(value: unknown): string {
  return checkFixed(
    'timetz',
    clockWithOffset,
    '04:05:06.789+02',
    ': without an offset from UTC each session reads it by its own TimeZone',
    value,
  )
}

/** Any of PostgreSQL's forms but `-1 day 2:03`, whose hours sessions read by their IntervalStyle. */
export function checkInterval(value: unknown): string {
  const text = checkMoment('interval', 'P1DT2H', value)
  const isOne = !anotherField.test(text)
  if (isOne || !signedFirst.test(text) || signedLater.test(text.trimStart().slice(1))) return text
  throw new EncodeError(
    `interval takes a string such as 'P-1DT-2H', not ${describe(value)} with a sign in front alone, which sessions apply to one field or to all by their IntervalStyle: give each field its sign.`,
    { value },
  )
}
