import { FieldError } from '../../errors.js'
import { baseType, serverType, type TypeSchema } from '../../schema/type.js'
import type { ColumnSchema } from '../../schema/table.js'
import { readAs, readingOf } from '../../types/base-types.js'
import { baseName } from '../../types/same-type.js'
import { asArgument, castTo, joining } from './computed.js'
import { resolveTogether, type ExpressionTarget } from './resolve.js'

export type Operator = '+' | '-' | '*' | '/' | '%'

/** From the narrowest to the widest, of those that are exact and of those that are not. */
const EXACT = ['int2', 'int4', 'int8', 'numeric']
const FLOATS = ['float4', 'float8']
const MOMENTS = ['date', 'timestamp', 'timestamptz']

/** `(left operator right)`, of the type that PostgreSQL's operator gives. */
export function calculate(
  target: ExpressionTarget,
  operator: Operator,
  ...given: [left: unknown, right: unknown, wanted: TypeSchema | undefined]
): ColumnSchema {
  const wanted = given.pop() as TypeSchema | undefined
  const [left, right] = resolveTogether(target, given, wanted)
  if (left === undefined || right === undefined) throw new TypeError('An operator is between two values.')
  const result = numbers(left.type, right.type) ?? times(operator, left.type, right.type)
  if (result === undefined) {
    throw new FieldError(
      `${left.property} ${operator} ${right.property}: there is no such operator for ${baseName(left.type)} and ` +
        `${baseName(right.type)} here.${castOf(left, right)}`,
    )
  }
  // Two dates differ by a number of days: as moments they differ by an interval, as all others do.
  if (operator === '-' && isOf(left.type, ['date']) && isOf(right.type, ['date'])) {
    const [from, to] = [left, right].map((each) => castTo('timestamp', each.property, each))
    if (from !== undefined && to !== undefined) return joining(operator, { type: result }, from, to)
  }
  if (operator === '%' && isOf(result, FLOATS)) return remainder(result, left, right)
  return joining(operator, { type: result }, left, right)
}

/** PostgreSQL has `%` for what is exact alone. */
function remainder(type: TypeSchema, left: ColumnSchema, right: ColumnSchema): ColumnSchema {
  const [one, other] = [left, right].map((each) => castTo('numeric', each.property, each))
  if (one === undefined || other === undefined) return left
  const exact = joining('%', { type: 'numeric' }, one, other)
  return castTo(type, exact.property, exact)
}

/** The first of two that is no number, and what it could be cast to. */
function castOf(left: ColumnSchema, right: ColumnSchema): string {
  if (isNumber(left.type) && isNumber(right.type))
    return ` Cast one of them, as in cast(${asArgument(left)}, 'numeric').`
  const moment = [left, right].find(({ type }) => isOf(type, [...MOMENTS, 'time', 'interval']))
  if (moment === undefined) return ' Cast what holds numbers to a type of numbers.'
  return isOf(moment.type, ['interval'])
    ? ' An interval is added to a moment, and multiplied by a number.'
    : ` To a moment an interval is added, as in value('1 day', 'interval').`
}

/** Whether it is counted and calculated with. */
export function isNumber(type: TypeSchema): boolean {
  return isOf(type, [...EXACT, ...FLOATS])
}

/** What two numbers give: exact ones the wider of them, integers of up to 32 bits with a float a float. */
function numbers(left: TypeSchema, right: TypeSchema): TypeSchema | undefined {
  const [one, other] = [nameOf(left), nameOf(right)]
  const wider = widest(EXACT, one, other) ?? widest(FLOATS, one, other)
  if (wider !== undefined) return baseType(wider === one ? left : right)
  const isMixed =
    [one, other].some((each) => FLOATS.includes(each)) && [one, other].some((each) => EXACT.includes(each))
  // What is exact would no longer be so.
  return isMixed && [left, right].every((type) => readingOf(type)?.row === 'number') ? 'float8' : undefined
}

function widest(order: readonly string[], one: string, other: string): string | undefined {
  const [left, right] = [order.indexOf(one), order.indexOf(other)]
  return left < 0 || right < 0 ? undefined : order[Math.max(left, right)]
}

/** What moments and intervals give. */
function times(operator: Operator, left: TypeSchema, right: TypeSchema): TypeSchema | undefined {
  const [one, other] = [nameOf(left), nameOf(right)]
  const isNumber = (name: string) => EXACT.includes(name) || FLOATS.includes(name)
  if (operator === '*' || operator === '/') {
    if (one === 'interval' && isNumber(other)) return 'interval'
    return operator === '*' && isNumber(one) && other === 'interval' ? 'interval' : undefined
  }
  if (operator === '%') return undefined
  if (one === 'interval' && other === 'interval') return 'interval'
  if (other === 'interval') return later(left)
  if (one === 'interval' && operator === '+') return later(right)
  if (operator === '-' && one === other && (MOMENTS.includes(one) || one === 'time')) return 'interval'
  return one === 'date' && (other === 'int2' || other === 'int4') ? baseType(left) : undefined
}

/** What is an interval later, or earlier. */
function later(type: TypeSchema): TypeSchema | undefined {
  if (isOf(type, ['date'])) return readingOf(type)?.row === 'Date' ? readAs('timestamp', 'Date') : 'timestamp'
  return isOf(type, ['timestamp', 'timestamptz', 'time']) ? baseType(type) : undefined
}

function isOf(type: TypeSchema, names: readonly string[]): boolean {
  return names.includes(nameOf(type))
}

function nameOf(type: TypeSchema): string {
  const server = serverType(type)
  return typeof server === 'string' ? server : ''
}
