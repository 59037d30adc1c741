import { DecodeError } from '../../errors.js'
import { bigintOf, int32, uint32 } from '../text/bytes.js'
import { formatFraction } from './calendar.js'
import type { Coding } from '../codec.js'
import { checkWidth, describe } from '../describe.js'
import { checkInterval } from './session-independent.js'

const iso =
  /^(?:P(?=[-\dT])(?:-?\d+Y)?(?:-?\d+M)?(?:-?\d+D)?(?:T(?=[-\d])(?:-?\d+H)?(?:-?\d+M)?(?:-?\d+(?:\.\d+)?S)?)?|-?infinity)$/
const postgres =
  /^(?:([+-]?\d+) years?)? ?(?:([+-]?\d+) mons?)? ?(?:([+-]?\d+) days?)? ?(?:([+-]?)(\d{2,}):(\d\d):(\d\d)(\.\d+)?)?$/

/** As IntervalStyle iso_8601 prints it; `sign` is that of its time, which has so many whole seconds and a fraction. */
function format(months: number, days: number, sign: string, whole: number, fraction: string): string {
  const minutes = Math.floor(whole / 60)
  const hours = Math.floor(minutes / 60)
  const seconds = whole % 60
  const date = part(Math.trunc(months / 12), 'Y') + part(months % 12, 'M') + part(days, 'D')
  const time =
    part(hours, 'H', sign) +
    part(minutes % 60, 'M', sign) +
    (seconds === 0 && fraction === '' ? '' : `${sign}${seconds}${fraction}S`)
  if (time !== '') return `P${date}T${time}`
  return date === '' ? 'PT0S' : `P${date}`
}

function part(value: number, unit: string, sign = ''): string {
  return value === 0 ? '' : `${sign}${value}${unit}`
}

function decodeText(text: string): string {
  if (iso.test(text)) return text
  const match = postgres.exec(text)
  if (match === null || text === '') {
    throw new DecodeError(
      `It is no interval in the style 'iso_8601' or 'postgres', but ${describe(text)}. Set IntervalStyle to one of these for this connection or database.`,
      { value: text },
    )
  }
  const [, years = 0, months = 0, days = 0, plus = '', hours = 0, minutes = 0, seconds = 0, fraction = ''] =
    match
  // The hours of the longest intervals have ten digits: their seconds are well within a double.
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return format(Number(years) * 12 + Number(months), Number(days), plus === '-' ? '-' : '', whole, fraction)
}

function decodeBinary(bytes: Buffer, start: number, end: number): string {
  checkWidth('interval', 16, start, end)
  const high = int32(bytes, start)
  const low = uint32(bytes, start + 4)
  const days = int32(bytes, start + 8)
  const months = int32(bytes, start + 12)
  if (days === 0x7fffffff && months === 0x7fffffff && high === 0x7fffffff && low === 0xffffffff)
    return 'infinity'
  if (days === -0x80000000 && months === -0x80000000 && high === -0x80000000 && low === 0) return '-infinity'

  const signed = bigintOf(high, low)
  const microseconds = signed < 0n ? -signed : signed
  const fraction = formatFraction(Number(microseconds % 1000000n))
  return format(months, days, high < 0 ? '-' : '', Number(microseconds / 1000000n), fraction)
}

/** `interval`: string in ISO 8601 as IntervalStyle iso_8601 prints it: `P1Y2M3DT4H5M6.789S`, `infinity`. */
export const intervalCodec: Coding = {
  decodeText,
  decodeBinary,
  encode: checkInterval,
}
