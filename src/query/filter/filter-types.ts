import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { JsonNull, JsonValue } from '../../types/json/json.js'
import type { Range } from '../../types/composed/range.js'
import type { Expressed } from '../expression/expression-types.js'
import type {
  DateLookups,
  IntervalLookups,
  JsonForms,
  NumericLookups,
  RangeForms,
  TextForms,
  TimeLookups,
  TimestampLookups,
  TimestamptzLookups,
} from './part-lookups.js'
import type { Subquery } from './subquery.js'

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
  readonly gt?: T | Expressed
  readonly gte?: T | Expressed
  readonly lt?: T | Expressed
  readonly lte?: T | Expressed
  /** BETWEEN, both ends included. */
  readonly range?: readonly [from: T | Expressed, to: T | Expressed]
}

/**
 * Lookups of the text types. `%` and `_` in an operand are literal; the `i…` forms ignore case.
 *
 * @typeParam T what the column's values are, where that is not any string: a branded key. Pieces of it are strings.
 */
export interface TextLookups<T = string> extends ComparableLookups<T>, TextForms {
  readonly contains?: string | Expressed
  readonly iContains?: string | Expressed
  readonly startsWith?: string | Expressed
  readonly iStartsWith?: string | Expressed
  readonly endsWith?: string | Expressed
  readonly iEndsWith?: string | Expressed
  readonly iExact?: string | Expressed
  /** `~`, PostgreSQL's regular expressions. */
  readonly regex?: string | Expressed
  /** `~*`. */
  readonly iRegex?: string | Expressed
}

/** Lookups of arrays, whatever their elements. `A` is the array's type. */
export interface ArrayLookups<A> {
  /** `@>`: has every element of the operand; a NULL in it is never found. */
  readonly contains?: A | Expressed
  /** `<@`: has no other elements than the operand's. */
  readonly containedBy?: A | Expressed
  /** `&&`: has an element in common with the operand. */
  readonly overlaps?: A | Expressed
  /** `cardinality()`: the number of elements, in all dimensions; 0 for an empty array. */
  readonly length?: number | LengthLookups
}

/** What can be asked of an array's length. */
export interface LengthLookups {
  readonly exact?: number
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
}

/** Lookups of jsonb. JSON's own `null` is {@link jsonNull}. */
export interface JsonLookups extends ComparableLookups<JsonValue | JsonNull>, JsonForms {
  /** `@>`: `{ contains: { theme: 'dark' } }` asks for the value of a key, at any depth. */
  readonly contains?: Exclude<JsonValue, null> | JsonNull
  /** `<@`. */
  readonly containedBy?: Exclude<JsonValue, null> | JsonNull
  /** `?`: is an object with this key, or an array with this string. */
  readonly hasKey?: string
  /** `?&`: has all of the keys. */
  readonly hasKeys?: readonly string[]
  /** `?|`: has one of the keys. */
  readonly hasAnyKeys?: readonly string[]
}

/** What is asked of a value in a document, at a path of keys and of indices from 0, from the end by a minus. */
export interface JsonPathLookups extends JsonLookups, Omit<TextLookups, keyof JsonLookups> {
  readonly path: readonly (string | number)[]
}

/** What is asked of the element of an array at a place from 0, from the end by a minus. */
type ElementCondition<A> = A extends readonly (infer Element)[]
  ? { readonly at: number } & ([Element] extends [string | null] ? TextLookups : ComparableLookups<Element>)
  : never

/** What ranges and multiranges have in common: `T` is what is within, `Operand` what they are compared with. */
export interface RangeOperators<T, Operand> {
  /** `@>`: the value, or the whole range, is within. */
  readonly contains?: T | Operand
  /** `<@`. */
  readonly containedBy?: Operand
  /** `&&`: has a value in common. */
  readonly overlaps?: Operand
  /** `<<`: ends before the operand starts. */
  readonly fullyLt?: Operand
  /** `>>`: starts after the operand ends. */
  readonly fullyGt?: Operand
  /** `&>`: does not start before the operand does. */
  readonly notLt?: Operand
  /** `&<`: does not end after the operand does. */
  readonly notGt?: Operand
  /** `-|-`: ends where the operand starts, or starts where it ends, without a gap. */
  readonly adjacentTo?: Operand
}

