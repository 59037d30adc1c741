import { codecFor } from '../codec/codec-for.js'
import { tableName } from '../query/columns.js'
import type { QueryState, Selection } from '../query/state.js'
import type { RowShape } from './read-rows.js'
import { knownRowReader, type RowReader } from './row-reader.js'
import { objectShape, tupleShape, valueShape } from './row-shape.js'

/** Reads the rows of a queryset's own SELECT. */
export function selectionReader({ table, selection }: QueryState): RowReader {
  const columns = selection.columns.map((column) => ({
    label: `${tableName(table)}.${column.name}`,
    codec: codecFor(column.type),
  }))
  return knownRowReader<unknown>(columns, shapeOf(selection))
}

/** Reads a SELECT of one int8, such as count(*). */
export const countReader = knownRowReader([{ label: 'count', codec: codecFor('int8') }], ([count]) =>
  Number(count),
)

/** Reads a SELECT of which only the number of rows matters. */
export const existenceReader = knownRowReader([{ label: 'exists', codec: codecFor('int4') }], valueShape)

function shapeOf({ shape, columns }: Selection): RowShape<unknown> {
  switch (shape) {
    case 'model':
    case 'object':
      return objectShape(columns.map((column) => column.property))
    case 'tuple':
      return tupleShape
    case 'value':
      return valueShape
  }
}
