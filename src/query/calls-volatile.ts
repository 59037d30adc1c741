import type { Condition } from './filter/condition.js'
import type { QueryState } from './state.js'

/** Whether rows come from a volatile function anywhere in a query, so that to read them may have written something. */
export function callsVolatile(state: QueryState): boolean {
  const { call, combination, conditions, selection } = state
  return (
    call?.function.isVolatile === true ||
    combination?.operands.some(callsVolatile) === true ||
    conditions.some(asksVolatile) ||
    selection.prefetches.some((prefetch) => callsVolatile(prefetch.state))
  )
}

function asksVolatile(condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.some(asksVolatile)
    case 'not':
    case 'related':
      return asksVolatile(condition.condition)
    case 'inQuery':
      // What a subselect holds is the state of a queryset.
      return callsVolatile(condition.query.state as QueryState)
    default:
      return false
  }
}
