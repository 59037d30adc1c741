import { UsageError } from '../../errors.js'
import type { Binding } from '../../kysely/handle.js'
import type { Position } from '../../position/beyond.js'
import { exactType } from '../../position/exact.js'
import { positionOf } from '../../position/position.js'
import { isComputed } from '../../query/expression/computed.js'
import { ascending } from '../../query/order/ordering.js'
import { change, sourceName, type QueryState } from '../../query/state.js'
import { knownRowReader } from '../../rows/row-reader.js'
import { tupleShape } from '../../rows/shape.js'
import type { ColumnSchema } from '../../schema/table.js'
import { compileSql, type Sql } from '../../sql/compile.js'
import { operatorSchema } from '../../sql/operator.js'
import {
  boundValues,
  partitioning,
  type BoundField,
  type Partitioning,
} from '../../sql/select/partitioning.js'
import type { TypeSchema } from '../../schema/type.js'
import { codecFor } from '../../types/codec-for.js'
import { readAll } from '../read.js'
import { readBound, type Bound } from './bounds.js'
import type { Cut, Share } from './share.js'

/** Shares of rows that have whole partitions, and the columns by whose values they are told. */
export interface Shares {
  readonly columns: readonly ColumnSchema[]
  readonly shares: readonly Share[]
}

interface Sized<B> {
  readonly bound: B
  readonly bytes: number
}

/** What a partition without rows counts for, so that these are spread as well. */
const PAGE_BYTES = 8192

/**
 * So many groups of the partitions that a table has, of about equal size.
 *
 * @throws {@link UsageError} for a table without partitions that conditions on its columns tell apart.
 */
export async function sharesOf(binding: Binding, state: QueryState, parts: number): Promise<Shares> {
  const [[found] = []] = await ask(binding, state, partitioning(state), ['text'])
  // What the query puts together.
  const table = typeof found === 'string' ? (JSON.parse(found) as Partitioning) : undefined
  const { strategy, keys, partitions } = fit(state, table)
  const how: Key = {
    columns: columnsOf(state, keys),
    keys,
    partitions: (partitions ?? []).map(({ bound, bytes }) => ({
      bound: readBound(bound),
      bytes: bytes + PAGE_BYTES,
    })),
  }
  const { columns } = how
  const shares = await (strategy === 'l' ? listShares : rangeShares)(binding, state, how, parts)
  const empty = Array.from({ length: parts - shares.length }, (): Share => ({ kind: 'empty' }))
  return { columns, shares: [...shares, ...empty] }
}

function fit(state: QueryState, how: Partitioning | undefined): Partitioning {
  if (how === undefined) throw unfit(state, 'the database has no partitioned table of this name')
  if (how.strategy !== 'h') return how
  throw unfit(
    state,
    'it is partitioned by hash, and by no condition does the planner leave out partitions of that',
  )
}

/** Those that a table is partitioned by. */
function columnsOf(state: QueryState, keys: Partitioning['keys']): ColumnSchema[] {
  return keys.map(({ name, isPlain }) => {
    const column = state.table.columns.find((each) => each.name === name && !isComputed(each))
    if (name === null) throw unfit(state, 'it is partitioned by an expression')
    if (column === undefined)
      throw unfit(state, `the generated code has no column "${name}", which is of its partition key`)
    if (!isPlain || operatorSchema(column.type) !== undefined)
      throw unfit(
        state,
        `it is partitioned by "${name}" in an order or a collation that is not the column's own`,
      )
    return column
  })
}

function unfit(state: QueryState, why: string): UsageError {
  return new UsageError(
    `partitions() of ${sourceName(state)} cannot go by: 'partitions': ${why}. Leave it to the key, by: 'key'.`,
  )
}

interface Key {
  readonly columns: readonly ColumnSchema[]
  readonly keys: Partitioning['keys']
  readonly partitions: readonly Sized<Bound | undefined>[]
}

