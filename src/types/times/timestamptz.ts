import { EncodeError } from '../../errors.js'
import { epochDays } from './calendar.js'
import type { Codec } from '../codec.js'
import { checkWidth, describe } from '../describe.js'
import { dateAt, dateOf } from './instant.js'
import { encodeMoment } from './moment.js'
import { formatTimestamp } from './timestamp.js'

/**
 * `timestamptz`: Date. Microseconds beyond the millisecond are cut, so that the Date is never later than the
 * instant. A string is taken too; without an offset the server reads it in the session's TimeZone.
 */
export const timestamptzCodec: Codec = {
  name: 'timestamptz',
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

/** A Date in UTC, with `offset` behind it. */
export function encodeDate(type: string, value: Date, offset: string): string {
  const milliseconds = value.getTime()
  if (Number.isNaN(milliseconds)) throw new EncodeError(`${type} takes a valid Date, not ${describe(value)}.`)
  const seconds = Math.floor(milliseconds / 1000)
  const microseconds = (milliseconds - seconds * 1000) * 1000
  return formatTimestamp(seconds - epochDays * 86400, microseconds, offset)
}
