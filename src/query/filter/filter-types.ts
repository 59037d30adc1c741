import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { JsonNull, JsonValue } from '../../types/json/json.js'
import type { Range } from '../../types/composed/range.js'
import type { Expressed } from '../expression/expression-types.js'
import type {
  ComparableCondition,
  ComparableLookups,
  EqualityLookups,
  NullLookups,
  ShortForm,
} from './comparable-lookups.js'
import type { JsonForms, RangeForms, TextLookups } from './part-lookups.js'
import type { SearchLookups } from './search-lookups.js'

/**
 * The operands a condition on one column takes, by what its PostgreSQL type can do. Generated filters are made
 * of the aliases at the end: `filter({ age: 18 })`, `filter({ age: { gte: 18, lt: 65 } })`.
 *
 * Names and meaning are those of Django's field lookups; several lookups of one column are joined by AND.
 */

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
  /** `=`. */
  readonly exact?: number
  /** `>`. */
  readonly gt?: number
  /** `>=`. */
  readonly gte?: number
  /** `<`. */
  readonly lt?: number
  /** `<=`. */
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
  /** Keys, and indices from 0 or, with a minus, from the end: `#>`. */
  readonly path: readonly (string | number)[]
}

/** What is asked of the element of an array at a place from 0, from the end by a minus. */
type ElementCondition<A> = A extends readonly (infer Element)[]
  ? { readonly at: number } & ([Element] extends [string | null] ? TextLookups : ComparableLookups<Element>)
  : never

/** Lookups of vectors of words. */
export interface VectorLookups extends EqualityLookups<string>, SearchLookups {
  /** The number of words. */
  readonly length?: ComparableCondition<number | bigint>
}

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

/** A condition on an array column: an array is short for `{ exact: array }`. */
export type ArrayCondition<A> = A | Expressed | (ComparableLookups<A> & ArrayLookups<A>) | ElementCondition<A>
/** A condition on an array whose elements have no order. */
export type UnorderedArrayCondition<A> =
  A | Expressed | (EqualityLookups<A> & ArrayLookups<A>) | ElementCondition<A>
/** A condition on a `json` column, which cannot be compared; what is in it can. */
export type DocumentCondition = NullLookups | JsonPathLookups
/** A condition on a jsonb column; an object goes into `{ exact: … }`. */
export type JsonCondition = ShortForm<JsonValue | JsonNull> | Expressed | JsonLookups | JsonPathLookups
/** A condition on a vector of words: a string is short for `{ exact: string }`. */
export type VectorCondition = string | Expressed | VectorLookups
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
