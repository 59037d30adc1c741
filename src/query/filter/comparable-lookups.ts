import type { JsonNull } from '../../types/json/json.js'
import type { Expressed } from '../expression/expression-types.js'
import type { Subquery } from './subquery.js'

/** Lookups that every type has. */
export interface NullLookups {
  /** `true`: IS NULL; `false`: IS NOT NULL. */
  readonly isNull?: boolean
}

/** Lookups of types with an equality operator. */
export interface EqualityLookups<T> extends NullLookups {
  /** `=`; `null` is IS NULL. */
  readonly exact?: T | Expressed | null
  /** IS DISTINCT FROM: unlike SQL's `<>`, true for a NULL on one side. */
  readonly ne?: T | Expressed | null
  /**
   * `= ANY(array)`: one parameter however many values. A `null` among them also matches NULL. A queryset of one column
   * is a subquery, `IN (SELECT …)`; one of whole rows stands for their primary keys. NULLs of a subquery match nothing.
   */
  readonly in?: readonly (T | Expressed | null)[] | Subquery<T>
  /**
   * The exact complement of `in`: unlike SQL's `NOT IN`, true for a NULL, unless `null` is among the values, and not
   * spoiled by NULLs of a subquery. An empty list leaves out no row.
   */
  readonly notIn?: readonly (T | Expressed | null)[] | Subquery<T>
}

/** Lookups of ordered types. */
export interface ComparableLookups<T> extends EqualityLookups<T> {
  /** `>`. */
  readonly gt?: T | Expressed
  /** `>=`. */
  readonly gte?: T | Expressed
  /** `<`. */
  readonly lt?: T | Expressed
  /** `<=`. */
  readonly lte?: T | Expressed
  /** BETWEEN, both ends included. */
  readonly range?: readonly [from: T | Expressed, to: T | Expressed]
}

/** A condition on a column without an equality operator (json, xml, point). */
export type NullCondition = NullLookups
/** Branded ones are objects to the compiler as well. */
type Primitive = string | number | bigint | boolean

/** A value that is short for `{ exact: value }`: no plain object, whose keys would be taken for lookups. */
export type ShortForm<T> = T extends Primitive | Date | Uint8Array | JsonNull | readonly unknown[]
  ? T
  : T extends object | null
    ? never
    : T
/** A condition on a column that can be compared for equality only. */
export type EqualityCondition<T> = ShortForm<T> | Expressed | EqualityLookups<T>
/** A condition on an ordered column. */
export type ComparableCondition<T> = ShortForm<T> | Expressed | ComparableLookups<T>
