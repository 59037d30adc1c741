import type { Coding } from '../codec.js'
import { checkWidth } from '../describe.js'
import { epochDays } from './calendar.js'
import { dateAt, dateOf, encodeDate, formatTimestamp, instantOf, readTimestamp } from './instant.js'
import { encodeMoment } from './moment.js'

/**
 * `timestamptz`: Date. Microseconds beyond the millisecond are cut, so that the Date is never later than the
 * instant. A string is taken too; without an offset the server reads it in the session's TimeZone.
 */
export const timestamptzCodec: Coding = {
  decodeText: (text) => dateOf('timestamptz', text),
  decodeBinary: (bytes, start, end) => {
    checkWidth('timestamptz', 8, start, end)
    return dateAt('timestamptz', bytes, start)
  },
  encode: (value) => {
    if (!(value instanceof Date)) return encodeMoment('timestamptz', '2024-01-02 03:04:05.123456+00', value)
    return encodeDate('timestamptz', value, '+00')
  },
}

/** `timestamptz` as string to the microsecond, in UTC whatever the TimeZone: `2024-01-02 03:04:05.123456+00`. */
export const timestamptzAsStringCodec: Coding = {
  decodeText: (text) => {
    if (text === 'infinity' || text === '-infinity') return text
    const { seconds, microseconds } = instantOf('timestamptz', text)
    return formatTimestamp(seconds - epochDays * 86400, microseconds, '+00')
  },
  decodeBinary: (bytes, start, end) => {
    checkWidth('timestamptz', 8, start, end)
    return readTimestamp(bytes, start, '+00')
  },
  encode: timestamptzCodec.encode,
}
