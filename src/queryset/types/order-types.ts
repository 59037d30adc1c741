import type { OrderExpression } from '../../query/expression/query-expression.js'
import type { Expressed } from '../../query/expression/expression-types.js'
import type { Model } from '../../query/model.js'
import type { ArgumentValue } from './expression-values.js'
import type { Field } from './field-types.js'
import type { Groups, NextField, OrderPath } from './path-types.js'

/** A key of `orderBy`: a path, descending with a minus before it; an expression; or `{ rating: 'desc', nulls: 'last' }`. */
export type OrderArgument<M extends Model, Path extends string> =
  OrderPath<M, Path> | Expressed | OrderExpression | OrderObject<M>

/** Any string, where nothing is known of the fields. */
export type AnyField<M extends Model> = string extends Field<M> ? string : never

/** One field and its direction, and where NULLs come. */
export type OrderObject<M extends Model> = {
  readonly [Name in [Groups<M>] extends [never] ? Field<M> | NextField<M> : Groups<M>]?: 'asc' | 'desc'
} & { readonly nulls?: 'first' | 'last' }

/** The rows of `valuesList`: a tuple of the fields' types. */
export type ValuesTuple<M extends Model, Fields extends readonly unknown[]> = {
  [Index in keyof Fields]: ArgumentValue<M, Fields[Index]>
}
