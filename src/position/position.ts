import { PositionError } from '../errors.js'
import { opposite, sortedBy } from '../query/order/ordering.js'
import { change, sourceName, type QueryState } from '../query/state.js'
import type { ColumnSchema } from '../schema/table.js'
import { serverType, type TypeSchema } from '../schema/type.js'
import { readAs, readingOf } from '../types/base-types.js'
import { codecFor } from '../types/codec-for.js'
import { beyond, type Position } from './beyond.js'
import { fingerprint } from './fingerprint.js'
import { totalOrder } from './total-order.js'

/** Of the form of what is written, which comes first in it. */
const VERSION = 1

/**
 * A query in an order that tells all rows apart, which reads with each row its values in the fields of that order: exactly,
 * with the microseconds and digits that rows may lack.
 *
 * @throws {@link UsageError} as {@link totalOrder}.
 */
export function withPositions(state: QueryState, method: string): QueryState {
  const order = totalOrder(state, method)
  const position = sortedBy(order).map((column): ColumnSchema => ({
    ...column,
    type: exactType(column.type),
  }))
  return change(state, { order, selection: { ...state.selection, position } })
}

/** The position of a row by what was read with it, for URLs: with what tells the queryset from others. */
export function writePosition(state: QueryState, values: readonly unknown[]): string {
  const position = state.order.map(({ column }, index) => textOf(column, values[index]))
  const document = JSON.stringify([VERSION, ...fingerprintsOf(state), position])
  return Buffer.from(document).toString('base64url')
}

/**
 * The rows behind a position, or those before it, last first.
 *
 * @param state of `withPositions`.
 * @throws {@link PositionError} for what is no position of this queryset.
 */
export function behindPosition(state: QueryState, text: unknown, backwards = false): QueryState {
  const position = readPosition(state, text)
  const order = backwards ? opposite(state.order) : state.order
  return change(state, { order, conditions: [...state.conditions, beyond(order, position)] })
}

const DIFFERENCES = ['table', 'order', 'filter'] as const

/** In the order of {@link DIFFERENCES}. */
function fingerprintsOf(state: QueryState): string[] {
  return [sourceName(state), state.order, state.conditions].map(fingerprint)
}

function readPosition(state: QueryState, text: unknown): Position {
  const name = sourceName(state)
  const [version, ...parts] = documentOf(text)
  if (typeof version === 'number' && version > VERSION) {
    throw new PositionError(
      `The position in ${name} was written by a newer version of sluice: begin anew, or upgrade.`,
    )
  }
  const values: unknown = parts.pop()
  const expected = fingerprintsOf(state)
  const isWhole = version === VERSION && parts.length === expected.length && Array.isArray(values)
  if (!isWhole)
    throw new PositionError(`What was given as a position in ${name} is none: it was cut or made up.`)
  const difference = DIFFERENCES.find((_, index) => parts[index] !== expected[index])
  if (difference !== undefined) {
    throw new PositionError(
      `The position is that of another queryset than this one on ${name}: the ${difference} differs. Positions hold for ` +
        'the same order and the same fields in the filter, whatever their values.',
    )
  }
  const { order } = state
  const isFit =
    values.length === order.length && order.every(({ column }, index) => isValueOf(column, values[index]))
  if (isFit) return values as Position
  throw new PositionError(`The position in ${name} has values that its fields cannot have: it was made up.`)
}

function documentOf(text: unknown): unknown[] {
  if (typeof text !== 'string' || !/^[\w-]+$/.test(text)) return []
  try {
    const document: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return Array.isArray(document) ? document : []
  } catch {
    return []
  }
}

/** A value as the server is sent it; bytes as PostgreSQL prints them. */
function textOf({ type }: ColumnSchema, value: unknown): string | null {
  if (value === null || value === undefined) return null
  const encoded = codecFor(exactType(type)).encode(value)
  return typeof encoded === 'string' ? encoded : `\\x${encoded.toString('hex')}`
}

function isValueOf(column: ColumnSchema, text: unknown): boolean {
  if (text === null) return column.nullable
  if (typeof text !== 'string') return false
  try {
    return textOf(column, codecFor(exactType(column.type)).decodeText(text)) === text
  } catch {
    return false
  }
}

/** A type whose values are read without loss: not as what a column may be converted to. */
function exactType(type: TypeSchema): TypeSchema {
  const server = serverType(type)
  if (typeof server !== 'string') return type
  return readingOf(server).row === 'Date' ? readAs(server, 'string') : server
}
