import type { Binding } from '../kysely/handle.js'
import { planned } from '../plan/plan.js'
import { aggregatesPlan, countPlan, existencePlan, rowsPlan } from '../plan/reads.js'
import { prefetch } from '../prefetch/prefetch.js'
import { aggregate, emptyAggregation } from '../query/aggregate/aggregate.js'
import { scoped, scopedState } from '../query/scoped/scoped.js'
import { slice } from '../query/slice.js'
import type { QueryState } from '../query/state.js'
import { planReader } from '../rows/statement-readers.js'
import { compileExplain, type ExplainOptions } from '../sql/select/explain.js'
import type { PrefetchRows } from '../iterate/run-prefetch.js'
import { readAll, type CompiledRead } from './read.js'

/** The SELECT of a queryset's rows, and how they are read. */
export function statementOf(asked: QueryState): CompiledRead {
  const state = scopedState(asked)
  const { query, made } = planned(rowsPlan, state)
  if (state.selection.prefetches.length === 0) return { state, query, ...made }
  return { state, query, ...made, prefetch: (rows, budget) => prefetch(state, rows, budget) }
}

/** The same for rows with their keys and positions; relations are read for the first `size` of them. */
export function keyedStatementOf(state: QueryState, size: number): CompiledRead {
  const { prefetch: all, ...read } = statementOf(state)
  const prefetch =
    all && (((rows, budget) => all(rows.slice(0, size), budget)) satisfies PrefetchRows | undefined)
  return { ...read, ...(prefetch && { prefetch }), keepsKeys: true }
}

/** All rows. */
export async function rows(binding: Binding, asked: QueryState): Promise<unknown[]> {
  if (asked.none) return []
  const read = statementOf(asked)
  return read.state.none ? [] : readAll(binding, read)
}

/** The same, as the querysets of their selection have them. */
export function rowsOf<R>(binding: Binding, state: QueryState): Promise<R[]> {
  // What one row is follows from the selection, which R follows as well.
  return rows(binding, state) as Promise<R[]>
}

/** The first of them. */
export async function first<R>(binding: Binding, state: QueryState): Promise<R | undefined> {
  return (await rowsOf<R>(binding, slice(state, 0, 1)))[0]
}

/** `SELECT count(*)`. */
export async function rowCount(binding: Binding, asked: QueryState): Promise<number> {
  const state = scopedState(asked)
  if (state.none) return 0
  const { query, made } = planned(countPlan, state)
  const [count] = await readAll(binding, { state, query, ...made })
  return Number(count)
}

/** `SELECT 1 … LIMIT 1`. */
export async function hasRows(binding: Binding, asked: QueryState): Promise<boolean> {
  const state = scopedState(asked)
  if (state.none) return false
  const { query, made } = planned(existencePlan, state)
  return (await readAll(binding, { state, query, ...made })).length > 0
}

/** The one row of aggregates over all rows. */
export async function aggregates(binding: Binding, over: QueryState, wanted: unknown): Promise<unknown> {
  const asked = aggregate(over, wanted)
  const { state, of } = scoped(asked.state)
  const annotations = of(asked.annotations)
  const empty = state.none ? emptyAggregation(annotations) : undefined
  if (empty !== undefined) return empty
  const { query, made } = planned(aggregatesPlan, { state, annotations })
  const [row] = await readAll(binding, { state, query, ...made })
  return row
}

/** The plan: its lines as one text, or a document where JSON is asked for. */
export async function plan(binding: Binding, asked: QueryState, options: ExplainOptions): Promise<unknown> {
  const state = scopedState(asked)
  const { format = 'text' } = options
  const query = compileExplain(state, options)
  const reader = planReader(format === 'yaml' ? 'text' : format)
  const lines = await readAll(binding, { state, query, reader })
  return format === 'json' ? lines[0] : lines.join('\n')
}
