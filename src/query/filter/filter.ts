import { refuseUngroupedConditions } from '../aggregate/grouping.js'
import { change, refuseAfterCombining, refuseAfterSlice, type QueryState } from '../state.js'
import type { Condition } from './condition.js'
import { excludeEverything } from './decide-condition.js'
import { parseFilter } from './parse-filter.js'

/** Rows that meet all of the filters. */
export function filter(state: QueryState, filters: readonly unknown[], method = 'filter'): QueryState {
  return restrict(state, parse(state, filters, method))
}

/** Rows that do not meet all of the filters. */
export function exclude(state: QueryState, filters: readonly unknown[]): QueryState {
  const conditions = parse(state, filters, 'exclude')
  if (conditions.length === 0) return state
  return restrict(state, [{ kind: 'not', condition: { kind: 'and', conditions } }])
}

function parse(state: QueryState, filters: readonly unknown[], method: string): Condition[] {
  refuseAfterSlice(state, method)
  refuseAfterCombining(state, method)
  return filters.map((each) => parseFilter(state, each))
}

function restrict(state: QueryState, conditions: readonly Condition[]): QueryState {
  refuseUngroupedConditions(state, conditions)
  return change(state, {
    conditions: [...state.conditions, ...conditions],
    none: state.none || excludeEverything(conditions),
  })
}
