import { DecodeError, EncodeError } from '../errors.js'
import { int32, uint32 } from './bytes.js'
import { daysOf, epochDays } from './calendar.js'
import type { Codec } from './codec.js'
import { checkWidth, describe } from './describe.js'
import { encodeMoment, notIso } from './moment.js'
import { formatTimestamp, readTimestamp } from './timestamp.js'

const printed =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/

const epoch = epochDays * 86400000
const furthest = 8.64e15

function unrepresentable(text: string): DecodeError {
  return new DecodeError(`A Date cannot hold the timestamptz '${text}'. Read the column as text instead.`)
}

function decodeText(text: string): Date {
  const match = printed.exec(text)
  if (match === null) {
    if (text === 'infinity' || text === '-infinity') throw unrepresentable(text)
    throw notIso('timestamptz', text)
  }
  const [, year, month, day, hour, minute, second, fraction = '', sign, ...offset] = match
  const [hours = 0, minutes = 0, seconds = 0] = offset
    .slice(0, 3)
    .map((part: string | undefined) => Number(part ?? 0))
  const days = daysOf(match[12] === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day))
  const local = days * 86400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const east = (hours * 3600 + minutes * 60 + seconds) * (sign === '-' ? -1 : 1)
  const milliseconds = (local - east) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  if (milliseconds < -furthest || milliseconds > furthest) throw unrepresentable(text)
  return new Date(milliseconds)
}

/**
 * `timestamptz`: Date. Microseconds beyond the millisecond are cut, so that the Date is never later than the
 * instant. A string is taken too; without an offset the server reads it in the session's TimeZone.
 */
export const timestamptzCodec: Codec = {
  name: 'timestamptz',
  decodeText,
  decodeBinary: (bytes, start, end) => {
    checkWidth('timestamptz', 8, start, end)
    const high = int32(bytes, start)
    const low = uint32(bytes, start + 4)
    // 2^32 microseconds are 4294967 ms and 296 µs: in these parts every sum that a Date holds is exact. Both
    // infinities lie beyond what it holds.
    const milliseconds = epoch + high * 4294967 + Math.floor((high * 296 + low) / 1000)
    if (milliseconds < -furthest || milliseconds > furthest) {
      throw unrepresentable(readTimestamp(bytes, start, '+00'))
    }
    return new Date(milliseconds)
  },
  encode: (value) => {
    if (!(value instanceof Date)) return encodeMoment('timestamptz', '2024-01-02 03:04:05.123456+00', value)
    const milliseconds = value.getTime()
    if (Number.isNaN(milliseconds)) {
      throw new EncodeError(`timestamptz takes a valid Date, not ${describe(value)}.`)
    }
    const seconds = Math.floor(milliseconds / 1000)
    const microseconds = (milliseconds - seconds * 1000) * 1000
    return formatTimestamp(seconds - epochDays * 86400, microseconds, '+00')
  },
}

/**
 * `timestamptz` as string to the microsecond, for keys that rows are found by again. Its type is named
 * `timestamptz as string`.
 */
export const timestamptzAsStringCodec: Codec = {
  name: 'timestamptz as string',
  base: 'timestamptz',
  decodeText: (text) => text,
  decodeBinary: (bytes, start, end) => {
    checkWidth('timestamptz', 8, start, end)
    return readTimestamp(bytes, start, '+00')
  },
  encode: timestamptzCodec.encode,
}
