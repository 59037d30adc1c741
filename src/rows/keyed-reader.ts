import { codecFor } from '../types/codec-for.js'
import { keyType, projectionOf } from '../query/projection.js'
import type { QueryState } from '../query/state.js'
import type { ColumnSchema } from '../schema/table.js'
import { keyText, type RowKey } from './row-key.js'
import { knownRowReader, type RowReader } from './row-reader.js'
import { shapeOf } from './statement-readers.js'
import type { Shape } from './shape.js'

/** A row with the keys by which its prefetched rows are found, and the key of the row that it was prefetched for. */
export interface KeyedRow {
  readonly row: unknown
  /** Per prefetch of the selection. */
  readonly keys: readonly RowKey[]
  /** As {@link keyText} has it. */
  readonly owner: string | undefined
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
  const owner = ownerColumns.map(({ name, type }) => ({ label: name, type: keyType(type) }))
  const columns = [...outputs, ...owner].map(({ label, type }) => ({ label, codec: codecFor(type) }))
  const positions = owner.map((_, index) => outputs.length + index)
  return knownRowReader(columns, {
    kind: 'object',
    entries: [
      ['row', shapeOf(state.selection, projection)],
      ['keys', { kind: 'tuple', items: projection.keys.map(valuesAt) }],
      ['owner', { kind: 'made', positions, make: keyText(ownerColumns) }],
    ],
  })
}

function valuesAt(positions: readonly number[]): Shape {
  return { kind: 'tuple', items: positions.map((position) => ({ kind: 'value', position })) }
}
