import { codecFor } from '../types/codec-for.js'
import { knownRowReader, type RowReader } from './row-reader.js'
import { valueShape } from './shape.js'

/** Reads the one column of EXPLAIN. */
export function planReader(type: 'text' | 'json' | 'xml'): RowReader {
  return knownRowReader([{ label: 'QUERY PLAN', codec: codecFor(type) }], valueShape)
}
