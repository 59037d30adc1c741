import { codecFor } from '../types/codec-for.js'
import type { Computed } from '../query/expression/computed.js'
import { projectionOf, type Projection } from '../query/projection.js'
import type { QueryState, Selection } from '../query/state.js'
import { COUNT_TYPE, type TypeSchema } from '../schema/type.js'
import { knownRowReader, type RowReader } from './row-reader.js'
import { nestedShape, objectShape, tupleShape, valueShape, type Shape } from './shape.js'

/** Reads the rows of a queryset's own SELECT. */
export function selectionReader(state: QueryState): RowReader {
  const projection = projectionOf(state)
  const columns = projection.outputs.map(({ label, type }) => ({ label, codec: codecFor(type) }))
  return knownRowReader(columns, shapeOf(state.selection, projection))
}

/** Reads a SELECT of one int8, such as count(*). */
export const countReader = valueReader<number>('count', COUNT_TYPE)

/** Reads how many links were added and removed. */
export const linkCountsReader: RowReader<{ readonly added: bigint; readonly removed: bigint }> =
  knownRowReader(
    ['added', 'removed'].map((label) => ({ label, codec: codecFor('int8') })),
    objectShape(['added', 'removed']),
  )

/** Reads a SELECT of which only the number of rows matters. */
export const existenceReader = valueReader('exists', 'int4')

/** Reads what a write without RETURNING answers: no rows. */
export const noColumnsReader: RowReader = knownRowReader([], objectShape([]))

/** What one row of a selection is made into. */
export function shapeOf({ shape, columns }: Selection, { layout }: Projection): Shape {
  switch (shape) {
    case 'model':
    case 'object':
      return nestedShape(layout)
    case 'tuple':
      return tupleShape(columns.length)
    case 'value':
      return valueShape
  }
}

/** Reads the one row of `aggregate()`. */
export function aggregateReader(annotations: readonly Computed[]): RowReader<Record<string, unknown>> {
  return knownRowReader(
    annotations.map(({ name, type }) => ({ label: name, codec: codecFor(type) })),
    objectShape(annotations.map(({ property }) => property)),
  )
}

/** Reads the one column of EXPLAIN. */
export function planReader(type: 'text' | 'json' | 'xml'): RowReader {
  return valueReader('QUERY PLAN', type)
}

function valueReader<R>(label: string, type: TypeSchema): RowReader<R> {
  return knownRowReader([{ label, codec: codecFor(type) }], valueShape)
}
