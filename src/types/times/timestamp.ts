import { types } from 'node:util'
import type { Coding } from '../codec.js'
import { notIso, printedAs } from '../describe.js'
import { epochDays } from './calendar.js'
import { dateAt, dateOf, encodeDate, formatTimestamp, instantOf, readTimestamp } from './instant.js'
import { writeDate, writeInstant, writeTimestamp } from './moment-bytes.js'
import { checkInstant, checkTimestamp } from './session-independent.js'

const printed = /^(?:\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: BC)?|-?infinity)$/

/** `timestamp`: string such as `2024-01-02 03:04:05.123456`, `infinity`. */
export const timestampCodec: Coding = {
  decodeText: (text) => printedAs('timestamp', printed, text, notIso),
  decodeBinary: (bytes, start, end) => readTimestamp('timestamp', bytes, start, end),
  encode: checkTimestamp,
  encodeBinary: writeTimestamp,
}

/**
 * `timestamp` as Date, taken to be in UTC. The Date remembers its microseconds, and infinities are errors, as
 * those of timestamptz are. A string is taken too.
 */
export const timestampAsDateCodec: Coding = {
  decodeText: (text) => dateOf('timestamp', text, '+00'),
  decodeBinary: (bytes, start, end) => dateAt('timestamp', bytes, start, end),
  encode: (value) =>
    types.isDate(value) ? encodeDate('timestamp', value, '') : timestampCodec.encode(value),
  encodeBinary: (value, bytes) => writeDate(value, bytes) || writeTimestamp(value, bytes),
}

/**
 * `timestamptz`: Date, which is never later than the instant and remembers the microseconds that it cuts. A string
 * with an offset is taken too.
 */
export const timestamptzCodec: Coding = {
  decodeText: (text) => dateOf('timestamptz', text),
  decodeBinary: (bytes, start, end) => dateAt('timestamptz', bytes, start, end),
  encode: (value) => (types.isDate(value) ? encodeDate('timestamptz', value, '+00') : checkInstant(value)),
  encodeBinary: (value, bytes) => writeDate(value, bytes) || writeInstant(value, bytes),
}

/** `timestamptz` as string to the microsecond, in UTC whatever the TimeZone: `2024-01-02 03:04:05.123456+00`. */
export const timestamptzAsStringCodec: Coding = {
  decodeText: (text) => {
    if (text === 'infinity' || text === '-infinity') return text
    const { seconds, microseconds } = instantOf('timestamptz', text)
    return formatTimestamp(seconds - epochDays * 86400, microseconds, '+00')
  },
  decodeBinary: (bytes, start, end) => readTimestamp('timestamptz', bytes, start, end, '+00'),
  encode: timestamptzCodec.encode,
  encodeBinary: timestamptzCodec.encodeBinary,
}
