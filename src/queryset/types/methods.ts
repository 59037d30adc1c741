import type { Model } from '../../query/model.js'
import type { QuerySetOf } from './field-types.js'

/**
 * The application's own methods of a table's querysets, if it has given any.
 *
 * @typeParam R the rows of the queryset that has them.
 * @typeParam Self that queryset.
 */
export type MethodsOf<M extends Model, R, Self> = M extends { readonly methods: infer Methods extends object }
  ? IsSame<R, M['row']> extends true
    ? Methods
    : { readonly [Name in keyof Methods]: Rebound<Methods[Name], M, R, Self> }
  : unknown

/**
 * A method of whole rows where rows are others. One that leaves them what they are does so with any; one that gives rows of
 * its own needs whole ones.
 */
type Rebound<Method, M extends Model, R, Self> = Method extends (...args: infer Args) => infer Result
  ? Result extends QuerySetOf<infer Row>
    ? IsSame<Row, M['row']> extends true
      ? (...args: Args) => Self & MethodsOf<M, R, Self>
      : R extends M['row']
        ? Method
        : never
    : Method
  : never

type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
