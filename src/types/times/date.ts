import { types } from 'node:util'
import { EncodeError } from '../../errors.js'
import { int32 } from '../text/bytes.js'
import type { Coding } from '../codec.js'
import { checkWidth, describe, notIso, printedAs } from '../describe.js'
import { epochDays, formatDay } from './calendar.js'
import { dateOf, encodeDate, within } from './instant.js'
import { writeDay } from './moment-bytes.js'
import { checkDay } from './session-independent.js'

const printed = /^(?:\d{4,}-\d\d-\d\d(?: BC)?|-?infinity)$/
const day = 86_400_000
const FURTHEST_DAYS = 700_000

function decodeBinary(bytes: Buffer, start: number, end: number): string {
  checkWidth('date', 4, start, end)
  const days = int32(bytes, start)
  if (days === 0x7fffffff) return 'infinity'
  if (days === -0x80000000) return '-infinity'
  return formatDay(days, '')
}

/** `date`: string such as `2024-01-02`, `0044-03-15 BC`, `infinity`. */
export const dateCodec: Coding = {
  decodeText: (text) => printedAs('date', printed, text, notIso),
  decodeBinary,
  encode: checkDay,
  encodeBinary: writeDay,
}

/** `date` as Date at midnight in UTC; one at another time is refused, as its time would be lost. A string is taken too. */
export const dateAsDateCodec: Coding = {
  decodeText: (text) => dateOf('date', text, ' 00:00:00+00'),
  decodeBinary: (bytes, start, end) => {
    checkWidth('date', 4, start, end)
    return within('date', (int32(bytes, start) + epochDays) * day, 0, () => decodeBinary(bytes, start, end))
  },
  encode: (value) => {
    if (!types.isDate(value)) return dateCodec.encode(value)
    if (value.getTime() % day !== 0 && !Number.isNaN(value.getTime())) {
      throw new EncodeError(
        `date takes a Date at midnight in UTC, not ${describe(value)}: its time would be lost.`,
        { value },
      )
    }
    return encodeDate('date', value, '').replace(' 00:00:00', '')
  },
  encodeBinary: (value, bytes) => {
    if (!types.isDate(value)) return writeDay(value, bytes)
    const days = value.getTime() / day - epochDays
    // Years of more than four digits, and those before the first, are seldom.
    if (!Number.isInteger(days) || Math.abs(days) > FURTHEST_DAYS) return false
    bytes.int32(days)
    return true
  },
}
