import { recognise, version } from '../../copies.js'

/** What an aggregate computes; each is the function of PostgreSQL by that name. */
export type AggregateFunction =
  'count' | 'sum' | 'avg' | 'min' | 'max' | 'arrayAgg' | 'stringAgg' | 'boolAnd' | 'boolOr'

/**
 * An aggregate as `count()`, `sum()` and the like make it: not yet bound to a table. `annotate` and `aggregate` look
 * its path up and check it.
 *
 * @typeParam F the function.
 * @typeParam P the path: a field, relations that lead to one, or `*` for rows.
 * @typeParam O its options.
 */
export class Aggregate<
  F extends AggregateFunction = AggregateFunction,
  P extends string = string,
  O extends object = object,
> {
  readonly function: F
  readonly path: P
  readonly options: O
  /** What `stringAgg` puts between the values. */
  readonly separator: string | undefined

  /** @internal */
  constructor(name: F, path: P, options: O, separator?: string) {
    this.function = name
    this.path = path
    this.options = options
    this.separator = separator
  }
}

recognise({ Aggregate }, `@${version}`)

/** Options of an aggregate over the rows of `M`, which are those that its path leads to. */
export interface AggregateOptions<Filter = object> {
  /** Only rows that meet this. */
  readonly filter?: Filter
  /** Each value once. Default: false. */
  readonly distinct?: boolean
}

/** Options of an aggregate that keeps its values in order. */
export interface OrderedAggregateOptions<
  Filter = object,
  Key extends string = string,
> extends AggregateOptions<Filter> {
  /** Fields of the rows, descending with a minus before it; with `distinct` only the field itself. */
  readonly orderBy?: Key | readonly Key[]
}

/**
 * How many rows there are, or how many values that are not NULL: `count()`, `count('posts')`, `count('couponId')`.
 * A number; 0 without rows.
 */
export function count(): Aggregate<'count', '*', object>
export function count<const O extends object>(options: O & AggregateOptions): Aggregate<'count', '*', O>
export function count<const P extends string, const O extends object = object>(
  path: P,
  options?: O & AggregateOptions,
): Aggregate<'count', P, O>
export function count(path: string | object = '*', options: object = {}): Aggregate {
  return typeof path === 'string' ? new Aggregate('count', path, options) : new Aggregate('count', '*', path)
}

/**
 * The sum: of small integers and floats a number, which fails beyond 2^53 instead of rounding integers; of `int8` and
 * `numeric` an exact string. `null` without values.
 */
export const sum = over('sum')

/** The average: of small integers and floats a number, of `int8` and `numeric` an exact string. `null` without values. */
export const avg = over('avg')

/** The least value, of the field's type; `null` without values. */
export const min = over('min')

/** The greatest value, of the field's type; `null` without values. */
export const max = over('max')

/** The values as an array, NULLs among them; empty without rows. */
export const arrayAgg = over<'arrayAgg', OrderedAggregateOptions>('arrayAgg')

/** The values as one string with `separator` between them; NULLs are left out, and `null` without values. */
export function stringAgg<const P extends string, const O extends object = object>(
  path: P,
  separator: string,
  options?: O & OrderedAggregateOptions,
): Aggregate<'stringAgg', P, O> {
  return new Aggregate('stringAgg', path, options ?? ({} as O), separator)
}

/** Whether all values are true; `null` without values. */
export const boolAnd = over('boolAnd')

/** Whether any value is true; `null` without values. */
export const boolOr = over('boolOr')

function over<F extends AggregateFunction, Options extends AggregateOptions = AggregateOptions>(name: F) {
  return <const P extends string, const O extends object = object>(
    path: P,
    options?: O & Options,
  ): Aggregate<F, P, O> =>
    // Without options O is `object`.
    new Aggregate(name, path, options ?? ({} as O))
}
