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
