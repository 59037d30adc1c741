import { UsageError } from '../../errors.js'
import type { Binding } from '../../kysely/handle.js'
import type { CallOptions } from '../../kysely/abortable.js'
import { abortSignal, oneOf, type OptionChecks } from '../../options.js'
import type { Position } from '../../position/beyond.js'
import { between, readEnd, withPositions, writeEnd } from '../../position/position.js'
import { refuseSharedRows, totalOrder } from '../../position/total-order.js'
import type { Condition } from '../../query/filter/condition.js'
import { scopedState } from '../../query/scoped/scoped.js'
import { change, sourceName, type QueryState } from '../../query/state.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { ColumnSchema } from '../../schema/table.js'
import { Operand } from '../../shape/operand.js'
import { countReader } from '../../rows/statement-readers.js'
import { compileSql } from '../../sql/compile.js'
import { blockCount } from '../../sql/select/split-points.js'
import { readAll } from '../read.js'
import { sharesOf } from './by-partitions.js'
import { isShare, readShare, writeShare } from './share-token.js'
import { conditionsOf, type Share } from './share.js'
import { splitOf } from './split.js'

/** Options of {@link QuerySet.partitions}. */
export interface PartitionsOptions extends CallOptions {
  /**
   * By ranges of a key; by groups of the partitions that the table itself has; or by ranges of where rows lie in the table.
   * Default: by a key where there is one, else by the table's own partitions where it has any.
   */
  readonly by?: Way
}

type Way = (typeof WAYS)[number]

export const WAYS = ['key', 'partitions', 'ctid'] as const

export const PARTITIONS_CHECKS: OptionChecks<PartitionsOptions> = {
  by: oneOf('way to part rows', WAYS),
  signal: abortSignal,
}

/** One of several parts of a queryset's rows. */
export interface PartitionState {
  readonly state: QueryState
  /** What it is made of again, where another process can. */
  readonly token: () => string
}

/**
 * How a queryset's rows are parted.
 *
 * @throws {@link UsageError} where they cannot be, at all or so.
 */
export function wayOf(state: QueryState, by?: Way, method = 'partitions'): Way {
  refuseSharedRows(state, method)
  if (by === 'key' || (by === undefined && hasKey(state))) {
    totalOrder(change(state, { order: [] }), method)
    return 'key'
  }
  const { call, table } = state
  if (call === undefined && table.kind === 'partitioned table' && by !== 'ctid') return 'partitions'
  if (
    call === undefined &&
    by !== 'partitions' &&
    (table.kind === 'table' || table.kind === 'materialized view')
  )
    return 'ctid'
  if (by === 'partitions') {
    throw new UsageError(
      `${method}() of ${sourceName(state)} cannot go by: 'partitions': it is no partitioned table. Leave it to the key, by: 'key'.`,
    )
  }
  throw new UsageError(
    `${method}() of ${sourceName(state)} needs a primary key, or a unique key without NULLs: its rows lie in no blocks of ` +
      'its own.',
  )
}

/** So many parts of a queryset's rows that have all of them, each once. */
export async function partitionsOf(
  binding: Binding,
  state: QueryState,
  parts: number,
  by?: Way,
): Promise<PartitionState[]> {
  const way = wayOf(state, by)
  if (way === 'ctid') return partitionsByPlace(binding, state, parts)
  if (way === 'partitions') {
    const { columns, shares } = await sharesOf(binding, state, parts)
    return shares.map((share) => partitionOfShare(state, columns, share))
  }
  return rangesOf(binding, state, byKey(state), parts)
}

/**
 * The same by ranges in another order.
 *
 * @param keyed of `withPositions`, by fields that are never NULL, ascending.
 */
export async function rangesOf(
  binding: Binding,
  state: QueryState,
  keyed: QueryState,
  parts: number,
): Promise<PartitionState[]> {
  const points = state.none ? [] : await splitOf(binding, keyed, parts)
  return Array.from({ length: parts }, (_, index) => {
    const isEmpty = index > points.length
    const from = index === 0 ? null : (points[index - 1] ?? null)
    return partition(state, keyed, { from, to: points[index] ?? null, isEmpty })
  })
}

