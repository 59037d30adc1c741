import type { OperationNode } from 'kysely'

/** Under this key a queryset gives itself as the operand of `in`. */
export const SUBQUERY = Symbol('sluice.subquery')

/** A query whose rows are single values of `T`: what `in` takes besides an array. Querysets are. */
export interface Subquery<T> {
  readonly [SUBQUERY]: () => SubqueryParts<T>
}

/** A subquery as a part of another statement. */
export interface SubqueryParts<T = unknown> {
  readonly node: OperationNode
  /** It has no rows, whatever the tables hold. */
  readonly none: boolean
  /** Only a type: there is no value before the query runs. */
  readonly value?: T
}

export function isSubquery(value: unknown): value is Subquery<unknown> {
  return typeof value === 'object' && value !== null && SUBQUERY in value
}
