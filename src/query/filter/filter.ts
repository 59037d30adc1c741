import { refuseUngroupedConditions, refuseWindows } from '../aggregate/grouping.js'
import { change, refuseAfter, type QueryState } from '../state.js'
import type { Condition } from './condition.js'
import { excludeEverything } from './decide-condition.js'
import { parseFilter } from './parse-filter.js'

/** Rows that meet all of the filters. */
export function filter(state: QueryState, filters: readonly unknown[], method = 'filter'): QueryState {
  refuseAfter(state, method, 'slice', 'union')
  return restrict(
    state,
    filters.map((each) => parseFilter(state, each)),
    method,
  )
}

/** Rows that do not meet all of the filters. */
export function exclude(state: QueryState, filters: readonly unknown[]): QueryState {
  refuseAfter(state, 'exclude', 'slice', 'union')
  if (filters.length === 0) return state
  const conditions = filters.map((each) => parseFilter(state, each))
  return restrict(state, [{ kind: 'not', condition: { kind: 'and', conditions } }], 'exclude')
}

function restrict(state: QueryState, conditions: readonly Condition[], method: string): QueryState {
  for (const condition of conditions) refuseWindows(condition, `Cannot ${method}()`)
  refuseUngroupedConditions(state, conditions)
  return change(state, {
    conditions: [...state.conditions, ...conditions],
    none: state.none || excludeEverything(conditions),
  })
}
