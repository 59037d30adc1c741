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

type Options<O extends object> = O & AggregateOptions
type OrderedOptions<O extends object> = O & OrderedAggregateOptions

/**
 * How many rows there are, or how many values that are not NULL: `count()`, `count('posts')`, `count('couponId')`.
 * A number; 0 without rows.
 */
export function count(): Aggregate<'count', '*', object>
export function count<const O extends object>(options: Options<O>): Aggregate<'count', '*', O>
export function count<const P extends string, const O extends object = object>(
  path: P,
  options?: Options<O>,
): Aggregate<'count', P, O>
export function count(path: string | object = '*', options: object = {}): Aggregate {
  return typeof path === 'string' ? new Aggregate('count', path, options) : new Aggregate('count', '*', path)
}

/**
 * The sum: of small integers and floats a number, which fails beyond 2^53 instead of rounding integers; of `int8` and
 * `numeric` an exact string. `null` without values.
 */
export function sum<const P extends string, const O extends object = object>(
  path: P,
  options?: Options<O>,
): Aggregate<'sum', P, O> {
  return make('sum', path, options)
}

/** The average: of small integers and floats a number, of `int8` and `numeric` an exact string. `null` without values. */
export function avg<const P extends string, const O extends object = object>(
  path: P,
  options?: Options<O>,
): Aggregate<'avg', P, O> {
  return make('avg', path, options)
}

/** The least value, of the field's type; `null` without values. */
export function min<const P extends string, const O extends object = object>(
  path: P,
  options?: Options<O>,
): Aggregate<'min', P, O> {
  return make('min', path, options)
}

/** The greatest value, of the field's type; `null` without values. */
export function max<const P extends string, const O extends object = object>(
  path: P,
  options?: Options<O>,
): Aggregate<'max', P, O> {
  return make('max', path, options)
}

/** The values as an array, NULLs among them; empty without rows. */
export function arrayAgg<const P extends string, const O extends object = object>(
  path: P,
  options?: OrderedOptions<O>,
): Aggregate<'arrayAgg', P, O> {
  return make('arrayAgg', path, options)
}

/** The values as one string with `separator` between them; NULLs are left out, and `null` without values. */
export function stringAgg<const P extends string, const O extends object = object>(
  path: P,
  separator: string,
  options?: OrderedOptions<O>,
): Aggregate<'stringAgg', P, O> {
  return make('stringAgg', path, options, separator)
}

/** Whether all values are true; `null` without values. */
export function boolAnd<const P extends string, const O extends object = object>(
  path: P,
  options?: Options<O>,
): Aggregate<'boolAnd', P, O> {
  return make('boolAnd', path, options)
}

/** Whether any value is true; `null` without values. */
export function boolOr<const P extends string, const O extends object = object>(
  path: P,
  options?: Options<O>,
): Aggregate<'boolOr', P, O> {
  return make('boolOr', path, options)
}

function make<F extends AggregateFunction, P extends string, O extends object>(
  name: F,
  path: P,
  options: O | undefined,
  separator?: string,
): Aggregate<F, P, O> {
  // Without options O is `object`.
  return new Aggregate(name, path, options ?? ({} as O), separator)
}
