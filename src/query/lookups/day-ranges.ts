import type { ColumnSchema } from '../../schema/table.js'
import { joining } from '../expression/computed.js'
import { isExpression, literal } from '../expression/resolve.js'
import type { ComparisonOperator, Condition } from '../filter/condition.js'
import { startOfDay, type TimeZoneOption } from '../functions/date-parts.js'
import { recordOf } from '../../types/base-types.js'
import { isPlainObject } from './operand.js'

/** The first day of what is asked, and the first day after it. */
interface Span {
  readonly from: ColumnSchema
  readonly to: ColumnSchema
}

/** A range of a column, and whether it has only what is asked. */
export interface AskedRange {
  readonly condition: Condition
  readonly isExact: boolean
}

/** What is asked of a year or day, by the beginnings of it and of the next. */
const BY_BOUNDS: Readonly<Record<string, (span: Span) => readonly [ComparisonOperator, ColumnSchema][]>> = {
  exact: ({ from, to }) => [
    ['>=', from],
    ['<', to],
  ],
  gt: ({ to }) => [['>=', to]],
  gte: ({ from }) => [['>=', from]],
  lt: ({ from }) => [['<', from]],
  lte: ({ to }) => [['<', to]],
}

/**
 * `{ year: 2024 }` and `{ date: '2024-01-02' }` as ranges of the column itself, which an index on it serves; undefined for
 * what is asked otherwise. Where clocks are turned back at midnight a day begins twice, so that in time zones other than UTC
 * the range is a day wider on both sides, and not exact.
 */
export function asRange(
  column: ColumnSchema,
  part: string,
  asked: unknown,
  options: TimeZoneOption,
): AskedRange | undefined {
  const type = recordOf(column.type)?.name
  if (!['date', 'timestamp', 'timestamptz'].includes(String(type))) return undefined
  const lookups = isPlainObject(asked) ? Object.entries(asked) : [['exact', asked] as const]
  const { timeZone = 'UTC' } = options
  const directions = new Set<ComparisonOperator>()
  const add = (operator: ComparisonOperator, day: ColumnSchema): void => {
    directions.add(operator)
    conditions.push({ kind: 'compare', column, operator, operand: startOfDay(column, day, options) })
  }
  const isExact = type !== 'timestamptz' || timeZone === 'UTC'
  const conditions: Condition[] = []
  for (const [name, value] of lookups) {
    const bounds = Object.hasOwn(BY_BOUNDS, name) ? BY_BOUNDS[name] : undefined
    const span = bounds && spanOf(part, value)
    if (bounds === undefined || span === undefined) return undefined
    for (const [operator, day] of bounds(span)) {
      add(operator, isExact ? day : daysLater(day, operator === '<' ? 1 : -1))
    }
  }
  const [operator] = directions
  if (part === 'year' && operator !== undefined && directions.size === 1) {
    // What is infinite is of no year.
    add(operator === '>=' ? '<' : '>', literal(operator === '>=' ? 'infinity' : '-infinity', 'date', true))
  }
  return lookups.length === 0 ? undefined : { condition: { kind: 'and', conditions }, isExact }
}

function spanOf(part: string, value: unknown): Span | undefined {
  if (part === 'date') {
    // No day comes after the last.
    if (isExpression(value) || value === null || (typeof value === 'string' && value.includes('infinity')))
      return undefined
    const day = literal(value, 'date', true)
    return { from: day, to: daysLater(day, 1) }
  }
  if (part !== 'year' || typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 9998)
    return undefined
  const newYear = (year: number) => literal(`${String(year).padStart(4, '0')}-01-01`, 'date', true)
  return { from: newYear(value), to: newYear(value + 1) }
}

function daysLater(day: ColumnSchema, days: number): ColumnSchema {
  return joining('+', { type: 'date', nullable: false }, day, literal(days, 'int4', true))
}
