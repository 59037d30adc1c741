import { projectionOf } from '../query/projection.js'
import { initialState, type QueryState } from '../query/state.js'
import { codecFor } from '../types/codec-for.js'
import { knownRowReader, type RowReader } from './row-reader.js'
import { nestedShape, objectShape } from './shape.js'

/** A row that was given, one that was written, or both where they are known to be the same. */
export interface OutcomeRow {
  /** From 1, of the row that was given; null where it is not known which that was. */
  readonly place: bigint | number | null
  /** A part of its key is NULL. */
  readonly isOpen: boolean | null
  /** Whether it is new; null where it was not written, or it is not known whether it was. */
  readonly inserted: boolean | null
  /** As it is in the table. */
  readonly row: unknown
}

/** Reads what became of rows: the table's columns follow. */
export function outcomeReader({ table, schemas }: QueryState): RowReader<OutcomeRow> {
  const { outputs, layout } = projectionOf(initialState(table, schemas))
  const start = [
    { label: 'place', codec: codecFor('int8') },
    { label: 'open', codec: codecFor('bool') },
    { label: 'inserted', codec: codecFor('bool') },
  ]
  const columns = outputs.map(({ label, type }) => ({ label, codec: codecFor(type) }))
  return knownRowReader([...start, ...columns], {
    kind: 'object',
    entries: [
      ['place', { kind: 'value', position: 0 }],
      ['isOpen', { kind: 'value', position: 1 }],
      ['inserted', { kind: 'value', position: 2 }],
      ['row', { kind: 'optional', presence: 2, shape: nestedShape({ ...layout, start: start.length }) }],
    ],
  })
}

/** Reads how many rows were inserted and updated. */
export const outcomeCountsReader: RowReader<{ readonly inserted: bigint; readonly updated: bigint }> =
  knownRowReader(
    ['inserted', 'updated'].map((label) => ({ label, codec: codecFor('int8') })),
    objectShape(['inserted', 'updated']),
  )

/** What MERGE did, and the row that it did it to. */
export interface MergedRow {
  readonly action: 'INSERT' | 'UPDATE' | 'DELETE'
  readonly row: unknown
}

/** Reads `RETURNING merge_action(), …` of all columns. */
export function mergedReader(state: QueryState): RowReader<MergedRow> {
  const { outputs, layout } = projectionOf(state)
  const columns = outputs.map(({ label, type }) => ({ label, codec: codecFor(type) }))
  return knownRowReader([{ label: 'merge_action', codec: codecFor('text') }, ...columns], {
    kind: 'object',
    entries: [
      ['action', { kind: 'value', position: 0 }],
      ['row', nestedShape({ ...layout, start: 1 })],
    ],
  })
}
