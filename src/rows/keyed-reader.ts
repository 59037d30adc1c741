import { codecFor } from '../types/codec-for.js'
import type { Codec } from '../types/codec.js'
import { keyType, projectionOf } from '../query/projection.js'
import type { QueryState } from '../query/state.js'
import type { ColumnSchema } from '../schema/table.js'
import { knownRowReader, type RowReader } from './row-reader.js'
import { shapeOf } from './statement-readers.js'
import type { Shape } from './shape.js'

/** The values of a key's columns, in their order. */
export type RowKey = readonly unknown[]

/** A row with the keys by which its prefetched rows are found, and the key of the row that it was prefetched for. */
export interface KeyedRow {
  readonly row: unknown
  /** Per prefetch of the selection. */
  readonly keys: readonly RowKey[]
  /** As {@link keyText} has it. */
  readonly owner: string | undefined
  /** The values that tell where in the order it is, where they were asked for. */
  readonly position?: RowKey
}

/** One for all rows: an array for each of a million children would be as large as the children. */
const NO_KEYS: readonly RowKey[] = Object.freeze([])

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
  const valuesAt = (columns: readonly number[]): Shape => {
    return { kind: 'tuple', items: columns.map((position) => ({ kind: 'value', position })) }
  }
  const keys: Shape =
    projection.keys.length === 0
      ? { kind: 'made', positions: [], make: () => NO_KEYS }
      : { kind: 'tuple', items: projection.keys.map(valuesAt) }
  const position = state.selection.position === undefined ? undefined : valuesAt(projection.position)
  const positions = owner.map((_, index) => outputs.length + index)
  return knownRowReader(columns, {
    kind: 'object',
    entries: [
      ['row', shapeOf(state.selection, projection)],
      ['keys', keys],
      ['owner', { kind: 'made', positions, make: keyText(ownerColumns) }],
      ...(position === undefined ? [] : ([['position', position]] as const)),
    ],
  })
}

/** What a Map finds keys of these columns by: one text for equal values, undefined where a part of the key is NULL. */
export function keyText(columns: readonly ColumnSchema[]): (...key: RowKey) => string | undefined {
  const codecs = columns.map(({ type }) => codecFor(type))
  const [sole] = codecs
  if (sole !== undefined && codecs.length === 1) return (value) => valueText(sole, value)
  return (...key) => {
    const texts = codecs.map((codec, index) => valueText(codec, key[index]))
    return texts.length === 0 || texts.includes(undefined) ? undefined : JSON.stringify(texts)
  }
}

/** Most values are told apart by how they print; objects by how they are written. */
function valueText(codec: Codec, value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
  }
  if (value === null) return undefined
  const written = codec.encode(value)
  return typeof written === 'string' ? written : written.toString('hex')
}
