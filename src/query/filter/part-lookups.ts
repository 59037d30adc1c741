import type { Expressed } from '../expression/expression-types.js'
import type { ComparableCondition, ComparableLookups, ShortForm } from './comparable-lookups.js'
import type { SearchLookups, TrigramLookups } from './search-lookups.js'

/**
 * Lookups of what is made of a column: parts of moments, texts in other forms, values within documents, arrays and ranges.
 * Each is a value of a type of its own, with the lookups of that. The idea, and most names, are Django's transforms.
 */

/** What is asked of a number that is made of a value: the number, or lookups. */
export type NumberCondition = ComparableCondition<number>

/** Parts of a day. `year` is a range of the column, which an index on it serves. */
export interface CalendarLookups {
  /** The year of the calendar. Compared with values, a range of the column. */
  readonly year?: NumberCondition
  /** The year that the week of ISO 8601 is of. */
  readonly isoYear?: NumberCondition
  /** 1 to 4. */
  readonly quarter?: NumberCondition
  /** 1 to 12. */
  readonly month?: NumberCondition
  /** Of ISO 8601, 1 to 53. */
  readonly week?: NumberCondition
  /** Of the month, from 1. */
  readonly day?: NumberCondition
  /** 1 to 366. */
  readonly dayOfYear?: NumberCondition
  /** 1 for Sunday to 7. */
  readonly weekDay?: NumberCondition
  /** 1 for Monday to 7. */
  readonly isoWeekDay?: NumberCondition
  /** Seconds since 1970, with a fraction. */
  readonly epoch?: NumberCondition
}

/** Parts of a time of day. */
export interface ClockLookups {
  /** 0 to 23. */
  readonly hour?: NumberCondition
  /** 0 to 59. */
  readonly minute?: NumberCondition
  /** Without its fraction. */
  readonly second?: NumberCondition
  /** The fraction of the second, 0 to 999999. */
  readonly microsecond?: NumberCondition
}

/** Lookups of `date`. */
export interface DateLookups<T> extends ComparableLookups<T>, CalendarLookups {}

/** Lookups of `timestamp`. */
export interface TimestampLookups<T> extends ComparableLookups<T>, CalendarLookups, ClockLookups {
  /** The day; a range of the column, which an index on it serves. */
  readonly date?: DateCondition<string>
  /** The time of day. */
  readonly time?: TimeCondition<string>
}

/** Lookups of `timestamptz`. */
export interface TimestamptzLookups<T> extends TimestampLookups<T> {
  /** In which time zone parts are looked at: `Europe/Berlin`. Default: `UTC`, whatever the session's is. */
  readonly timeZone?: string
}

/** Lookups of `time`. */
export interface TimeLookups<T> extends ComparableLookups<T>, ClockLookups {}

/** Lookups of `interval`, whose parts are those that it was written with. */
export interface IntervalLookups<T>
  extends ComparableLookups<T>, ClockLookups, Pick<CalendarLookups, 'year' | 'month' | 'day' | 'epoch'> {}

/** Lookups of numbers that may have a fraction. */
export interface NumericLookups<T> extends ComparableLookups<T> {
  /** `abs(column)`. */
  readonly abs?: ComparableCondition<T>
  /** `ceil(column)`. */
  readonly ceil?: ComparableCondition<T>
  /** `floor(column)`. */
  readonly floor?: ComparableCondition<T>
  /** `round(column)`. */
  readonly round?: ComparableCondition<T>
}

/** Of text in other forms. */
export interface TextForms {
  /** In lower case, as an index on `lower(column)` has it. */
  readonly lower?: TextCondition
  /** `upper(column)`. */
  readonly upper?: TextCondition
  /** Without blanks at either end: `btrim(column)`. */
  readonly trim?: TextCondition
  /** The number of characters. */
  readonly length?: NumberCondition
}

/** Of JSON values. */
export interface JsonForms {
  /** The number of elements; only of arrays. */
  readonly length?: NumberCondition
  /** A string as text, anything else as JSON. */
  readonly text?: TextCondition
  /** Of numbers, as `numeric`. */
  readonly number?: ComparableCondition<string | number | bigint>
}

type BoundCondition<T> = [Date] extends [T] ? TimestamptzCondition<T> : ComparableCondition<T>

/** Of ranges over `T`. */
export interface RangeForms<T> {
  /** The lower bound; NULL if there is none. */
  readonly lower?: BoundCondition<T> | null
  /** The upper bound: `upper(column)`. */
  readonly upper?: BoundCondition<T> | null
  /** `isempty(column)`. */
  readonly isEmpty?: boolean
  /** Whether the lower bound is within the range. */
  readonly lowerInc?: boolean
  /** The upper bound belongs to it: `upper_inc(column)`. */
  readonly upperInc?: boolean
  /** Whether there is no lower bound. */
  readonly lowerInf?: boolean
  /** It has no upper limit: `upper_inf(column)`. */
  readonly upperInf?: boolean
}

/**
 * Lookups of the text types. `%` and `_` in an operand are literal; the `i…` forms ignore case.
 *
 * @typeParam T what the column's values are, where that is not any string: a branded key. Pieces of it are strings.
 */
export interface TextLookups<T = string>
  extends ComparableLookups<T>, TextForms, SearchLookups, TrigramLookups {
  /** `LIKE` with `%` on both sides; `%` and `_` within stand for themselves. */
  readonly contains?: string | Expressed
  /** The same whatever the case: `ILIKE`. */
  readonly iContains?: string | Expressed
  /** `LIKE` with `%` behind. */
  readonly startsWith?: string | Expressed
  /** The same whatever the case: `ILIKE`. */
  readonly iStartsWith?: string | Expressed
  /** `LIKE` with `%` in front. */
  readonly endsWith?: string | Expressed
  /** The same whatever the case: `ILIKE`. */
  readonly iEndsWith?: string | Expressed
  /** Equal whatever the case. */
  readonly iExact?: string | Expressed
  /** `~`, PostgreSQL's regular expressions. */
  readonly regex?: string | Expressed
  /** `~*`. */
  readonly iRegex?: string | Expressed
}

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
