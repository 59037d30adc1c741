import { codecFor } from '../codec/codec-for.js'
import { projectionOf } from '../query/projection.js'
import type { QueryState } from '../query/state.js'
import type { ColumnSchema } from '../schema/table.js'
import type { RowShape } from './read-rows.js'
import { knownRowReader, type RowReader } from './row-reader.js'
import { shapeOf } from './selection-reader.js'

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
  const shape: RowShape<unknown> = shapeOf(state.selection, projection)
  const ownerPositions = ownerColumns.map((_, index) => outputs.length + index)
  const keyAt = (values: readonly unknown[], positions: readonly number[]): RowKey | undefined => {
    const key = positions.map((position) => values[position])
    if (key.length === 0 || key.includes(null)) return undefined
    const texts = positions.map((position, index) => {
      const encoded = columns[position]?.codec.encode(key[index])
      return Buffer.isBuffer(encoded) ? encoded.toString('hex') : (encoded ?? '')
    })
    return { text: texts.length === 1 ? (texts[0] ?? '') : JSON.stringify(texts), values: key }
  }
  return knownRowReader(columns, (values) => ({
    row: shape(values),
    keys: projection.keys.map((positions) => keyAt(values, positions)),
    owner: keyAt(values, ownerPositions),
  }))
}
