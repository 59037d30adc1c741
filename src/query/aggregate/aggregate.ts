import { UsageError } from '../../errors.js'
import { wrapped } from '../combine.js'
import { isWindow, type Computed } from '../expression/computed.js'
import { RESOLVE, type ExpressionTarget } from '../expression/resolve.js'
import { change, isSliced, type QueryState } from '../state.js'
import type { AggregateFunction } from './function-names.js'
import { entriesOf, named } from './annotate.js'

/**
 * What `aggregate()` computes, and over which rows: where DISTINCT, a slice, groups or a combination decide which rows
 * there are, over these as they are.
 */
export function aggregate(state: QueryState, aggregates: unknown) {
  const { table, schemas, selection } = state
  const hasTableRows = !state.distinct && !state.groupBy && !state.combination
  // Window functions are computed after aggregates.
  const derived = !hasTableRows || isSliced(state) || selection.columns.some(isWindow)
  // A slice of whole rows may be aggregated by any field; other rows only by what they have.
  const isWhole = hasTableRows && (!derived || selection.shape === 'model')
  const columns = isWhole ? table.columns : selection.columns
  // What is not aggregated is not the same for all rows.
  const target: ExpressionTarget = {
    table: { ...table, columns },
    schemas,
    derived,
    over: 'group',
    fields: [],
  }
  const annotations = entriesOf(aggregates, 'aggregate').map(([name, expression]) =>
    refuseWindow(named(name, expression[RESOLVE](target))),
  )
  if (!derived) return { state, annotations }
  const rows = { selection: { ...selection, columns, related: [], prefetches: [] }, lock: undefined }
  return { state: wrapped(change(state, rows)), annotations }
}

/** @throws {@link UsageError} for a window function, whose values are as many as there are rows. */
function refuseWindow(annotation: Computed): Computed {
  if (!isWindow(annotation)) return annotation
  throw new UsageError(
    `aggregate() gives one row, and "${annotation.property}" has a window function, which gives a value for each: annotate() it.`,
  )
}

/** What an aggregate is without rows. */
function overNothing(name: AggregateFunction): unknown {
  if (name === 'arrayAgg' || name === 'jsonbAgg') return []
  return name === 'count' || name === 'regrCount' ? 0 : null
}

/** The row over no rows at all without asking the server, where it takes no more than to know the aggregates. */
export function emptyAggregation(annotations: readonly Computed[]): Record<string, unknown> | undefined {
  const entries: [string, unknown][] = []
  for (const { property, node } of annotations) {
    if (node.kind !== 'aggregate') return undefined
    const { function: name } = node.aggregate
    entries.push([property, overNothing(name)])
  }
  return Object.fromEntries(entries)
}
