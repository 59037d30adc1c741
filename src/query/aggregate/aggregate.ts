import { annotationOf, entriesOf } from './annotate.js'
import type { Annotation } from './annotation.js'
import { wrapped } from '../combine.js'
import { change, isSliced, type QueryState } from '../state.js'

/** What `aggregate()` computes, and over which rows. */
export interface Aggregation {
  readonly state: QueryState
  readonly annotations: readonly Annotation[]
}

/**
 * Aggregates over all rows of a query; where DISTINCT, a slice, groups or a combination decide which rows there are,
 * over these as they are.
 *
 * @throws {@link FieldError} as `annotate`.
 */
export function aggregate(state: QueryState, aggregates: unknown): Aggregation {
  const isPlain = !state.distinct && !isSliced(state) && !state.groupBy && !state.combination
  const rows = isPlain ? state : withFields(state)
  const { columns } = isPlain ? state.table : rows.selection
  const target = { table: { ...state.table, columns }, schemas: state.schemas, derived: !isPlain }
  const annotations = entriesOf(aggregates, 'aggregate').map(([name, aggregate]) =>
    annotationOf(target, name, aggregate, 'group'),
  )
  return { state: isPlain ? rows : wrapped(rows), annotations }
}

/** A slice of whole rows may be aggregated by any field; other rows only by what they have. */
function withFields(state: QueryState): QueryState {
  const isWhole = state.selection.shape === 'model' && !state.distinct && !state.groupBy && !state.combination
  const columns = isWhole ? state.table.columns : state.selection.columns
  const selection = { ...state.selection, columns, related: [], prefetches: [] }
  return change(state, { selection, lock: undefined })
}

/** The row over no rows at all, without asking the server. */
export function emptyAggregation({ annotations }: Aggregation): Record<string, unknown> {
  return Object.fromEntries<unknown>(
    annotations.map(({ property, aggregate }): [string, unknown] => {
      if (aggregate.function === 'count') return [property, 0]
      return [property, aggregate.function === 'arrayAgg' ? [] : null]
    }),
  )
}
