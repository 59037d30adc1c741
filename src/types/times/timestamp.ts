import { int32, uint32 } from '../text/bytes.js'
import { formatDay, formatTime } from './calendar.js'
import type { Codec } from '../codec.js'
import { checkWidth } from '../describe.js'
import { encodeMoment, notIso } from './moment.js'

const printed = /^(?:\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: BC)?|-?infinity)$/

/** The date and time `seconds` and `microseconds` (0 to 999999) after 2000-01-01, in PostgreSQL's ISO style. */
export function formatTimestamp(seconds: number, microseconds: number, offset = ''): string {
  const days = Math.floor(seconds / 86400)
  return formatDay(days, ` ${formatTime(seconds - days * 86400, microseconds)}${offset}`)
}

/** The timestamp in the eight bytes at `at`, with `offset` after its time. */
export function readTimestamp(bytes: Buffer, at: number, offset = ''): string {
  const high = int32(bytes, at)
  const low = uint32(bytes, at + 4)
  if (high === 0x7fffffff && low === 0xffffffff) return 'infinity'
  if (high === -0x80000000 && low === 0) return '-infinity'
  // 2^32 microseconds are 4294 s and 967296 µs: in these parts every sum stays exact in a double.
  const rest = high * 967296 + low
  const carried = Math.floor(rest / 1e6)
  return formatTimestamp(high * 4294 + carried, rest - carried * 1e6, offset)
}

/** `timestamp`: string such as `2024-01-02 03:04:05.123456`, `infinity`. */
export const timestampCodec: Codec = {
  name: 'timestamp',
  decodeText: (text) => {
    if (!printed.test(text)) throw notIso('timestamp', text)
    return text
  },
  decodeBinary: (bytes, start, end) => {
    checkWidth('timestamp', 8, start, end)
    return readTimestamp(bytes, start)
  },
  encode: (value) => encodeMoment('timestamp', '2024-01-02 03:04:05.123456', value),
}