/** Lookups of ranges over `T`. */
export interface RangeLookups<T>
  extends ComparableLookups<Range<T>>, RangeOperators<T, Range<T>>, RangeForms<T> {}

/** Lookups of multiranges over `T`: what they are compared with may be one range or several. */
export interface MultirangeLookups<T>
  extends
    ComparableLookups<readonly Range<T>[]>,
    RangeOperators<T, Range<T> | readonly Range<T>[]>,
    RangeForms<T> {}

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
/** A condition on a `date`. */
export type DateCondition<T> = ShortForm<T> | Expressed | DateLookups<T>
/** A condition on a `timestamp`. */
export type TimestampCondition<T> = ShortForm<T> | Expressed | TimestampLookups<T>
/** A condition on a `timestamptz`. */
export type TimestamptzCondition<T> = ShortForm<T> | Expressed | TimestamptzLookups<T>
/** A condition on a `time`. */
export type TimeCondition<T> = ShortForm<T> | Expressed | TimeLookups<T>
/** A condition on an `interval`. */
export type IntervalCondition<T> = ShortForm<T> | Expressed | IntervalLookups<T>
/** A condition on a number that may have a fraction. */
export type NumericCondition<T> = ShortForm<T> | Expressed | NumericLookups<T>
/** A condition on a text column: a value is short for `{ exact: value }`. */
export type TextCondition<T = string> = ShortForm<T> | Expressed | TextLookups<T>
/** A condition on an array column: an array is short for `{ exact: array }`. */
export type ArrayCondition<A> = A | Expressed | (ComparableLookups<A> & ArrayLookups<A>) | ElementCondition<A>
/** A condition on an array whose elements have no order. */
export type UnorderedArrayCondition<A> =
  A | Expressed | (EqualityLookups<A> & ArrayLookups<A>) | ElementCondition<A>
/** A condition on a `json` column, which cannot be compared; what is in it can. */
export type DocumentCondition = NullLookups | JsonPathLookups
/** A condition on a jsonb column; an object goes into `{ exact: … }`. */
export type JsonCondition = ShortForm<JsonValue | JsonNull> | Expressed | JsonLookups | JsonPathLookups
/** A condition on a range column. */
export type RangeCondition<T> = RangeLookups<T>
/** A condition on a multirange column: an array is short for `{ exact: array }`. */
export type MultirangeCondition<T> = readonly Range<T>[] | MultirangeLookups<T>

/**
 * A condition written with Kysely's expression builder: `(eb) => eb('shipped_at', '<', eb.ref('placed_at'))`. Columns
 * are those of the table, named as in SQL; subqueries take from all tables.
 */
export type ExpressionCallback<Tables extends object, Own extends keyof Tables = keyof Tables> = (
  eb: ExpressionBuilder<Tables, Own>,
) => Expression<SqlBool | null>

/**
 * What combines conditions; a generated filter extends it with a property per column.
 *
 * @typeParam Tables the tables as free-hand Kysely sees them, by their names.
 * @typeParam Own the name of the one that the conditions are on.
 */
export interface Conditions<Filter, Tables extends object = object, Own extends keyof Tables = keyof Tables> {
  /** All of them hold. */
  readonly and?: readonly (Filter | ExpressionCallback<Tables, Own> | Expressed)[]
  /** At least one of them holds; an empty list matches no row. */
  readonly or?: readonly (Filter | ExpressionCallback<Tables, Own> | Expressed)[]
  /** The exact complement: rows for which the condition is false or unknown. */
  readonly not?: Filter | ExpressionCallback<Tables, Own> | Expressed
}

/** A condition across a relation to many rows. Each is an EXISTS, so that no row comes twice. */
export interface ToManyCondition<Filter> {
  /** At least one related row meets it. */
  readonly some?: Filter | Expressed
  /** No related row fails it; true without related rows. */
  readonly every?: Filter | Expressed
  /** No related row meets it. */
  readonly none?: Filter | Expressed
}
