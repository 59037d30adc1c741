import { recognise, version } from '../../copies.js'
import type { Aggregated, Expressed } from '../expression/expression-types.js'
import { QueryExpression } from '../expression/query-expression.js'
import { resolveWindow, type WindowOptions } from '../expression/window-clause.js'
import type { AggregateFunction } from './function-names.js'
import type { AggregateOptions, OrderedAggregateOptions } from './options.js'
import { isPlainObject } from '../lookups/operand.js'
import { resolveAggregate } from './resolve-aggregate.js'

/**
 * An aggregate as `count()`, `sum()` and the like make it: not yet bound to a table. `annotate` and `aggregate` look
 * its path up and check it.
 *
 * @typeParam F the function.
 * @typeParam P what is aggregated: a field, relations that lead to one, `*` for rows, or an expression.
 * @typeParam O its options.
 */
export class Aggregate<
  F extends AggregateFunction = AggregateFunction,
  P extends string | Expressed = string | Expressed,
  O extends object = object,
> extends QueryExpression<Aggregated<F, P, O>> {
  /** Its name in SQL. */
  readonly function: F
  /** What it is of: a field, relations that lead to one, `*` for rows, or an expression. */
  readonly path: P
  /** The options that it was made with. */
  readonly options: O
  /** What `stringAgg` puts between the values. */
  readonly separator: string | undefined

  /** @internal */
  constructor(name: F, path: P, options: O, separator?: string) {
    super([path], (target) => resolveAggregate(target, this), true)
    this.function = name
    this.path = path
    this.options = options
    this.separator = separator
  }

  /**
   * The same over the rows of a window, for each row: `sum(…) OVER (PARTITION BY … ORDER BY …)`.
   *
   * ```ts
   * payments.annotate({ running: sum('amount').over({ partitionBy: 'orderId', orderBy: 'paidAt' }) })
   * ```
   */
  over(options: WindowOptions = {}): QueryExpression<Aggregated<F, P, O>> {
    return new QueryExpression(
      [],
      (target) => resolveAggregate(target, this, resolveWindow(target, options, this.function)),
      false,
    )
  }
}

recognise({ Aggregate }, `@${version}`)

/**
 * How many rows there are, or how many values that are not NULL: `count()`, `count('posts')`, `count('couponId')`.
 * A number; 0 without rows.
 */
export function count(): Aggregate<'count', '*', object>
export function count<const P extends string | Expressed, const O extends object = object>(
  path: P,
  options?: O & AggregateOptions,
): Aggregate<'count', P, O>
export function count<const O extends object>(options: O & AggregateOptions): Aggregate<'count', '*', O>
export function count(path: unknown = '*', options: object = {}): Aggregate {
  return isPlainObject(path)
    ? new Aggregate('count', '*', path)
    : new Aggregate('count', path as string, options)
}

/**
 * The sum: of small integers and floats a number, which fails beyond 2^53 instead of rounding integers; of `int8` and
 * `numeric` an exact string. `null` without values.
 */
export const sum = aggregating('sum')

/** The average: of small integers and floats a number, of `int8` and `numeric` an exact string. `null` without values. */
export const avg = aggregating('avg')

/** The least value, of the field's type; `null` without values. */
export const min = aggregating('min')

/** The greatest value, of the field's type; `null` without values. */
export const max = aggregating('max')

/** The values as an array, NULLs among them; empty without rows. */
export const arrayAgg = aggregating<'arrayAgg', OrderedAggregateOptions>('arrayAgg')

/** The values as one string with `separator` between them; NULLs are left out, and `null` without values. */
export function stringAgg<const P extends string | Expressed, const O extends object = object>(
  path: P,
  separator: string,
  options?: O & OrderedAggregateOptions,
): Aggregate<'stringAgg', P, O> {
  return new Aggregate('stringAgg', path, options ?? ({} as O), separator)
}

/** Whether all values are true; `null` without values. */
export const boolAnd = aggregating('boolAnd')

/** Whether any value is true; `null` without values. */
export const boolOr = aggregating('boolOr')

/** The bits that all integers have; `null` without values. */
export const bitAnd = aggregating('bitAnd')

/** The bits that any integer has; `null` without values. */
export const bitOr = aggregating('bitOr')

/** The bits that an odd number of integers have; `null` without values. */
export const bitXor = aggregating('bitXor')

/** The values as an array in JSON, NULLs among them as JSON's null; empty without rows. */
export const jsonbAgg = aggregating<'jsonbAgg', OrderedAggregateOptions>('jsonbAgg')

/** One of the values that are not NULL, whichever; PostgreSQL 16 and later. */
export const anyValue = aggregating('anyValue')

function aggregating<F extends AggregateFunction, Options extends AggregateOptions = AggregateOptions>(
  name: F,
) {
  return <const P extends string | Expressed, const O extends object = object>(
    path: P,
    options?: O & Options,
  ): Aggregate<F, P, O> =>
    // Without options O is `object`.
    new Aggregate(name, path, options ?? ({} as O))
}
