import type { Model } from '../../query/model.js'
import type { QuerySetOf } from './field-types.js'

/** Methods of the application's own as they were given, and the whole rows that they are typed for. */
export interface OwnMethods {
  readonly own: object
  readonly row: object
}

/** A table whose querysets have methods of the application's own. */
export interface WithMethods {
  readonly methods: OwnMethods
}

/** These methods, as querysets of any rows have them. */
export type MethodsOf<M extends Model & WithMethods> = {
  readonly [Name in keyof M['methods']['own']]: Rebound<M['methods']['own'][Name], M['methods']['row']>
}

/**
 * A method that is typed for whole rows: one that leaves rows what they are gives what it is called on, whatever its rows are;
 * one that gives rows of its own is for whole ones.
 */
type Rebound<Method, Row> = Method extends (...args: infer Args) => infer Result
  ? Result extends QuerySetOf<infer Given>
    ? IsSame<Given, Row> extends true
      ? <Self>(this: Self, ...args: Args) => Self
      : (this: AsyncIterable<Row>, ...args: Args) => Result
    : Method
  : never

/** A method as repositories have it: what leaves rows what they are is a queryset. */
export type OnRepository<Method, Row, QuerySet> = Method extends (...args: infer Args) => infer Result
  ? Result extends QuerySetOf<infer Given>
    ? IsSame<Given, Row> extends true
      ? (...args: Args) => QuerySet
      : Method
    : Method
  : never

type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
