import { DecodeError } from '../../errors.js'
import { int32, uint32 } from '../text/bytes.js'
import { checkWidth, misfit, notIso } from '../describe.js'
import { dateOfMicroseconds, microsecondsBeyond } from './date-microseconds.js'
import { daysOf, epochDays, formatDay, formatTime } from './calendar.js'

const printed =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/

const epoch = epochDays * 86400000
const furthest = 8.64e15

/**
 * The instant that PostgreSQL prints, in whatever TimeZone: seconds since 1970-01-01 UTC, and from 0 to 999999
 * microseconds.
 *
 * @param unprinted what the type does not print of it, and is this: an offset, for some a time.
 * @throws {@link DecodeError} for infinities and for anything else.
 */
export function instantOf(
  type: string,
  text: string,
  unprinted = '',
): { seconds: number; microseconds: number } {
  const match = printed.exec(text.replace(/(?<=\d)(?= BC$|$)/, unprinted))
  if (match === null) {
    if (text === 'infinity' || text === '-infinity') throw unrepresentable(type, text)
    throw notIso(type, text)
  }
  const [, year, month, day, hour, minute, second, fraction = '', sign, ...offset] = match
  const [hours = 0, minutes = 0, seconds = 0, before] = offset as (string | undefined)[]
  const days = daysOf(before === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day))
  const local = days * 86400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const east = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * (sign === '-' ? -1 : 1)
  return { seconds: local - east, microseconds: Number(fraction.padEnd(6, '0')) }
}

/**
 * The Date of the instant that PostgreSQL prints; it remembers the microseconds that it cuts.
 *
 * @throws {@link DecodeError} for what a Date cannot hold.
 */
export function dateOf(type: string, text: string, unprinted?: string): Date {
  const { seconds, microseconds } = instantOf(type, text, unprinted)
  return within(type, seconds * 1000 + Math.floor(microseconds / 1000), microseconds % 1000, () => text)
}

/** The same of the eight bytes from `at` to `end`. */
export function dateAt(type: string, bytes: Buffer, at: number, end: number): Date {
  checkWidth(type, 8, at, end)
  const high = int32(bytes, at)
  const low = uint32(bytes, at + 4)
  // 2^32 microseconds are 4294967 ms and 296 µs: in these parts every sum that a Date holds is exact. Both
  // infinities lie beyond what it holds.
  const rest = high * 296 + low
  const carried = Math.floor(rest / 1000)
  const milliseconds = epoch + high * 4294967 + carried
  return within(type, milliseconds, rest - carried * 1000, () => readTimestamp(type, bytes, at, end, '+00'))
}

/**
 * The Date of some milliseconds since 1970 and microseconds after them.
 *
 * @param shown - how PostgreSQL prints it.
 * @throws {@link DecodeError} for what a Date cannot hold.
 */
export function within(type: string, milliseconds: number, microseconds: number, shown: () => string): Date {
  if (milliseconds >= -furthest && milliseconds <= furthest) {
    return dateOfMicroseconds(milliseconds, microseconds)
  }
  throw unrepresentable(type, shown())
}

/** The error for what a Date cannot hold. */
export function unrepresentable(type: string, text: string): DecodeError {
  const what = text.endsWith('infinity') ? text : 'of its year'
  return new DecodeError(`A Date cannot hold a ${type} that is ${what}. Read the column as text instead.`, {
    value: text,
  })
}

/** The date and time `seconds` and `microseconds` (0 to 999999) after 2000-01-01, in PostgreSQL's ISO style. */
export function formatTimestamp(seconds: number, microseconds: number, offset = ''): string {
  const days = Math.floor(seconds / 86400)
  return formatDay(days, ` ${formatTime(seconds - days * 86400, microseconds)}${offset}`)
}

/** The timestamp in the eight bytes from `at` to `end`, with `offset` after its time. */
export function readTimestamp(type: string, bytes: Buffer, at: number, end: number, offset = ''): string {
  checkWidth(type, 8, at, end)
  const high = int32(bytes, at)
  const low = uint32(bytes, at + 4)
  if (high === 0x7fffffff && low === 0xffffffff) return 'infinity'
  if (high === -0x80000000 && low === 0) return '-infinity'
  // 2^32 microseconds are 4294 s and 967296 µs: in these parts every sum stays exact in a double.
  const rest = high * 967296 + low
  const carried = Math.floor(rest / 1e6)
  return formatTimestamp(high * 4294 + carried, rest - carried * 1e6, offset)
}

/** A Date in UTC, to the microsecond that it remembers, with `offset` behind it. */
export function encodeDate(type: string, value: Date, offset: string): string {
  const milliseconds = value.getTime()
  if (Number.isNaN(milliseconds)) throw misfit(`${type} takes a valid Date`, value)
  const seconds = Math.floor(milliseconds / 1000)
  const microseconds = (milliseconds - seconds * 1000) * 1000 + microsecondsBeyond(value)
  return formatTimestamp(seconds - epochDays * 86400, microseconds, offset)
}
