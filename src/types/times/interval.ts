import { DecodeError } from '../../errors.js'
import { bigintOf, int32, uint32 } from '../text/bytes.js'
import { formatFraction } from './calendar.js'
import type { Coding } from '../codec.js'
import { checkWidth, describe } from '../describe.js'
import { encodeMoment } from './moment.js'

const iso =
  /^(?:P(?=[-\dT])(?:-?\d+Y)?(?:-?\d+M)?(?:-?\d+D)?(?:T(?=[-\d])(?:-?\d+H)?(?:-?\d+M)?(?:-?\d+(?:\.\d+)?S)?)?|-?infinity)$/
const postgres =
  /^(?:([+-]?\d+) years?)? ?(?:([+-]?\d+) mons?)? ?(?:([+-]?\d+) days?)? ?(?:([+-]?)(\d{2,}):(\d\d):(\d\d)(\.\d+)?)?$/

function part(value: number | bigint, unit: string): string {
  return value === 0 || value === 0n ? '' : `${value}${unit}`
}

/** Puts the parts together as IntervalStyle iso_8601 does. */
function join(date: string, time: string): string {
  if (time !== '') return `P${date}T${time}`
  return date === '' ? 'PT0S' : `P${date}`
}

function formatSeconds(sign: string, seconds: number, fraction: string): string {
  return seconds === 0 && fraction === '' ? '' : `${sign}${seconds}${fraction}S`
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
  const sign = plus === '-' ? '-' : ''
  // The hours of the longest intervals have ten digits: well within a double.
  const clock = (value: string | number, unit: string) =>
    part(Number(value), unit) && sign + part(Number(value), unit)
  return join(
    part(Number(years), 'Y') + part(Number(months), 'M') + part(Number(days), 'D'),
    clock(hours, 'H') + clock(minutes, 'M') + formatSeconds(sign, Number(seconds), fraction),
  )
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

  const sign = high < 0 ? '-' : ''
  const signed = bigintOf(high, low)
  const microseconds = signed < 0n ? -signed : signed
  const whole = Number(microseconds / 1000000n)
  const minutes = Math.floor(whole / 60)
  const hours = Math.floor(minutes / 60)
  return join(
    part(Math.trunc(months / 12), 'Y') + part(months % 12, 'M') + part(days, 'D'),
    (hours === 0 ? '' : `${sign}${hours}H`) +
      (minutes % 60 === 0 ? '' : `${sign}${minutes % 60}M`) +
      formatSeconds(sign, whole % 60, formatFraction(Number(microseconds % 1000000n))),
  )
}

/** `interval`: string in ISO 8601 as IntervalStyle iso_8601 prints it: `P1Y2M3DT4H5M6.789S`, `infinity`. */
export const intervalCodec: Coding = {
  decodeText,
  decodeBinary,
  encode: (value) => encodeMoment('interval', 'P1DT2H', value),
}
