import type { Computed } from '../query/expression/computed.js'
import { callsVolatile } from '../query/calls-volatile.js'
import { locksRows } from '../query/select-for-update.js'
import type { QueryState } from '../query/state.js'
import { keyedReader } from '../rows/keyed-reader.js'
import { aggregateReader, countReader, existenceReader, selectionReader } from '../rows/statement-readers.js'
import { compile } from '../sql/compile.js'
import { selectAggregates, selectCount, selectExists, selectRows } from '../sql/select/select.js'

/** The SELECT of a queryset's rows, and how they are read: with their keys where something is prefetched for them. */
export function rowsPlan(state: QueryState) {
  const { prefetches, position } = state.selection
  const isPlain = prefetches.length === 0 && position === undefined
  return {
    query: compile((creator) => selectRows(creator, state)),
    reader: isPlain ? selectionReader(state) : keyedReader(state),
    locks: locksRows(state),
    mayWrite: callsVolatile(state),
  }
}

/** `SELECT count(*)`. */
export function countPlan(state: QueryState) {
  return {
    query: compile((creator) => selectCount(creator, state)),
    reader: countReader,
    mayWrite: callsVolatile(state),
  }
}

/** `SELECT 1 … LIMIT 1`. */
export function existencePlan(state: QueryState) {
  return {
    query: compile((creator) => selectExists(creator, state)),
    reader: existenceReader,
    mayWrite: callsVolatile(state),
  }
}

/** Aggregates over the rows of a query. */
export interface Aggregation {
  readonly state: QueryState
  readonly annotations: readonly Computed[]
}

/** The one row of aggregates over all rows. */
export function aggregatesPlan({ state, annotations }: Aggregation) {
  return {
    query: compile((creator) => selectAggregates(creator, state, annotations)),
    reader: aggregateReader(annotations),
    mayWrite: callsVolatile({ state, annotations }),
  }
}
