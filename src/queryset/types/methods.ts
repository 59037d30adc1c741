import type { Model } from '../../query/model.js'
import type { QuerySetOf } from './field-types.js'

/** A table whose querysets have methods of the application's own. */
export interface WithMethods {
  readonly methods: object
}

/**
 * These methods.
 *
 * @typeParam R the rows of the queryset that has them.
 * @typeParam Self that queryset.
 */
export type MethodsOf<M extends Model & WithMethods, R, Self> =
  IsSame<R, M['row']> extends true
    ? M['methods']
    : { readonly [Name in keyof M['methods']]: Rebound<M['methods'][Name], M, R, Self> }

/**
 * A method of whole rows where rows are others. One that leaves them what they are does so with any; one that gives rows of
 * its own needs whole ones.
 */
type Rebound<Method, M extends Model & WithMethods, R, Self> = Method extends (
  ...args: infer Args
) => infer Result
  ? Result extends QuerySetOf<infer Row>
    ? IsSame<Row, M['row']> extends true
      ? (...args: Args) => Self & MethodsOf<M, R, Self>
      : R extends M['row']
        ? Method
        : never
    : Method
  : never

type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
