import { FieldError } from '../../errors.js'
import { choicesOf } from '../../choices.js'
import { baseType, serverType, type TypeSchema } from '../../schema/type.js'
import type { ColumnSchema } from '../../schema/table.js'
import { describe } from '../../types/describe.js'
import { baseName } from '../../types/same-type.js'
import { asArgument, castTo, computed } from '../expression/computed.js'

/** A part of a moment. `weekDay` is 1 for Sunday to 7, `isoWeekDay` 1 for Monday to 7, `week` that of ISO 8601. */
export type DatePart =
  | ('year' | 'isoYear' | 'quarter' | 'month' | 'week' | 'day' | 'dayOfYear' | 'weekDay' | 'isoWeekDay')
  | ('hour' | 'minute' | 'second' | 'microsecond' | 'epoch')

/** What a moment is cut to. Weeks begin on Monday. */
export type DateUnit = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second'

/** Options of functions that take moments apart. */
export interface TimeZoneOption {
  /** In which time zone a `timestamptz` is looked at, `Europe/Berlin`. Default: `UTC`, whatever the session's is. */
  readonly timeZone?: string
}

const CALENDAR = ['year', 'isoYear', 'quarter', 'month', 'week', 'day', 'dayOfYear', 'weekDay', 'isoWeekDay']
const CLOCK = ['hour', 'minute', 'second', 'microsecond']
const OF_INTERVAL = ['year', 'month', 'day', ...CLOCK, 'epoch']
const PARTS: Readonly<Record<string, readonly string[]>> = {
  date: [...CALENDAR, 'epoch'],
  timestamp: [...CALENDAR, ...CLOCK, 'epoch'],
  timestamptz: [...CALENDAR, ...CLOCK, 'epoch'],
  time: CLOCK,
  interval: OF_INTERVAL,
}

/** Parts that grow with the moment. */
const OF_DAYS = ['year', 'isoYear']
const ENDLESS: Readonly<Record<string, readonly string[]>> = { interval: ['year', 'day', 'hour'], time: [] }

/** The fields of EXTRACT that have other names, and what is made of them. */
const FIELDS: Readonly<Record<string, string>> = {
  isoYear: 'isoyear',
  dayOfYear: 'doy',
  weekDay: 'dow',
  isoWeekDay: 'isodow',
  microsecond: 'microseconds',
}

/** `CAST(EXTRACT(year FROM moment) AS int4)`; `epoch` is a float8, in seconds. */
export function partOfMoment(
  column: ColumnSchema,
  part: unknown,
  options: TimeZoneOption = {},
): ColumnSchema {
  const moment = momentOf(column, 'extract', options)
  const known = PARTS[nameOf(column.type)] ?? []
  if (typeof part !== 'string' || !known.includes(part)) {
    const given = typeof part === 'string' ? `"${part}"` : describe(part)
    throw new FieldError(
      `"${column.property}", a ${baseName(column.type)}, has no part ${given}. ${choicesOf(part, known)}.`,
    )
  }
  const extract = `extract(${FIELDS[part] ?? part} from `
  const [before, after] =
    part === 'epoch'
      ? ['cast(', ') as float8)']
      : part === 'second' || part === 'microsecond'
        ? // Seconds have a fraction, which rounding would carry, and microseconds have the seconds.
          ['cast(floor(', part === 'second' ? ')) as int4)' : ')) as int4) % 1000000']
        : ['cast(', part === 'weekDay' ? ') as int4) + 1' : ') as int4)']
  const type = part === 'epoch' ? 'float8' : 'int4'
  // Newer servers have them infinite where the moment is, which no integer can be.
  const isEndless = (ENDLESS[nameOf(moment.type)] ?? OF_DAYS).includes(part)
  const parts = isEndless
    ? [`(${before}case when isfinite(`, `) then ${extract}`, `) end${after.slice(1)})`]
    : [`(${before}${extract}`, `${after})`]
  const args = parts.slice(1).map(() => moment)
  return computed({ label: `${column.property}.${part}`, type }, { kind: 'sql', parts, args }, [moment])
}

/** The parts that a type has. */
export function partsOf(type: TypeSchema): readonly string[] {
  return PARTS[nameOf(type)] ?? []
}