/** Neighbours in the order of their bounds; what no partition but the default one takes is of the share it lies in. */
async function rangeShares(binding: Binding, state: QueryState, how: Key, parts: number): Promise<Share[]> {
  const ranges = how.partitions.flatMap(({ bound, bytes }) =>
    bound?.kind === 'range' ? [{ from: bound.from, bytes }] : [],
  )
  const read = await inOrder(
    binding,
    state,
    how,
    ranges.map(({ from }) => from),
  )
  const sorted = read.map(([place, values]) => {
    const { from = [], bytes = 0 } = ranges[place] ?? {}
    return { from: from.map(([rank], index): BoundField => [rank, values[index] ?? null]), bytes }
  })
  const sizes = sorted.map(({ bytes }) => bytes)
  const cuts = cutsOf(sizes, parts).map((at) => cutAt(sorted[at]?.from ?? []))
  return [null, ...cuts].map((from, index) => ({ kind: 'range', from, to: cuts[index] ?? null }))
}

/** The values of bounds, as the server is sent those of the columns, in their order. */
async function inOrder(
  binding: Binding,
  state: QueryState,
  { columns, keys }: Key,
  bounds: readonly (readonly BoundField[])[],
): Promise<[place: number, values: Position][]> {
  if (bounds.length === 0) return []
  const order = columns.map(ascending)
  const read = boundValues(state, columns, keys, bounds)
  const rows = await ask(binding, state, read, ['int8', ...columns.map(({ type }) => exactType(type))])
  return rows.map(([place, ...values]) => [Number(place), positionOf({ ...state, order }, values)])
}

/** Before which of them the parts but the first begin. */
function cutsOf(sizes: readonly number[], parts: number): number[] {
  const total = sizes.reduce((sum, each) => sum + each, 0)
  const cuts: number[] = []
  let before = 0
  for (const [index, bytes] of sizes.entries()) {
    // Where the middle of it is behind the end that the part would have.
    const end = ((cuts.length + 1) * total) / parts
    const mustCut = sizes.length - index <= parts - 1 - cuts.length
    if (index > 0 && cuts.length < parts - 1 && (before + bytes / 2 > end || mustCut)) cuts.push(index)
    before += bytes
  }
  return cuts
}

function cutAt(from: readonly BoundField[]): Cut {
  const end = from.findIndex(([rank]) => rank !== 0)
  const known = end < 0 ? from : from.slice(0, end)
  return { values: known.map(([, value]) => value ?? ''), isBehind: from[end]?.[0] === 1 }
}

/** The largest first, each to the part that has least; what is of no list, and NULL where it is of none, is the last part's. */
async function listShares(binding: Binding, state: QueryState, how: Key, parts: number): Promise<Share[]> {
  const listed = how.partitions.flatMap(({ bound }, place) =>
    bound?.kind === 'list' ? bound.values.map((value) => ({ place, field: [0, value] as const })) : [],
  )
  const read = await inOrder(
    binding,
    state,
    how,
    listed.map(({ field }) => [field]),
  )
  const groups = Array.from({ length: parts }, () => ({ bytes: 0, values: [] as (string | null)[] }))
  const sized = how.partitions.map((partition, place) => ({ ...partition, place }))
  const last = groups.at(-1)
  for (const { bound, bytes } of sized) if (bound?.kind === 'default' && last) last.bytes += bytes
  for (const { bytes, place } of sized.toSorted((a, b) => b.bytes - a.bytes)) {
    const own = read.filter(([at]) => listed[at]?.place === place).map(([, [value = null]]) => value)
    if (own.length === 0) continue
    const least = groups.reduce((least, each) => (each.bytes < least.bytes ? each : least))
    least.bytes += bytes
    least.values.push(...own)
  }
  const others = groups.slice(0, -1).filter((group) => group.values.length > 0)
  const taken = others.flatMap((group) => group.values)
  return [
    ...others.map((group): Share => ({ kind: 'values', ...split(group.values) })),
    { kind: 'others', values: split(taken).values, hasNull: !taken.includes(null) },
  ]
}

function split(values: readonly (string | null)[]): { values: string[]; hasNull: boolean } {
  return { values: values.filter((value) => value !== null), hasNull: values.includes(null) }
}

/** Rows of columns of these types. */
async function ask(
  binding: Binding,
  state: QueryState,
  statement: Sql,
  types: readonly TypeSchema[],
): Promise<unknown[][]> {
  const columns = types.map((type) => ({ label: 'partitions', codec: codecFor(type) }))
  const reader = knownRowReader<unknown[]>(columns, tupleShape(columns.length))
  const query = compileSql(statement)
  // What its shape says.
  return (await readAll(binding, { state: change(state, { none: false }), query, reader })) as unknown[][]
}
