import { FieldError, UsageError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import { prefetch } from '../prefetch/prefetch.js'
import { isRecord } from '../query/assignment.js'
import { columnsOf } from '../query/columns.js'
import { encodeCopy } from '../query/encode.js'
import { locksRows } from '../query/select-for-update.js'
import { scopedState } from '../query/scoped/scoped.js'
import type { Prefetch, QueryState } from '../query/state.js'
import type { KeyedRow, RowKey } from '../rows/keyed-reader.js'
import { qualifiedName } from '../schema/qualified-name.js'
import { codecFor } from '../types/codec-for.js'
import { describe } from '../types/describe.js'
import { completeRows } from './read.js'

/**
 * Rows that are there already, each with what a queryset prefetches.
 *
 * @throws {@link UsageError} for a queryset that says more than what is prefetched; {@link FieldError} for rows without what
 * their relations are found by.
 */
export async function prefetchInto(
  binding: Binding,
  asked: QueryState,
  rows: readonly unknown[],
): Promise<unknown[]> {
  refuseOtherThanPrefetches(asked)
  const state = scopedState(asked)
  if (!Array.isArray(rows))
    throw new FieldError(`prefetchInto() takes an array of rows, not ${describe(rows)}.`)
  const keysOf = state.selection.prefetches.map((each) => keyReader(state, each))
  const keyed = rows.map((row: unknown, index): KeyedRow => {
    if (!isRecord(row))
      throw new FieldError(`prefetchInto() takes rows: at ${index} there is ${describe(row)}.`)
    return { row: { ...row }, keys: keysOf.map((keyOf) => keyOf(row, index)), owner: undefined }
  })
  if (keyed.length > 0) {
    const locks = locksRows(state)
    await completeRows(
      binding,
      { state, locks, prefetch: (some, budget) => prefetch(state, some, budget) },
      keyed,
    )
  }
  return keyed.map(({ row }) => row)
}

/** How the key of a relation is read from a row. */
function keyReader({ table }: QueryState, { relation }: Prefetch) {
  const columns = columnsOf(table, relation.columns)
  return (row: Readonly<Record<string, unknown>>, index: number): RowKey =>
    columns.map(({ property, type }) => {
      const where = () => `prefetchInto() of "${relation.name}", "${property}" of the row at ${index}`
      const value = row[property]
      if (value === undefined) {
        throw new FieldError(
          `prefetchInto() finds "${relation.name}" of ${qualifiedName(table)} by "${property}", which the row at ${index} does not have.`,
        )
      }
      if (value !== null) encodeCopy(codecFor(type), value, where)
      return value
    })
}

function refuseOtherThanPrefetches(state: QueryState): void {
  const { selection, conditions, order, table } = state
  if (selection.prefetches.length === 0)
    throw new UsageError('prefetchInto() needs what is to be read: call prefetchRelated() before it.')
  const more = [
    ['filter() or exclude()', conditions.length > 0 || state.none],
    ['orderBy()', order.length > 0],
    ['slice()', state.slice !== undefined],
    ['distinct()', state.distinct],
    ['union() and its like', state.combination !== undefined],
    ['selectRelated()', selection.related.length > 0],
    ['selectForUpdate()', state.lock !== undefined],
    ['values(), only() or annotate()', selection.columns.length !== table.columns.length],
  ] as const
  const [name] = more.find(([, isSaid]) => isSaid) ?? []
  if (name === undefined) return
  throw new UsageError(
    `prefetchInto() reads what belongs to the rows that it is given, and none of its own: call it without ${name}.`,
  )
}
