import type { Model, OwnTable, TablesOf } from '../model.js'
import type { ComparableCondition, EqualityCondition, NullCondition } from './comparable-lookups.js'
import type {
  ArrayCondition,
  DocumentCondition,
  ExpressionCallback,
  JsonCondition,
  MultirangeCondition,
  RangeCondition,
  ToManyCondition,
  UnorderedArrayCondition,
  VectorCondition,
} from './filter-types.js'
import type {
  DateCondition,
  IntervalCondition,
  NumericCondition,
  TextCondition,
  TimeCondition,
  TimestampCondition,
  TimestamptzCondition,
} from './part-lookups.js'

/**
 * What a generated filter is made of: the fields of a row by what their PostgreSQL types can be asked, so that neither
 * their types nor their comments are said twice.
 */

/** What a condition takes for a value of a row: whatever a write takes. */
export type OperandOf<Value> = [Value] extends [Date]
  ? Date | string
  : [Value] extends [bigint]
    ? bigint | number
    : [Value] extends [Uint8Array]
      ? Uint8Array
      : Value extends readonly (infer Element)[]
        ? readonly OperandOf<Element>[]
        : Value

/** A given operand, or that of a field. */
type Operand<Given, Value> = [Given] extends [never] ? OperandOf<NonNullable<Value>> : Given

/** NULL, where a field may have it. */
type NullOf<Value> = null extends Value ? null : never

/** Columns that are null or not, and cannot be compared. */
export type NullFields<Row, Field extends keyof Row> = {
  readonly [Name in Field]?: NullCondition | NullOf<Row[Name]>
}

/** Columns that can be compared for equality only. */
export type EqualityFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: EqualityCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** Ordered columns. */
export type ComparableFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: ComparableCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** `date` columns. */
export type DateFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: DateCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** `timestamp` columns. */
export type TimestampFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: TimestampCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** `timestamptz` columns. */
export type TimestamptzFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: TimestamptzCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** `time` columns. */
export type TimeFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: TimeCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** `interval` columns. */
export type IntervalFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: IntervalCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** Columns of numbers that may have a fraction. */
export type NumericFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: NumericCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** Text columns. */
export type TextFields<Row, Field extends keyof Row> = {
  readonly [Name in Field]?: TextCondition<NonNullable<Row[Name]>> | NullOf<Row[Name]>
}

/** Columns of vectors of words. */
export type VectorFields<Row, Field extends keyof Row> = {
  readonly [Name in Field]?: VectorCondition | NullOf<Row[Name]>
}

/** Columns of jsonb, whose values may be null in themselves. @typeParam Null null where the columns may be NULL. */
export type JsonFields<Row, Field extends keyof Row, Null extends null = never> = {
  readonly [Name in Field]?: JsonCondition | Null
}

/** Columns of json. */
export type DocumentFields<Row, Field extends keyof Row> = {
  readonly [Name in Field]?: DocumentCondition | NullOf<Row[Name]>
}

/** Array columns. */
export type ArrayFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: ArrayCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** Array columns whose elements have no order. */
export type UnorderedArrayFields<Row, Field extends keyof Row, Given = never> = {
  readonly [Name in Field]?: UnorderedArrayCondition<Operand<Given, Row[Name]>> | NullOf<Row[Name]>
}

/** Range columns over `Bound`. */
export type RangeFields<Row, Field extends keyof Row, Bound> = {
  readonly [Name in Field]?: RangeCondition<Bound> | NullOf<Row[Name]>
}

/** Multirange columns over `Bound`. */
export type MultirangeFields<Row, Field extends keyof Row, Bound> = {
  readonly [Name in Field]?: MultirangeCondition<Bound> | NullOf<Row[Name]>
}

/** A relation, as generated relations have it. */
interface Relation {
  readonly kind: 'one' | 'many'
  readonly model: Model
  readonly nullable?: boolean
}

/** Relations: conditions on the related row, or on the related rows; a row stands for its key. */
export type RelationFields<Relations> = {
  readonly [Name in keyof Relations]?: RelationCondition<Relations[Name]>
}

/** Conditions on related rows, or one of them. */
type RelatedArgument<M extends Model> = M['filter'] | M['row'] | ExpressionCallback<TablesOf<M>, OwnTable<M>>

type RelationCondition<R> = R extends Relation
  ? R['kind'] extends 'many'
    ? ToManyCondition<RelatedArgument<R['model']>>
    : RelatedArgument<R['model']> | (R['nullable'] extends true ? null : never)
  : never
