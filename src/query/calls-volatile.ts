import type { FunctionCall } from './state.js'
import { isInParts, knownNumber, PARTS } from '../shape/known.js'

/**
 * Whether rows come from a volatile function anywhere in what is asked, so that to read them may have written something. It
 * looks at everything and not at a list of where functions may stand.
 */
export function callsVolatile(subject: object): boolean {
  const met = new Set<object>()
  const calls = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null || met.has(value)) return false
    // What stands for itself holds no call: tables, functions and the like.
    if (knownNumber(value) !== undefined) return false
    met.add(value)
    return isVolatileCall(value) || partsOf(value).some(calls)
  }
  return calls(subject)
}

/** A call, as a state has it. */
function isVolatileCall(value: object): boolean {
  const { call } = value as { readonly call?: FunctionCall }
  return call?.function.isVolatile === true
}

function partsOf(value: object): readonly unknown[] {
  return isInParts(value) ? value[PARTS] : Object.values(value)
}
