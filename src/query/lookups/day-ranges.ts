import type { ColumnSchema } from '../../schema/table.js'
import { joining } from '../expression/computed.js'
import { isExpression, literal } from '../expression/resolve.js'
import type { ComparisonOperator, Condition } from '../filter/condition.js'
import { startOfDay, type TimeZoneOption } from '../functions/date-parts.js'
import { recordOf } from '../../types/base-types.js'
import { isPlainObject } from './operand.js'

/** When a year or a day begins, and when the next one does. */
interface Span {
  readonly from: ColumnSchema
  readonly to: ColumnSchema
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
 * what is asked otherwise.
 */
export function asRange(
  column: ColumnSchema,
  part: string,
  asked: unknown,
  options: TimeZoneOption,
): Condition | undefined {
  if (!['date', 'timestamp', 'timestamptz'].includes(String(recordOf(column.type)?.name))) return undefined
  const lookups = isPlainObject(asked) ? Object.entries(asked) : [['exact', asked] as const]
  const conditions: Condition[] = []
  for (const [name, value] of lookups) {
    const bounds = Object.hasOwn(BY_BOUNDS, name) ? BY_BOUNDS[name] : undefined
    const span = bounds && spanOf(column, part, value, options)
    if (bounds === undefined || span === undefined) return undefined
    for (const [operator, operand] of bounds(span))
      conditions.push({ kind: 'compare', column, operator, operand })
  }
  return lookups.length === 0 ? undefined : { kind: 'and', conditions }
}

function spanOf(
  column: ColumnSchema,
  part: string,
  value: unknown,
  options: TimeZoneOption,
): Span | undefined {
  const between = (from: ColumnSchema, to: ColumnSchema): Span => ({
    from: startOfDay(column, from, options),
    to: startOfDay(column, to, options),
  })
  if (part === 'date') {
    if (isExpression(value) || value === null) return undefined
    const day = literal(value, 'date', true)
    return between(day, joining('+', { type: 'date', nullable: false }, day, literal(1, 'int4', true)))
  }
  if (part !== 'year' || typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 9998)
    return undefined
  const newYear = (year: number) => literal(`${String(year).padStart(4, '0')}-01-01`, 'date', true)
  return between(newYear(value), newYear(value + 1))
}