/** One of them again. @throws {@link PositionError} for what is no partition of this queryset. */
export function restoredPartition(state: QueryState, token: unknown): PartitionState {
  refuseSharedRows(state, 'partition')
  if (isShare(token)) return partitionOfShare(state, ...readShare(state, token))
  const keyed = byKey(state)
  const [from, to, ...more] = typeof token === 'string' ? token.split(SEPARATOR) : [token]
  // What is none is refused as the end that it is not.
  const isEmpty = more.length === 1 && more[0] === EMPTY
  const end = more.length === 0 || isEmpty ? to : token
  return partition(state, keyed, { from: readEnd(keyed, from), to: readEnd(keyed, end), isEmpty })
}

interface KeyRange {
  readonly from: Position | null
  readonly to: Position | null
  readonly isEmpty: boolean
}

const SEPARATOR = '~'
const EMPTY = 'none'

function partition(state: QueryState, keyed: QueryState, { from, to, isEmpty }: KeyRange): PartitionState {
  const ends = [from, to].map((end) => writeEnd(keyed, end))
  const added = isEmpty ? { none: true } : {}
  return {
    state: change(state, { ...added, conditions: [...state.conditions, ...between(keyed, from, to)] }),
    token: () => [...ends, ...(isEmpty ? [EMPTY] : [])].join(SEPARATOR),
  }
}

function partitionOfShare(state: QueryState, columns: readonly ColumnSchema[], share: Share): PartitionState {
  const added = share.kind === 'empty' ? { none: true } : {}
  const conditions = [...state.conditions, ...conditionsOf(share, columns)]
  return {
    state: change(state, { ...added, conditions }),
    token: () => writeShare(state, columns, share),
  }
}

/** In the order of a key alone, whatever that of its rows is. */
function byKey(state: QueryState): QueryState {
  return withPositions(scopedState(change(state, { order: [] })), 'partitions')
}

function hasKey({ table }: QueryState): boolean {
  const isNeverNull = (key: readonly string[]) =>
    key.length > 0 && table.columns.every(({ property, nullable }) => !key.includes(property) || !nullable)
  return [table.primaryKey, ...table.uniqueKeys].some(isNeverNull)
}

/** Where rows lie: a block, and the place in it. */
const CTID: ColumnSchema = { property: 'ctid', name: 'ctid', type: 'tid', nullable: false, optional: true }

async function partitionsByPlace(
  binding: Binding,
  state: QueryState,
  parts: number,
): Promise<PartitionState[]> {
  const { table } = state
  const query = compileSql(blockCount(scopedState(state)))
  const [blocks = 0] = (await readAll(binding, { state, query, reader: countReader })).map(Number)
  const starts = Array.from({ length: parts + 1 }, (_, index) => Math.ceil((blocks * index) / parts))
  return Array.from({ length: parts }, (_, index): PartitionState => {
    const [from = 0, to = 0] = starts.slice(index)
    const conditions = [
      ...(index === 0 ? [] : [atPlace('>=', from)]),
      // What comes to lie behind the last block is of the last part.
      ...(index === parts - 1 ? [] : [atPlace('<', to)]),
    ]
    return {
      state: change(state, { conditions: [...state.conditions, ...conditions] }),
      token: refuseToken(table),
    }
  })
}

function atPlace(operator: '>=' | '<', block: number): Condition {
  return { kind: 'compare', column: CTID, operator, operand: new Operand(`(${block},0)`) }
}

function refuseToken(table: QueryState['table']) {
  return (): never => {
    throw new UsageError(
      `Partitions of ${qualifiedName(table)} by ctid hold for one snapshot, since an update moves rows: they go to no other ` +
        'process.',
    )
  }
}
