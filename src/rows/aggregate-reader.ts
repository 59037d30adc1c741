import { codecFor } from '../types/codec-for.js'
import type { Annotation } from '../query/aggregate/annotation.js'
import { knownRowReader, type RowReader } from './row-reader.js'
import { objectShape } from './shape.js'

/** Reads the one row of `aggregate()`. */
export function aggregateReader(annotations: readonly Annotation[]): RowReader<Record<string, unknown>> {
  return knownRowReader(
    annotations.map(({ name, type }) => ({ label: name, codec: codecFor(type) })),
    objectShape(annotations.map(({ property }) => property)),
  )
}
