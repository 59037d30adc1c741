import { compare } from '../../position/beyond.js'
import { computed } from '../../query/expression/computed.js'
import type { Condition } from '../../query/filter/condition.js'
import type { ColumnSchema } from '../../schema/table.js'
import { Operand } from '../../shape/operand.js'

/** A point in the order of a partition key: before the rows that begin with these values, or behind them. */
export interface Cut {
  readonly values: readonly string[]
  readonly isBehind: boolean
}

/**
 * Which rows are one part's, told by values of the partition key alone: whatever partitions there are by the time that it is
 * read, each row is of one part.
 */
export type Share =
  /** Without an end it has the rows with NULLs as well. */
  | { readonly kind: 'range'; readonly from: Cut | null; readonly to: Cut | null }
  | { readonly kind: 'values'; readonly values: readonly string[]; readonly hasNull: boolean }
  /** All rows but those of these values. */
  | { readonly kind: 'others'; readonly values: readonly string[]; readonly hasNull: boolean }
  | { readonly kind: 'empty' }

/**
 * The conditions of a share, each of a form that the planner prunes partitions by.
 *
 * @param columns the partition key.
 */
export function conditionsOf(share: Share, columns: readonly ColumnSchema[]): readonly Condition[] {
  const [first] = columns
  if (share.kind === 'empty' || first === undefined) return []
  if (share.kind === 'range') return ofRange(share.from, share.to, columns)
  const { values, hasNull } = share
  if (share.kind === 'values') {
    const equal = values.map((value) => compare(first, '=', value))
    return [or([...equal, ...(hasNull ? [isNull(first, true)] : [])])]
  }
  const unequal = values.map((value) => differs(first, value))
  if (!first.nullable) return unequal
  if (!hasNull) return [...unequal, isNull(first, false)]
  return unequal.length === 0 ? [] : [or([and(unequal), isNull(first, true)])]
}

function ofRange(from: Cut | null, to: Cut | null, columns: readonly ColumnSchema[]): Condition[] {
  const nullable = columns.filter(({ nullable }) => nullable)
  const behind = from === null ? [] : [beside(from, columns, '>')]
  if (to !== null)
    return [...behind, beside(to, columns, '<'), ...nullable.map((column) => isNull(column, false))]
  if (behind.length === 0 || nullable.length === 0) return behind
  const known = and([...behind, ...nullable.map((column) => isNull(column, false))])
  return [or([known, ...nullable.map((column) => isNull(column, true))])]
}

/** That a row comes before a point, or behind it. In steps, since the planner prunes by no comparison of rows. */
function beside(
  { values, isBehind }: Cut,
  [column, ...others]: readonly ColumnSchema[],
  side: '<' | '>',
): Condition {
  const [value, ...rest] = values
  if (column === undefined || value === undefined) return and([])
  if (rest.length === 0) return compare(column, isBehind === (side === '<') ? `${side}=` : side, value)
  const within = and([compare(column, '=', value), beside({ values: rest, isBehind }, others, side)])
  return and([compare(column, `${side}=`, value), or([compare(column, side, value), within])])
}

function differs(column: ColumnSchema, value: string): Condition {
  const { property, type } = column
  const operand = computed({ label: property, type }, { kind: 'operand', operand: new Operand(value) })
  const node = { kind: 'sql', parts: ['', ' <> ', ''], args: [column, operand] } as const
  return { kind: 'isTrue', column: computed({ label: property, type: 'bool' }, node, [column]) }
}

const isNull = (column: ColumnSchema, isNull: boolean): Condition => ({ kind: 'isNull', column, isNull })
const and = (conditions: readonly Condition[]): Condition => ({ kind: 'and', conditions })
const or = (conditions: readonly Condition[]): Condition => ({ kind: 'or', conditions })
