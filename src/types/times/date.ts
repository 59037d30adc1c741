import { EncodeError } from '../../errors.js'
import { int32 } from '../text/bytes.js'
import type { Coding } from '../codec.js'
import { checkWidth, describe } from '../describe.js'
import { daysOf, epochDays, formatDay } from './calendar.js'
import { encodeDate, unrepresentable, within } from './instant.js'
import { encodeMoment, notIso } from './moment.js'

const printed = /^(?:\d{4,}-\d\d-\d\d(?: BC)?|-?infinity)$/
const parts = /^(\d{4,})-(\d\d)-(\d\d)( BC)?$/
const day = 86_400_000

/** As PostgreSQL prints it. */
function printedAt(bytes: Buffer, start: number): string {
  const days = int32(bytes, start)
  if (days === 0x7fffffff) return 'infinity'
  if (days === -0x80000000) return '-infinity'
  return formatDay(days, '')
}

function encode(value: unknown): string {
  return encodeMoment('date', '2024-01-02', value)
}

/** `date`: string such as `2024-01-02`, `0044-03-15 BC`, `infinity`. */
export const dateCodec: Coding = {
  decodeText: (text) => {
    if (!printed.test(text)) throw notIso('date', text)
    return text
  },
  decodeBinary: (bytes, start, end) => {
    checkWidth('date', 4, start, end)
    return printedAt(bytes, start)
  },
  encode,
}

/** `date` as Date at midnight in UTC; one at another time is refused, as its time would be lost. A string is taken too. */
export const dateAsDateCodec: Coding = {
  decodeText: (text) => {
    const match = parts.exec(text)
    if (match === null) {
      if (text === 'infinity' || text === '-infinity') throw unrepresentable('date', text)
      throw notIso('date', text)
    }
    const [, year, month, date, before] = match
    const days = daysOf(before === undefined ? Number(year) : 1 - Number(year), Number(month), Number(date))
    return within('date', days * day, () => text)
  },
  decodeBinary: (bytes, start, end) => {
    checkWidth('date', 4, start, end)
    return within('date', (int32(bytes, start) + epochDays) * day, () => printedAt(bytes, start))
  },
  encode: (value) => {
    if (!(value instanceof Date)) return encode(value)
    if (value.getTime() % day !== 0 && !Number.isNaN(value.getTime())) {
      throw new EncodeError(
        `date takes a Date at midnight in UTC, not ${describe(value)}: its time would be lost.`,
        { value },
      )
    }
    return encodeDate('date', value, '').replace(' 00:00:00', '')
  },
}
