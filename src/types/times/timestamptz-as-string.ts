import { epochDays } from './calendar.js'
import type { Codec } from '../codec.js'
import { checkWidth } from '../describe.js'
import { instantOf } from './instant.js'
import { formatTimestamp, readTimestamp } from './timestamp.js'
import { timestamptzCodec } from './timestamptz.js'

/** `timestamptz` as string to the microsecond, in UTC whatever the TimeZone: `2024-01-02 03:04:05.123456+00`. */
export const timestamptzAsStringCodec: Codec = {
  name: 'timestamptz as string',
  base: 'timestamptz',
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
