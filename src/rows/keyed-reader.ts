import type { Codec } from '../types/codec.js'
import { codecFor } from '../types/codec-for.js'
import { projectionOf } from '../query/projection.js'
import type { QueryState } from '../query/state.js'
import type { ColumnSchema } from '../schema/table.js'
import { knownRowReader, type RowReader } from './row-reader.js'
import { shapeOf } from './selection-reader.js'
import type { Shape } from './shape.js'

/** A key that rows are matched by: `text` is equal when the values are. */
export interface RowKey {
  readonly text: string
  readonly values: readonly unknown[]
}

/** A row with the keys by which its prefetched rows are found, and the key of the row that it was prefetched for. */
export interface KeyedRow {
  readonly row: unknown
  /** Per prefetch of the selection; undefined where a part of the key is NULL. */
  readonly keys: readonly (RowKey | undefined)[]
  readonly owner: RowKey | undefined
}

/**
 * Reads a queryset's rows with their keys.
 *
 * @param ownerColumns the columns that follow the queryset's own and hold the owner's key.
 */
export function keyedReader(
  state: QueryState,
  ownerColumns: readonly ColumnSchema[] = [],
): RowReader<KeyedRow> {
  const projection = projectionOf(state)
  const { outputs } = projection
  const columns = [
    ...outputs,
    ...ownerColumns.map((column) => ({ label: column.name, type: column.type })),
  ].map(({ label, type }) => ({ label, codec: codecFor(type) }))
  /** What the values at these positions are found by. */
  const key = (positions: readonly number[]): Shape => {
    const codecs = positions.flatMap((position) => columns[position]?.codec ?? [])
    return { kind: 'made', positions, make: (...values) => keyOf(codecs, values) }
  }
  return knownRowReader(columns, {
    kind: 'object',
    entries: [
      ['row', shapeOf(state.selection, projection)],
      ['keys', { kind: 'tuple', items: projection.keys.map(key) }],
      ['owner', key(ownerColumns.map((_, index) => outputs.length + index))],
    ],
  })
}

/** Undefined where a part of the key is NULL, or there is none. */
function keyOf(codecs: readonly Codec[], values: readonly unknown[]): RowKey | undefined {
  if (values.length === 0 || values.includes(null)) return undefined
  const texts = codecs.map((codec, index) => {
    const encoded = codec.encode(values[index])
    return Buffer.isBuffer(encoded) ? encoded.toString('hex') : encoded
  })
  return { text: texts.length === 1 ? (texts[0] ?? '') : JSON.stringify(texts), values }
}
