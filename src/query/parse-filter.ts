import type { Codec } from '../codec/codec.js'
import { codecFor } from '../codec/codec-for.js'
import { EncodeError, FieldError } from '../errors.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import type { ComparisonOperator, Condition, Operand } from './condition.js'
import { columnOf, tableName } from './columns.js'
import { lookupKind, type LookupKind } from './lookup-kind.js'

/**
 * Checks a filter and turns it into conditions.
 *
 * @throws {@link FieldError} for an unknown column or lookup, naming the choices, and for an `undefined` operand.
 * @throws {@link EncodeError} for an operand that the column's type cannot hold.
 */
export function parseFilter(table: TableSchema, filter: unknown): Condition {
  if (!isPlainObject(filter)) {
    throw new FieldError(
      `A filter of ${tableName(table)} must be an object such as { column: value }, not ${show(filter)}.`,
    )
  }
  const conditions = Object.entries(filter).map(([key, value]) => parseEntry(table, key, value))
  return conditions.length === 1 && conditions[0] ? conditions[0] : { kind: 'and', conditions }
}

function parseEntry(table: TableSchema, key: string, value: unknown): Condition {
  refuseUndefined(value, `${tableName(table)}.${key}`)
  switch (key) {
    case 'and':
    case 'or':
      if (!Array.isArray(value)) throw new FieldError(`"${key}" takes a list of filters, not ${show(value)}.`)
      return { kind: key, conditions: value.map((each) => parseFilter(table, each)) }
    case 'not':
      return { kind: 'not', condition: parseFilter(table, value) }
    default:
      return parseColumn(table, columnOf(table, key), value)
  }
}

function parseColumn(table: TableSchema, column: ColumnSchema, value: unknown): Condition {
  const label = `${tableName(table)}.${column.property}`
  if (!isPlainObject(value)) return parseLookup(column, label, 'exact', value)
  const entries = Object.entries(value)
  if (entries.length === 0)
    throw new FieldError(`The condition on ${label} has no lookup. ${choices(column)}`)
  const conditions = entries.map(([lookup, operand]) => parseLookup(column, label, lookup, operand))
  return conditions.length === 1 && conditions[0] ? conditions[0] : { kind: 'and', conditions }
}

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' }

/** Text lookups by LIKE: how the literal operand becomes a pattern. */
const PATTERNS: Readonly<
  Record<string, { operator: 'like' | 'ilike'; pattern: (literal: string) => string }>
> = {
  contains: { operator: 'like', pattern: (literal) => `%${literal}%` },
  iContains: { operator: 'ilike', pattern: (literal) => `%${literal}%` },
  startsWith: { operator: 'like', pattern: (literal) => `${literal}%` },
  iStartsWith: { operator: 'ilike', pattern: (literal) => `${literal}%` },
  endsWith: { operator: 'like', pattern: (literal) => `%${literal}` },
  iEndsWith: { operator: 'ilike', pattern: (literal) => `%${literal}` },
  iExact: { operator: 'ilike', pattern: (literal) => literal },
}

const REGULAR_EXPRESSIONS: Readonly<Record<string, ComparisonOperator>> = { regex: '~', iRegex: '~*' }

const LOOKUPS: Readonly<Record<LookupKind, readonly string[]>> = {
  null: ['isNull'],
  equality: ['isNull', 'exact', 'ne', 'in'],
  comparable: ['isNull', 'exact', 'ne', 'in', ...Object.keys(COMPARISONS), 'range'],
  text: [
    ...['isNull', 'exact', 'ne', 'in', ...Object.keys(COMPARISONS), 'range'],
    ...Object.keys(PATTERNS),
    ...Object.keys(REGULAR_EXPRESSIONS),
  ],
}

