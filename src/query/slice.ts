import { UsageError } from '../errors.js'
import { change, type QueryState } from './state.js'

/** Rows from `start` to before `end`. Slices compose: the second counts within the first. */
export function slice(state: QueryState, start: number, end: number | undefined): QueryState {
  for (const [name, value] of Object.entries({ start, end: end ?? 0 })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new UsageError(`slice(start, end) takes whole numbers from 0: ${name} is ${String(value)}.`)
    }
  }
  if (end !== undefined && end < start)
    throw new UsageError(`slice(start, end) ends before it starts: start is ${start}, end is ${end}.`)
  const from = state.limit === undefined ? start : Math.min(start, state.limit)
  const room = state.limit === undefined ? Infinity : state.limit - from
  const length = Math.min(room, end === undefined ? Infinity : end - start)
  return change(state, {
    offset: state.offset + from,
    limit: length === Infinity ? undefined : length,
    none: state.none || length === 0,
  })
}
