/** Days from 1970-01-01 to 2000-01-01, PostgreSQL's epoch. */
export const epochDays = 10957

const twoDigits = Array.from({ length: 100 }, (_, number) => number.toString().padStart(2, '0'))

/** A number from 0 to 99 in two digits. */
export function two(number: number): string {
  return twoDigits[number] ?? ''
}

/**
 * The day `days` after 2000-01-01 in PostgreSQL's ISO style, with `time` put before the ` BC` of years before 1.
 * Proleptic Gregorian; exact for every date that PostgreSQL holds.
 */
export function formatDay(days: number, time: string): string {
  // Howard Hinnant's civil_from_days: years start in March, so that the leap day comes last, and eras of 400
  // years all have the same length.
  const shifted = days + epochDays + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)

  // There is no year 0: it is 1 BC.
  const shown = year > 0 ? year : 1 - year
  const text = `${shown > 999 ? shown : shown.toString().padStart(4, '0')}-${two(month)}-${two(day)}${time}`
  return year > 0 ? text : `${text} BC`
}

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar; `year` is astronomical: 0 is 1 BC. */
export function daysOf(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

/** A fraction of a second, given in microseconds, as `.123456` without trailing zeros; nothing when it is zero. */
export function formatFraction(microseconds: number): string {
  if (microseconds === 0) return ''
  let digits = microseconds
  let width = 6
  while (digits % 10 === 0) {
    digits /= 10
    width--
  }
  return `.${digits.toString().padStart(width, '0')}`
}

/** A time of day as `HH:MM:SS` with its fraction: `seconds` since midnight (86400 is 24:00:00). */
export function formatTime(seconds: number, microseconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const fraction = formatFraction(microseconds)
  return `${two(hours)}:${two(minutes - hours * 60)}:${two(seconds - minutes * 60)}${fraction}`
}
