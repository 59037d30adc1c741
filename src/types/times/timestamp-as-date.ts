import type { Codec } from '../codec.js'
import { checkWidth } from '../describe.js'
import { dateAt, dateOf } from './instant.js'
import { timestampCodec } from './timestamp.js'
import { encodeDate } from './timestamptz.js'

/**
 * `timestamp` as Date, taken to be in UTC. Microseconds beyond the millisecond are cut, and infinities are errors, as
 * those of timestamptz are. A string is taken too.
 */
export const timestampAsDateCodec: Codec = {
  name: 'timestamp as Date',
  base: 'timestamp',
  decodeText: (text) => dateOf('timestamp', text.replace(/(?<=\d)(?= BC$|$)/, '+00')),
  decodeBinary: (bytes, start, end) => {
    checkWidth('timestamp', 8, start, end)
    return dateAt('timestamp', bytes, start)
  },
  encode: (value) =>
    value instanceof Date ? encodeDate('timestamp', value, '') : timestampCodec.encode(value),
}
