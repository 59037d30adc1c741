import { annotationOf, entriesOf } from './annotate.js'
import type { Annotation } from './annotation.js'
import { wrapped } from '../combine.js'
import { change, isSliced, type QueryState } from '../state.js'

/**
 * What `aggregate()` computes, and over which rows: where DISTINCT, a slice, groups or a combination decide which rows
 * there are, over these as they are.
 */
export function aggregate(state: QueryState, aggregates: unknown) {
  const { table, schemas, selection } = state
  const hasTableRows = !state.distinct && !state.groupBy && !state.combination
  const derived = !hasTableRows || isSliced(state)
  // A slice of whole rows may be aggregated by any field; other rows only by what they have.
  const isWhole = hasTableRows && (!derived || selection.shape === 'model')
  const columns = isWhole ? table.columns : selection.columns
  const target = { table: { ...table, columns }, schemas, derived }
  const annotations = entriesOf(aggregates, 'aggregate').map(([name, aggregate]) =>
    annotationOf(target, name, aggregate, 'group'),
  )
  if (!derived) return { state, annotations }
  const rows = { selection: { ...selection, columns, related: [], prefetches: [] }, lock: undefined }
  return { state: wrapped(change(state, rows)), annotations }
}

/** The row over no rows at all, without asking the server. */
export function emptyAggregation(annotations: readonly Annotation[]): Record<string, unknown> {
  return Object.fromEntries<unknown>(
    annotations.map(({ property, aggregate }): [string, unknown] => {
      if (aggregate.function === 'count') return [property, 0]
      return [property, aggregate.function === 'arrayAgg' ? [] : null]
    }),
  )
}
