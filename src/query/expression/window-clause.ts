import { FieldError, UsageError } from '../../errors.js'
import { anything, checkOptions } from '../../options.js'
import { describe } from '../../types/describe.js'
import { parseOrderKey } from '../order/order-key.js'
import type { WindowClause } from './computed.js'
import { isWindow } from './computed.js'
import type { Argument } from './expression-types.js'
import type { OrderExpression } from './query-expression.js'
import { resolveArgument, type ExpressionTarget } from './resolve.js'
import type { ColumnSchema } from '../../schema/table.js'
import { baseName } from '../../types/same-type.js'
import { isNumber } from './arithmetic.js'

/** Where a frame begins or ends: so many rows before (negative) or after the row, at it (0), or at neither end (null). */
export type FrameBound = number | null

/** Which rows a window function looks at: `OVER (PARTITION BY … ORDER BY … ROWS BETWEEN … AND …)`. */
export interface WindowOptions {
  /** Rows with equal values are looked at together. Default: all rows. */
  readonly partitionBy?: Argument | readonly Argument[]
  /** As in `orderBy` of querysets. */
  readonly orderBy?: WindowOrder | readonly WindowOrder[]
  /** How far it looks from each row, counted in rows; null is as far as there are any. Default: as PostgreSQL has it. */
  readonly rows?: readonly [from: FrameBound, to: FrameBound]
  /** The same counted in values of `orderBy`; numbers other than 0 need one key that is a number. */
  readonly range?: readonly [from: FrameBound, to: FrameBound]
  /** The same counted in groups of equal values of `orderBy`. */
  readonly groups?: readonly [from: FrameBound, to: FrameBound]
  /** What is left out of the frame: the row itself, its equals, or these without the row. */
  readonly exclude?: 'current row' | 'group' | 'ties'
}

/** A key of a window's order. */
export type WindowOrder = string | Argument | OrderExpression | Readonly<Record<string, string>>

const MODES = ['rows', 'range', 'groups'] as const
const EXCLUSIONS = ['current row', 'group', 'ties']

/** A window, looked up and checked. */
export function resolveWindow(target: ExpressionTarget, options: WindowOptions, name: string): WindowClause {
  const checks = {
    partitionBy: anything,
    orderBy: anything,
    rows: anything,
    range: anything,
    groups: anything,
    exclude: anything,
  }
  const checked = checkOptions(options, checks, `${name}().over`, FieldError)
  const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
    value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T]
  const partitionBy = list(checked.partitionBy).map((each) => resolveArgument(target, each))
  const order = list(checked.orderBy).map((each) => parseOrderKey(target, each))
  if ([...partitionBy, ...order.map(({ column }) => column)].some(isWindow)) {
    throw new UsageError(
      `${name}().over() takes no window functions in its own window: PostgreSQL does not nest them.`,
    )
  }
  const frame = frameOf(checked, name)
  refuseUnlessCounted(checked, order, name)
  return { partitionBy, order, frame }
}

/** What is counted in values, or in groups of them, needs an order of such values. */
function refuseUnlessCounted(
  { range, groups }: WindowOptions,
  order: readonly { readonly column: ColumnSchema }[],
  name: string,
): void {
  if (groups !== undefined && order.length === 0) {
    throw new FieldError(`${name}().over() counts groups of equal values of orderBy: give it one.`)
  }
  const isFar = range?.some((end) => end !== null && end !== 0) === true
  const [key, ...more] = order
  if (!isFar || (key !== undefined && more.length === 0 && isNumber(key.column.type))) return
  throw new FieldError(
    `${name}().over() counts range in values of orderBy: it needs one key, which is a number` +
      `${key === undefined ? '' : `, not ${baseName(key.column.type)}`}. rows: [${range.join(', ')}] counts rows.`,
  )
}

function frameOf(options: WindowOptions, name: string): string | undefined {
  const given = MODES.filter((mode) => options[mode] !== undefined)
  const [mode, ...more] = given
  const { exclude } = options
  if (exclude !== undefined && !EXCLUSIONS.includes(exclude)) {
    throw new FieldError(
      `${name}().over() has no exclude ${describe(exclude)}. Choices: ${EXCLUSIONS.join(', ')}.`,
    )
  }
  if (mode === undefined && exclude === undefined) return undefined
  const frame: unknown = mode === undefined ? [null, 0] : options[mode]
  if (more.length > 0 || !isFrame(frame)) {
    throw new FieldError(
      `${name}().over() takes one of rows, range and groups, as in rows: [-1, 0]: from the row before to the row itself; ` +
        'null is as far as there are any.',
    )
  }
  const [from, to] = frame
  const ends = `${bound(from, 'preceding')} and ${bound(to, 'following')}`
  return `${mode ?? 'range'} between ${ends}${exclude === undefined ? '' : ` exclude ${exclude}`}`
}

function isFrame(value: unknown): value is readonly [FrameBound, FrameBound] {
  const isBound = (each: unknown) => each === null || (Number.isSafeInteger(each) && typeof each === 'number')
  if (!Array.isArray(value) || value.length !== 2 || !value.every(isBound)) return false
  const [from, to] = value as [FrameBound, FrameBound]
  return (from ?? -Infinity) <= (to ?? Infinity)
}

function bound(value: FrameBound, end: 'preceding' | 'following'): string {
  if (value === null) return `unbounded ${end}`
  if (value === 0) return 'current row'
  return value < 0 ? `${String(-value)} preceding` : `${String(value)} following`
}
