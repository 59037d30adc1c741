import { int32 } from '../text/bytes.js'
import { formatDay } from './calendar.js'
import type { Codec } from '../codec.js'
import { checkWidth } from '../describe.js'
import { encodeMoment, notIso } from './moment.js'

const printed = /^(?:\d{4,}-\d\d-\d\d(?: BC)?|-?infinity)$/

/** `date`: string such as `2024-01-02`, `0044-03-15 BC`, `infinity`. */
export const dateCodec: Codec = {
  name: 'date',
  decodeText: (text) => {
    if (!printed.test(text)) throw notIso('date', text)
    return text
  },
  decodeBinary: (bytes, start, end) => {
    checkWidth('date', 4, start, end)
    const days = int32(bytes, start)
    if (days === 0x7fffffff) return 'infinity'
    if (days === -0x80000000) return '-infinity'
    return formatDay(days, '')
  },
  encode: (value) => encodeMoment('date', '2024-01-02', value),
}
