import type { Model } from '../../query/model.js'
import type { SubqueryParts } from '../../query/filter/subquery.js'
import type { IsUnion } from './field-types.js'
import type { RelationName, Target } from './relation-types.js'

/** What a queryset is as the operand of `in`: the values of its only field, or the primary key of whole rows. */
export type SubqueryOf<M extends Model, R> = R extends readonly [infer Only]
  ? SubqueryParts<NonNullable<Only>, never, 'value' | 'rows'>
  : R extends Date | Uint8Array | readonly unknown[]
    ? SubqueryParts<R, never, 'value' | 'rows'>
    : R extends object
      ? RowParts<M, R>
      : SubqueryParts<R & {}, never, 'value' | 'rows'>

/** Where nothing is known of the model, as in `QuerySet<Model>`, nothing is known of the rows. */
type RowParts<M extends Model, R extends object> = string extends keyof R | M['key'] | M['name']
  ? SubqueryParts<unknown, unknown, 'value' | 'rows'>
  : IsUnion<keyof R> extends true
    ? SubqueryParts<NonNullable<R[keyof R]>, KeyOf<M, R>, 'rows'>
    : SubqueryParts<SoleValue<M, R>, never, 'value' | 'rows'>

/** The one value of rows, which may be in the object of a related row. */
type SoleValue<M extends Model, R> = {
  [Name in keyof R]: Name extends RelationName<M>
    ? SoleValue<Target<M, Name>, NonNullable<R[Name]>>
    : NonNullable<R[Name]>
}[keyof R]

type KeyOf<M extends Model, R> = M['key'] extends keyof R ? R[M['key']] : unknown
