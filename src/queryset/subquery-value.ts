import type { Model } from '../query/model.js'

/**
 * What the rows of a queryset are as the operand of `in`: the values of their only field, or of the primary key where
 * they have it.
 */
export type SubqueryValue<M extends Model, R> = R extends readonly [infer Only]
  ? Only
  : R extends Date | Uint8Array | readonly unknown[]
    ? R
    : R extends object
      ? ObjectValue<M, R>
      : R

type ObjectValue<M extends Model, R> = [keyof R] extends [never]
  ? unknown
  : string extends keyof R
    ? unknown
    : IsUnion<keyof R> extends false
      ? R[keyof R]
      : M['key'] extends keyof R
        ? R[M['key']]
        : unknown

type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never
