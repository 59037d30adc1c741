import { EncodeError } from '../../errors.js'
import { int32 } from '../text/bytes.js'
import { daysOf, epochDays } from './calendar.js'
import type { Codec } from '../codec.js'
import { dateCodec } from './date.js'
import { checkWidth, describe } from '../describe.js'
import { unrepresentable, within } from './instant.js'
import { notIso } from './moment.js'
import { encodeDate } from './timestamptz.js'

const printed = /^(\d{4,})-(\d\d)-(\d\d)( BC)?$/
const day = 86_400_000

/** `date` as Date at midnight in UTC; one at another time is refused, as its time would be lost. A string is taken too. */
export const dateAsDateCodec: Codec = {
  name: 'date as Date',
  base: 'date',
  decodeText: (text) => {
    const match = printed.exec(text)
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
    return within('date', (int32(bytes, start) + epochDays) * day, () =>
      String(dateCodec.decodeBinary?.(bytes, start, end)),
    )
  },
  encode: (value) => {
    if (!(value instanceof Date)) return dateCodec.encode(value)
    if (value.getTime() % day !== 0 && !Number.isNaN(value.getTime())) {
      throw new EncodeError(
        `date takes a Date at midnight in UTC, not ${describe(value)}: its time would be lost.`,
      )
    }
    return encodeDate('date', value, '').replace(' 00:00:00', '')
  },
}
