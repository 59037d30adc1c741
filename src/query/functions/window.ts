import { FieldError, UsageError } from '../../errors.js'
import { COUNT_TYPE, type TypeSchema } from '../../schema/type.js'
import type { ColumnSchema } from '../../schema/table.js'
import { describe } from '../../types/describe.js'
import { calling, computed, isWindow } from '../expression/computed.js'
import type { Argument, Fixed, OneOf, OrNull } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { resolveArgument, RESOLVE, type ExpressionTarget } from '../expression/resolve.js'
import { resolveWindow, type WindowOptions } from '../expression/window-clause.js'
import { alike } from './comparison.js'

/**
 * A window function, which `over` makes an expression of: `rank().over({ partitionBy: 'teamId', orderBy: '-points' })`. It
 * is computed from the rows that are left after all filters, so that it cannot be filtered by itself.
 *
 * @typeParam T what it gives.
 */
export class WindowFunction<out T> {
  /** For the compiler alone. */
  declare readonly result: T
  readonly #name: string
  readonly #call: (target: ExpressionTarget) => ColumnSchema

  /** @internal */
  constructor(name: string, call: (target: ExpressionTarget) => ColumnSchema) {
    this.#name = name
    this.#call = call
  }

  /** `rank() OVER (PARTITION BY … ORDER BY … ROWS BETWEEN …)`. */
  over(options: WindowOptions = {}): QueryExpression<T> {
    return new QueryExpression([], (target) => {
      const window = resolveWindow(target, options, this.#name)
      const call = this.#call(target)
      if (isWindow(call))
        throw new UsageError(`${this.#name}() takes no window functions: PostgreSQL does not nest them.`)
      const parts = [call, ...window.partitionBy, ...window.order.map(({ column }) => column)]
      const { property: label, type, nullable } = call
      return {
        ...computed({ label, type, nullable }, { kind: 'window', of: call, window }, parts),
        isWindow: true,
      }
    })
  }

  /** @internal */
  [RESOLVE](): never {
    throw new UsageError(
      `${this.#name}() is a window function: say over which rows, ${this.#name}().over({ orderBy: … }).`,
    )
  }
}

/** The number of the row in its partition, from 1. */
export const rowNumber = numbering('row_number', COUNT_TYPE)
/** The same with equal rows on one number, and gaps after them. */
export const rank = numbering('rank', COUNT_TYPE)
/** The same without gaps. */
export const denseRank = numbering('dense_rank', COUNT_TYPE)
/** The rank from 0 to 1. */
export const percentRank = numbering('percent_rank', 'float8')
/** Which part of the rows comes up to this one or is equal to it, from above 0 to 1. */
export const cumeDist = numbering('cume_dist', 'float8')

/** The number of the row's share, from 1, where the partition is dealt out to so many of about one size. */
export function ntile(shares: number): WindowFunction<Fixed<number>> {
  const count = whole('ntile', shares, 1)
  return new WindowFunction('ntile', (target) =>
    calling('ntile', { type: 'int4', nullable: false }, [resolveArgument(target, count)]),
  )
}

/** The value so many rows away, 1 if not said; where there is none `otherwise`, which is NULL if left out. */
export interface Shifted {
  <const A extends Argument>(argument: A, offset?: number): WindowFunction<OrNull<A>>
  <const A extends Argument, const D extends Argument>(
    argument: A,
    offset: number,
    otherwise: D,
  ): WindowFunction<OneOf<[A, D]>>
}

/** The value so many rows before in the partition: `lag('price')`, `lag('price', 2, 0)`. */
export const lag = shifting('lag')

/** The value so many rows after in the partition. */
export const lead = shifting('lead')

/** The value of the first row of the frame. */
export function firstValue<const A extends Argument>(argument: A): WindowFunction<OrNull<A>> {
  return ofFrame('first_value', argument)
}

/** The value of the last row of the frame, which by default ends with the row itself and its equals. */
export function lastValue<const A extends Argument>(argument: A): WindowFunction<OrNull<A>> {
  return ofFrame('last_value', argument)
}

/** The value of the row of that number in the frame, from 1. */
export function nthValue<const A extends Argument>(argument: A, number: number): WindowFunction<OrNull<A>> {
  return ofFrame('nth_value', argument, whole('nthValue', number, 1))
}

function numbering(name: string, type: TypeSchema) {
  return (): WindowFunction<Fixed<number>> =>
    new WindowFunction(name, () => calling(name, { type, nullable: false }, []))
}

function ofFrame<A>(name: string, argument: A, ...more: readonly number[]): WindowFunction<OrNull<A>> {
  return new WindowFunction(name, (target) => {
    const args = [argument, ...more].map((each) => resolveArgument(target, each))
    return calling(name, { type: args[0]?.type ?? 'text', nullable: true }, args)
  })
}

function shifting(name: string): Shifted {
  return (argument: Argument, offset = 1, otherwise: Argument = null): WindowFunction<never> => {
    const rows = whole(name, offset, 0)
    return new WindowFunction(name, (target) => {
      const of = resolveArgument(target, argument)
      const args = [of, resolveArgument(target, rows)]
      if (otherwise === null) return calling(name, { type: of.type, nullable: true }, args)
      const instead = resolveArgument(target, otherwise, of.type)
      alike(name, [of, instead])
      return calling(name, { type: of.type, nullable: of.nullable || instead.nullable }, [...args, instead])
    })
  }
}

function whole(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least && value < 2 ** 31) return value
  throw new FieldError(`${name}() takes a whole number from ${least}, not ${describe(value)}.`)
}