function parseLookup(column: ColumnSchema, label: string, lookup: string, operand: unknown): Condition {
  refuseUndefined(operand, `${label}.${lookup}`)
  if (!LOOKUPS[lookupKind(column.type)].includes(lookup) && !(lookup === 'exact' && operand === null)) {
    throw new FieldError(`${label} has no lookup "${lookup}". ${choices(column)}`)
  }
  const encode = (value: unknown): Operand => {
    if (value === null || value === undefined) {
      throw new FieldError(`The lookup "${lookup}" of ${label} takes no ${String(value)}; use isNull.`)
    }
    return encodeOperand(codecFor(column.type), label, value)
  }
  switch (lookup) {
    case 'isNull':
      if (typeof operand !== 'boolean')
        throw new FieldError(`${label}.isNull is true or false, not ${show(operand)}.`)
      return { kind: 'isNull', column, isNull: operand }
    case 'exact':
      if (operand === null) return { kind: 'isNull', column, isNull: true }
      return { kind: 'compare', column, operator: '=', operand: encode(operand) }
    case 'ne':
      if (operand === null) return { kind: 'isNull', column, isNull: false }
      return { kind: 'compare', column, operator: 'is distinct from', operand: encode(operand) }
    case 'in':
      return parseIn(column, label, operand, encode)
    case 'range': {
      if (!Array.isArray(operand) || operand.length !== 2) {
        throw new FieldError(`${label}.range takes [from, to], not ${show(operand)}.`)
      }
      return { kind: 'between', column, from: encode(operand[0]), to: encode(operand[1]) }
    }
  }
  const comparison = COMPARISONS[lookup]
  if (comparison !== undefined)
    return { kind: 'compare', column, operator: comparison, operand: encode(operand) }

  // The operand of a text lookup is a piece of text and not a value of the column's type, which may be a domain
  // with a CHECK or a varchar shorter than the pattern.
  if (typeof operand !== 'string')
    throw new FieldError(`${label}.${lookup} takes a string, not ${show(operand)}.`)
  const text = String(encodeOperand(codecFor('text'), label, operand))
  const expression = REGULAR_EXPRESSIONS[lookup]
  if (expression !== undefined) return { kind: 'compare', column, operator: expression, operand: text }
  const like = PATTERNS[lookup]
  if (like === undefined) throw new FieldError(`${label} has no lookup "${lookup}". ${choices(column)}`)
  return {
    kind: 'compare',
    column,
    operator: like.operator,
    operand: like.pattern(text.replace(/[\\%_]/g, '\\$&')),
  }
}

function parseIn(
  column: ColumnSchema,
  label: string,
  operand: unknown,
  encode: (value: unknown) => Operand,
): Condition {
  if (!Array.isArray(operand)) throw new FieldError(`${label}.in takes an array, not ${show(operand)}.`)
  // entries() visits the holes of a sparse array, which forEach leaves out.
  for (const [index, value] of operand.entries()) refuseUndefined(value, `${label}.in[${index}]`)
  const values = operand.filter((value) => value !== null) as unknown[]
  const orNull = values.length < operand.length
  // ANY over an array of arrays would compare with their elements.
  if (isArray(column)) return { kind: 'in', column, values: values.map(encode), orNull }
  const array = codecFor({ kind: 'array', element: column.type })
  return { kind: 'in', column, values: encodeOperand(array, label, values), orNull }
}

/** Bytes are copied, so that what the caller does to them later does not change the query. */
function encodeOperand(codec: Codec, label: string, value: unknown): Operand {
  try {
    const operand = codec.encode(value)
    return Buffer.isBuffer(operand) ? Buffer.from(operand) : operand
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error
    throw new EncodeError(`The condition on ${label}: ${error.message}`, { cause: error })
  }
}

function isArray(column: ColumnSchema): boolean {
  let type = column.type
  while (typeof type !== 'string' && type.kind === 'domain') type = type.base
  return typeof type !== 'string' && type.kind === 'array'
}

function refuseUndefined(value: unknown, label: string): void {
  if (value === undefined) {
    throw new FieldError(
      `The operand of ${label} is undefined, which would silently match everything or nothing. ` +
        'Leave the condition out, or use null for IS NULL.',
    )
  }
}

function choices(column: ColumnSchema): string {
  return `Choices: ${LOOKUPS[lookupKind(column.type)].join(', ')}; a value that is an object goes into { exact: … }.`
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function show(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object'
  return `${typeof value} ${JSON.stringify(value) ?? ''}`.trim()
}
