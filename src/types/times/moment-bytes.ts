import { types } from 'node:util'
import type { ByteWriter } from '../byte-writer.js'
import { microsecondsBeyond } from './date-microseconds.js'
import { daysOf, epochDays } from './calendar.js'

const MICROSECONDS_A_DAY = 86_400_000_000
const EPOCH_MS = epochDays * 86_400_000

const day = /^(\d{4,6})-(\d\d)-(\d\d)$/
const clock = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/
const offset = /^([+-])(\d\d)(?::?(\d\d))?$/
const parts = /^(\d{4,6}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)(Z|[+-]\d\d(?::?\d\d)?)?$/

/** Writes a `date` given in the ISO style, which no DateStyle reads otherwise; false for any other. */
export function writeDay(value: unknown, bytes: ByteWriter): boolean {
  const days = typeof value === 'string' ? dayOf(value) : undefined
  if (days === undefined) return false
  bytes.int32(days)
  return true
}

/** Writes a `time` given as it is printed; false for any other. */
export function writeTime(value: unknown, bytes: ByteWriter): boolean {
  const time = typeof value === 'string' ? timeOf(value) : undefined
  if (time === undefined) return false
  bytes.safeInt64(time)
  return true
}

/** Writes a Date's instant as a `timestamp` in UTC or a `timestamptz`; false for one that is invalid or far away. */
export function writeDate(value: unknown, bytes: ByteWriter): boolean {
  return (
    types.isDate(value) &&
    writeMicroseconds((value.getTime() - EPOCH_MS) * 1000 + microsecondsBeyond(value), bytes)
  )
}

/** Writes a `timestamp` given in the ISO style, without an offset; false for any other. */
export function writeTimestamp(value: unknown, bytes: ByteWriter): boolean {
  return typeof value === 'string' && writeMicroseconds(momentOf(value, false), bytes)
}

/** Writes a `timestamptz` given in the ISO style, with an offset; false for any other. */
export function writeInstant(value: unknown, bytes: ByteWriter): boolean {
  return typeof value === 'string' && writeMicroseconds(momentOf(value, true), bytes)
}

/** False beyond the year 2285, where a double does not hold every microsecond, and for NaN. */
function writeMicroseconds(microseconds: number, bytes: ByteWriter): boolean {
  if (!Number.isSafeInteger(microseconds)) return false
  bytes.safeInt64(microseconds)
  return true
}

/** Microseconds since 2000-01-01, or NaN. */
function momentOf(text: string, hasOffset: boolean): number {
  const [, date = '', time = '', zone] = parts.exec(text) ?? []
  const days = dayOf(date)
  const microseconds = timeOf(time)
  if (days === undefined || microseconds === undefined || (zone !== undefined) !== hasOffset) return NaN
  return days * MICROSECONDS_A_DAY + microseconds - eastOf(zone)
}

/** Days since 2000-01-01. */
function dayOf(text: string): number | undefined {
  const [, year, month, ofMonth] = day.exec(text) ?? []
  const [y, m, d] = [Number(year), Number(month), Number(ofMonth)]
  if (!(y > 0 && m > 0 && m <= 12 && d > 0 && d <= lengthOf(y, m))) return undefined
  return daysOf(y, m, d) - epochDays
}

function lengthOf(year: number, month: number): number {
  return month === 12 ? 31 : daysOf(year, month + 1, 1) - daysOf(year, month, 1)
}

/** Microseconds since midnight. */
function timeOf(text: string): number | undefined {
  const [, hour, minute, second, fraction = ''] = clock.exec(text) ?? []
  const [h, m, s] = [Number(hour), Number(minute), Number(second)]
  if (!(h < 24 && m < 60 && s < 60)) return undefined
  return (h * 3600 + m * 60 + s) * 1_000_000 + Number(fraction.padEnd(6, '0'))
}

/** An offset's microseconds, or NaN for one that PostgreSQL would refuse. */
function eastOf(zone = 'Z'): number {
  if (zone === 'Z') return 0
  const [, sign, hours, minutes = 0] = offset.exec(zone) ?? []
  const [h, m] = [Number(hours), Number(minutes)]
  if (!(h < 16 && m < 60)) return NaN
  return (h * 60 + m) * 60_000_000 * (sign === '-' ? -1 : 1)
}
