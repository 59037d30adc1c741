import { OptionError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import type { CallOptions } from '../kysely/abortable.js'
import { abortSignal, anything, checkOptions, size as sizeCheck } from '../options.js'
import { behindPosition, withPositions, writePosition } from '../position/position.js'
import { scopedState } from '../query/scoped/scoped.js'
import { slice } from '../query/slice.js'
import type { QueryState } from '../query/state.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import { readAll } from './read.js'
import { keyedStatementOf } from './run.js'

/** Which page {@link QuerySet.page} reads. */
export interface PageOptions extends CallOptions {
  /** How many rows it has at most. */
  readonly size: number
  /** The rows behind this position, `next` of another page; from the first without it, or with null. */
  readonly after?: string | null | undefined
  /** The rows before this position, `previous` of another page, in the same order as ever. */
  readonly before?: string | null | undefined
}

/** Some rows in order, and where those around them are. */
export interface Page<R> {
  /** Its rows, in the order of the queryset. */
  readonly rows: R[]
  /** What `after` takes to go on; null where these rows are the last. */
  readonly next: string | null
  /** What `before` takes to go back; null where these rows are the first. */
  readonly previous: string | null
}

/** What a page is read by, checked before any I/O. */
export interface PageRequest {
  /** In its total order, and with positions. */
  readonly ordered: QueryState
  /** The rows to read, in the order to read them in: one more than there are to be. */
  readonly state: QueryState
  readonly size: number
  readonly from: string | undefined
  readonly backwards: boolean
}

/** @throws {@link OptionError}; {@link UsageError} without a total order; {@link PositionError}. */
export function pageRequest(
  state: QueryState,
  options: PageOptions,
): PageRequest & { readonly call: CallOptions } {
  const checks = { size: sizeCheck, after: anything, before: anything, signal: abortSignal }
  const { size, after, before, signal } = checkOptions(options, checks, 'page')
  const problem = sizeCheck(size)
  if (problem !== undefined) throw new OptionError(`The option size of page() ${problem}.`)
  const backwards = before !== undefined && before !== null
  if (backwards && after !== undefined && after !== null)
    throw new OptionError('page() takes after or before, not both.')
  const from = (backwards ? before : after) ?? undefined
  const ordered = withPositions(scopedState(state), 'page')
  const behind = from === undefined ? ordered : behindPosition(ordered, from, backwards)
  const call = signal === undefined ? {} : { signal }
  return { ordered, state: slice(behind, 0, size + 1), size, from, backwards, call }
}

/** Reads a page by one query. */
export async function readPage(binding: Binding, request: PageRequest): Promise<Page<unknown>> {
  const { ordered, state, size, from, backwards } = request
  const read = state.none ? [] : await readAll(binding, keyedStatementOf(state, size))
  // What is read with positions comes with them.
  const rows = (read as KeyedRow[]).slice(0, size)
  const goesOn = read.length > size
  if (backwards) rows.reverse()
  const position = (row: KeyedRow | undefined) =>
    row === undefined ? (from ?? null) : writePosition(ordered, row.position ?? [])
  const isBehind = backwards || goesOn
  const isBefore = backwards ? goesOn : from !== undefined
  return {
    rows: rows.map(({ row }) => row),
    next: isBehind ? position(rows.at(-1)) : null,
    previous: isBefore ? position(rows[0]) : null,
  }
}
