import type { Condition } from '../query/filter/condition.js'
import { opposite, sortedBy } from '../query/order/ordering.js'
import { change, sourceName, type QueryState } from '../query/state.js'
import type { ColumnSchema } from '../schema/table.js'
import { beyond, upTo, type Position } from './beyond.js'
import { readDocument, writeDocument, type PositionForm } from './document.js'
import { exactType, textOf } from './exact.js'
import { exactFingerprint, fingerprint } from './fingerprint.js'
import { segments } from './segments.js'
import { totalOrder } from './total-order.js'

const MARKS: PositionForm['marks'] = [
  ['the table', (state) => fingerprint(sourceName(state))],
  ['the order', (state) => fingerprint(state.order)],
  ['the filter', (state) => fingerprint(state.conditions)],
]

const PAGE: PositionForm = {
  what: 'position',
  method: 'page',
  marks: MARKS,
  rule: 'Positions hold for the same order and the same fields in the filter, whatever their values.',
}

const CHECKPOINT: PositionForm = {
  what: 'checkpoint',
  method: 'resumable',
  marks: [
    ...MARKS,
    [
      'a value in the filter or the order',
      ({ order, conditions, call }) => exactFingerprint([order, conditions, call?.arguments]),
    ],
  ],
  rule:
    'Checkpoints hold for the same order and the same filter, values included: what only one of both has would be left ' +
    'out or come twice.',
  seal: exactFingerprint,
}

const PARTITION: PositionForm = {
  ...CHECKPOINT,
  what: 'partition',
  method: 'partition',
  rule: 'Partitions hold for the same filter, values included, and the same key.',
}

const SHARE: PositionForm = { ...PARTITION, isFit: () => true }

const FORMS = [PAGE, CHECKPOINT]

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
  return writeDocument(PAGE, state, positionOf(state, values))
}

/**
 * The rows behind a position, or those before it, last first.
 *
 * @param state of `withPositions`.
 * @throws {@link PositionError} for what is no position of this queryset.
 */
export function behindPosition(state: QueryState, text: unknown, backwards = false): QueryState {
  const position = readDocument(PAGE, state, text, FORMS) ?? []
  const order = backwards ? opposite(state.order) : state.order
  return change(state, { order, conditions: [...state.conditions, beyond(order, position)] })
}

/** The same as {@link writePosition} for a walk, which goes on with exactly this queryset; before its first row without values. */
export function writeCheckpoint(state: QueryState, values?: readonly unknown[]): string {
  return writeDocument(CHECKPOINT, state, values === undefined ? null : positionOf(state, values))
}

/**
 * The rows behind a checkpoint, as queries each of which reads a range of an index, to be run one after the other.
 *
 * @param state of `withPositions`.
 * @throws {@link PositionError} for what is no checkpoint of this queryset.
 */
export function behindCheckpoint(state: QueryState, text: unknown): readonly QueryState[] {
  const position = readDocument(CHECKPOINT, state, text, FORMS)
  if (position === null) return [state]
  return segments(state.order, position).map((behind) =>
    change(state, { conditions: [...state.conditions, behind] }),
  )
}

/**
 * The rows behind one position up to another, which is among them; without one from the first row, or up to the last.
 *
 * @param state of `withPositions`, by the fields of a key, ascending.
 */
export function between(state: QueryState, from: Position | null, to: Position | null): Condition[] {
  return [
    ...(from === null ? [] : [beyond(state.order, from)]),
    ...(to === null ? [] : [upTo(state.order, to)]),
  ]
}

/** An end of a partition as a string for URLs. */
export function writeEnd(state: QueryState, position: Position | null): string {
  return writeDocument(PARTITION, state, position)
}

/** @throws {@link PositionError} for what is no end of a partition of this queryset. */
export function readEnd(state: QueryState, text: unknown): Position | null {
  return readDocument(PARTITION, state, text, [PAGE])
}

/** Which rows are one part's, whatever it is told by, as a string for URLs. */
export function writeFields(state: QueryState, fields: readonly (string | null)[]): string {
  return writeDocument(SHARE, change(state, { order: [] }), fields)
}

/** The same again, unchecked but for who wrote it. @throws {@link PositionError} for what is none of this queryset. */
export function readFields(state: QueryState, text: unknown): readonly (string | null)[] {
  return readDocument(SHARE, change(state, { order: [] }), text, [PAGE]) ?? []
}

export function positionOf({ order }: QueryState, values: readonly unknown[]): Position {
  return order.map(({ column }, index) => textOf(column, values[index]))
}
