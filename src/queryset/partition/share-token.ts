import { PositionError } from '../../errors.js'
import { isValueOf } from '../../position/exact.js'
import { readFields, writeFields } from '../../position/position.js'
import { sourceName, type QueryState } from '../../query/state.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { Cut, Share } from './share.js'

/** What tells the token of a share from that of a range of a key. */
const MARK = '~partitions'

export function isShare(token: unknown): token is string {
  return typeof token === 'string' && token.endsWith(MARK)
}

/** A share as a string for URLs, with the columns that it goes by. */
export function writeShare(state: QueryState, columns: readonly ColumnSchema[], share: Share): string {
  const names = columns.map(({ property }) => property)
  return writeFields(state, [JSON.stringify({ columns: names, ...share })]) + MARK
}

/** @throws {@link PositionError} for what is no share of this queryset's rows. */
export function readShare(state: QueryState, token: string): [columns: ColumnSchema[], share: Share] {
  const [text] = readFields(state, token.slice(0, -MARK.length))
  const { columns: names, ...share } = documentOf(text)
  const columns = (Array.isArray(names) ? names : []).map((name) =>
    state.table.columns.find(({ property }) => property === name),
  )
  const isKnown = columns.length > 0 && columns.every((column) => column !== undefined)
  if (isKnown && isShareOf(columns, share)) return [columns, share]
  throw new PositionError(
    `The partition is none of ${sourceName(state)} as the generated code has it: it was made up, or the partition key differs.`,
  )
}

function documentOf(text: string | null | undefined): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(text ?? '')
    return typeof document === 'object' && document !== null ? { ...document } : {}
  } catch {
    return {}
  }
}

function isShareOf(columns: readonly ColumnSchema[], share: object): share is Share {
  const { kind, from, to, values, hasNull } = share as Readonly<Record<string, unknown>>
  const [first] = columns
  if (kind === 'empty') return true
  if (kind === 'range') return [from, to].every((cut) => cut === null || isCutOf(columns, cut))
  const isList = kind === 'values' || kind === 'others'
  if (!isList || typeof hasNull !== 'boolean' || !Array.isArray(values) || first === undefined) return false
  return values.every((value) => value !== null && isValueOf(first, value))
}

function isCutOf(columns: readonly ColumnSchema[], cut: unknown): cut is Cut {
  const { values, isBehind } = (cut ?? {}) as Readonly<Record<string, unknown>>
  if (typeof isBehind !== 'boolean' || !Array.isArray(values) || values.length === 0) return false
  return values.every((value, index) => {
    const column = columns[index]
    return column !== undefined && value !== null && isValueOf(column, value)
  })
}
