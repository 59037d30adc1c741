import type { JsonNull } from '../codec/json.js'

/**
 * The operands a condition on one column takes, by what its PostgreSQL type can do. Generated filters are made
 * of the aliases at the end: `filter({ age: 18 })`, `filter({ age: { gte: 18, lt: 65 } })`.
 *
 * Names and meaning are those of Django's field lookups; several lookups of one column are joined by AND.
 */

/** Lookups that every type has. */
export interface NullLookups {
  /** `true`: IS NULL; `false`: IS NOT NULL. */
  readonly isNull?: boolean
}

/** Lookups of types with an equality operator. */
export interface EqualityLookups<T> extends NullLookups {
  /** `=`; `null` is IS NULL. */
  readonly exact?: T | null
  /** IS DISTINCT FROM: unlike SQL's `<>`, true for a NULL on one side. */
  readonly ne?: T | null
  /** `= ANY(array)`: one parameter however many values. A `null` among them also matches NULL. */
  readonly in?: readonly (T | null)[]
}

/** Lookups of ordered types. */
export interface ComparableLookups<T> extends EqualityLookups<T> {
  readonly gt?: T
  readonly gte?: T
  readonly lt?: T
  readonly lte?: T
  /** BETWEEN, both ends included. */
  readonly range?: readonly [from: T, to: T]
}

/** Lookups of the text types. `%` and `_` in an operand are literal; the `i…` forms ignore case. */
export interface TextLookups extends ComparableLookups<string> {
  readonly contains?: string
  readonly iContains?: string
  readonly startsWith?: string
  readonly iStartsWith?: string
  readonly endsWith?: string
  readonly iEndsWith?: string
  readonly iExact?: string
  /** `~`, PostgreSQL's regular expressions. */
  readonly regex?: string
  /** `~*`. */
  readonly iRegex?: string
}

/** A condition on a column without an equality operator (json, xml, point). */
export type NullCondition = NullLookups
/** A value that is short for `{ exact: value }`: no plain object, whose keys would be taken for lookups. */
export type ShortForm<T> = T extends Date | Uint8Array | JsonNull | readonly unknown[]
  ? T
  : T extends object | null
    ? never
    : T
/** A condition on a column that can be compared for equality only. */
export type EqualityCondition<T> = ShortForm<T> | EqualityLookups<T>
/** A condition on an ordered column. */
export type ComparableCondition<T> = ShortForm<T> | ComparableLookups<T>
/** A condition on a text column: a string is short for `{ exact: value }`. */
export type TextCondition = string | TextLookups

/** What combines conditions; a generated filter extends it with a property per column. */
export interface Conditions<Filter> {
  /** All of them hold. */
  readonly and?: readonly Filter[]
  /** At least one of them holds; an empty list matches no row. */
  readonly or?: readonly Filter[]
  /** The exact complement: rows for which the condition is false or unknown. */
  readonly not?: Filter
}

/** A condition across a relation to many rows. Each is an EXISTS, so that no row comes twice. */
export interface ToManyCondition<Filter> {
  /** At least one related row meets it. */
  readonly some?: Filter
  /** No related row fails it; true without related rows. */
  readonly every?: Filter
  /** No related row meets it. */
  readonly none?: Filter
}
