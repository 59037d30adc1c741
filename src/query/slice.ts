import { UsageError } from '../errors.js'
import { Operand } from '../shape/operand.js'
import { change, type QueryState, type Slice } from './state.js'

/** Rows from `start` to before `end`. Slices compose: the second counts within the first. */
export function slice(state: QueryState, start: number, end: number | undefined): QueryState {
  for (const [name, value] of Object.entries({ start, end: end ?? 0 })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new UsageError(`slice(start, end) takes whole numbers from 0: ${name} is ${String(value)}.`)
    }
  }
  if (end !== undefined && end < start)
    throw new UsageError(`slice(start, end) ends before it starts: start is ${start}, end is ${end}.`)
  const before = numbersOf(state)
  const from = Math.min(start, before.limit)
  const offset = before.offset + from
  const limit = Math.min(before.limit - from, end === undefined ? Infinity : end - start)
  return change(state, { slice: sliceOf(offset, limit), none: state.none || limit === 0 })
}

function numbersOf({ slice }: QueryState) {
  return {
    offset: slice?.offset === undefined ? 0 : Operand.valueOf(slice.offset),
    limit: slice?.limit === undefined ? Infinity : Operand.valueOf(slice.limit),
  }
}

function sliceOf(offset: number, limit: number): Slice | undefined {
  const isLimited = limit !== Infinity
  if (offset === 0 && !isLimited) return undefined
  return {
    offset: offset === 0 ? undefined : new Operand(offset),
    limit: isLimited ? new Operand(limit) : undefined,
    end: isLimited ? new Operand(offset + limit) : undefined,
  }
}
