import { int32, uint32 } from '../text/bytes.js'
import { formatTime, two } from './calendar.js'
import type { Coding } from '../codec.js'
import { checkWidth, printedAs } from '../describe.js'
import { writeTime } from './moment-bytes.js'
import { checkOffsetTime, checkTime } from './session-independent.js'

const printedTime = /^\d\d:\d\d:\d\d(?:\.\d{1,6})?$/
const printedTimetz = /^\d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d){0,2}$/

function timeAt(bytes: Buffer, at: number): string {
  // At most 86400000000 microseconds: a double holds them exactly.
  const microseconds = int32(bytes, at) * 0x100000000 + uint32(bytes, at + 4)
  const seconds = Math.floor(microseconds / 1e6)
  return formatTime(seconds, microseconds - seconds * 1e6)
}

/** An offset as PostgreSQL prints it, given as it is sent: in seconds west of UTC. */
function formatOffset(west: number): string {
  const seconds = Math.abs(west)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  let text = (west > 0 ? '-' : '+') + two(hours)
  if (seconds % 3600 !== 0) text += `:${two(minutes - hours * 60)}`
  if (seconds % 60 !== 0) text += `:${two(seconds - minutes * 60)}`
  return text
}

/** `time`: string such as `04:05:06.789`; `24:00:00` is one. */
export const timeCodec: Coding = {
  decodeText: (text) => printedAs('time', printedTime, text),
  decodeBinary: (bytes, start, end) => {
    checkWidth('time', 8, start, end)
    return timeAt(bytes, start)
  },
  encode: checkTime,
  encodeBinary: writeTime,
}

/** `timetz`: string such as `04:05:06.789+05:30`. */
export const timetzCodec: Coding = {
  decodeText: (text) => printedAs('timetz', printedTimetz, text),
  decodeBinary: (bytes, start, end) => {
    checkWidth('timetz', 12, start, end)
    return timeAt(bytes, start) + formatOffset(int32(bytes, start + 8))
  },
  encode: checkOffsetTime,
}