/** The day of a timestamp: `CAST(moment AS date)`. */
export function dayOf(column: ColumnSchema, options: TimeZoneOption = {}): ColumnSchema {
  return castTo('date', `${column.property}.date`, momentOf(column, 'date', options))
}

/** Its time of day: `CAST(moment AS time)`. */
export function clockOf(column: ColumnSchema, options: TimeZoneOption = {}): ColumnSchema {
  return castTo('time', `${column.property}.time`, momentOf(column, 'time', options))
}

/** When a day begins, of the type of a moment: what is as late or later is of this day or a later one. */
export function startOfDay(
  moment: ColumnSchema,
  day: ColumnSchema,
  options: TimeZoneOption = {},
): ColumnSchema {
  const name = nameOf(moment.type)
  if (name === 'date') return day
  const start = castTo('timestamp', day.property, day)
  if (name === 'timestamp') return start
  const parts = ['(', ` at time zone '${timeZoneOf(options)}')`]
  return computed({ label: day.property, type: 'timestamptz' }, { kind: 'sql', parts, args: [start] }, [
    start,
  ])
}

const UNITS = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second']

/** `date_trunc('month', moment)`, of the moment's own type; a `timestamptz` in a time zone. */
export function cutMoment(column: ColumnSchema, unit: unknown, options: TimeZoneOption = {}): ColumnSchema {
  const name = nameOf(column.type)
  const known = name === 'date' ? UNITS.slice(0, 5) : UNITS
  if (!['date', 'timestamp', 'timestamptz'].includes(name))
    throw notAMoment(column, 'trunc', 'a date or a moment')
  if (name !== 'timestamptz') withoutTimeZone(column, 'trunc', options)
  if (typeof unit !== 'string' || !known.includes(unit)) {
    const given = typeof unit === 'string' ? `"${unit}"` : describe(unit)
    throw new FieldError(`trunc() cuts a ${name} to no ${given}. ${choicesOf(unit, known)}.`)
  }
  const [before, after] =
    name === 'timestamptz'
      ? [`date_trunc('${unit}', `, `, '${timeZoneOf(options)}')`]
      : name === 'timestamp'
        ? [`date_trunc('${unit}', `, ')']
        : [`cast(date_trunc('${unit}', cast(`, ' as timestamp)) as date)']
  const label = `trunc(${unit}, ${column.property})`
  return computed(
    { label, type: baseType(column.type) },
    { kind: 'sql', parts: [before, after], args: [column] },
    [column],
  )
}

/** A moment as a clock on the wall shows it: what of a `timestamptz` depends on the time zone no longer does. */
function momentOf(column: ColumnSchema, method: string, options: TimeZoneOption): ColumnSchema {
  const name = nameOf(column.type)
  if (PARTS[name] === undefined) throw notAMoment(column, method)
  if (name !== 'timestamptz') return withoutTimeZone(column, method, options)
  const parts = ['(', ` at time zone '${timeZoneOf(options)}')`]
  return computed({ label: column.property, type: 'timestamp' }, { kind: 'sql', parts, args: [column] }, [
    column,
  ])
}

/** What is in no time zone is not looked at in one. */
function withoutTimeZone(column: ColumnSchema, method: string, { timeZone }: TimeZoneOption): ColumnSchema {
  if (timeZone === undefined) return column
  throw new FieldError(
    `${method}() has no timeZone for "${column.property}": ${baseName(column.type)} is in no time zone, as timestamptz is.`,
  )
}

function notAMoment(
  column: ColumnSchema,
  method: string,
  taken = 'a date, a time or an interval',
): FieldError {
  return new FieldError(
    `${method}() takes ${taken}, and "${column.property}" is ${baseName(column.type)}: cast it, as in ` +
      `cast(${asArgument(column)}, 'timestamp').`,
  )
}

/** The name of a time zone, which goes into SQL as it is. */
function timeZoneOf({ timeZone = 'UTC' }: TimeZoneOption): string {
  if (typeof timeZone === 'string' && /^[A-Za-z][\w+\-/]{0,63}$/.test(timeZone)) return timeZone
  throw new FieldError(
    `timeZone is the name of a time zone, such as "Europe/Berlin", not ${describe(timeZone)}.`,
  )
}

function nameOf(type: TypeSchema): string {
  const server = serverType(type)
  return typeof server === 'string' ? server : ''
}
