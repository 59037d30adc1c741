import type { JsonValue } from '../../types/json/json.js'
import type { AggregateFunction, PairFunction } from '../../query/aggregate/function-names.js'
import type {
  Aggregated,
  Calculated,
  Coalesced,
  Expressed,
  Fixed,
  Literal,
  MadeOf,
  Named,
  OfOuterRow,
  OneOf,
  OrNull,
  Strict,
} from '../../query/expression/expression-types.js'
import type { Model } from '../../query/model.js'
import type { RelationName, Target } from './relation-types.js'

/** The table that a path ends in, and the type of the field unless it ends in rows; undefined when it leads nowhere. */
export type End<M extends Model, Path extends string> = Path extends '*'
  ? { readonly model: M }
  : Path extends RelationName<M>
    ? { readonly model: Target<M, Path> }
    : Path extends keyof M['row']
      ? { readonly model: M; readonly field: M['row'][Path]; readonly name: Path }
      : Path extends `${infer Head}.${infer Rest}`
        ? Head extends RelationName<M>
          ? OrNullAlong<M, Head, End<Target<M, Head>, Rest>>
          : undefined
        : undefined

/** A value along a relation that may lead to no row may be NULL; one of many rows is one of theirs. */
type OrNullAlong<M extends Model, Head extends RelationName<M>, E> = E extends {
  readonly model: infer Ended
  readonly field: infer V
  readonly name: infer Name
}
  ? NonNullable<M['relations']>[Head] extends { readonly kind: 'one'; readonly nullable: true }
    ? { readonly model: Ended; readonly field: V | null; readonly name: Name }
    : E
  : E

/** The value of a field by its path; unknown for a path that is known at run time only. */
export type PathValue<M extends Model, Path extends string> = string extends Path
  ? unknown
  : End<M, Path> extends { readonly field: infer V }
    ? V
    : never

/** The value of an argument of an expression: a path, an expression or a value. */
export type ArgumentValue<M extends Model, A> =
  A extends Expressed<infer T>
    ? ValueOf<M, T>
    : A extends string
      ? PathValue<M, A>
      : A extends Literal
        ? Widened<A>
        : never

type Widened<A> = A extends number ? number : A extends bigint ? bigint : A extends boolean ? boolean : A

/** What an expression gives on a table. */
export type ValueOf<M extends Model, T> =
  T extends Named<infer Path>
    ? PathValue<M, Path>
    : T extends Fixed<infer V>
      ? V
      : T extends MadeOf<infer V, readonly unknown[]>
        ? V
        : T extends Strict<infer V, infer Args>
          ? V | NullAmong<M, Args>
          : T extends Coalesced<infer Args>
            ? CoalescedValue<M, Args>
            : T extends OneOf<infer Args>
              ? ArgumentValue<M, Args[number]>
              : T extends OrNull<infer A>
                ? ArgumentValue<M, A> | null
                : T extends Calculated<infer Left, infer Right>
                  ? CalculatedValue<ArgumentValue<M, Left>, ArgumentValue<M, Right>>
                  : T extends Aggregated<infer F extends AggregateFunction, infer Of, object>
                    ? AggregateValue<F, AggregatedValue<M, Of>>
                    : T extends OfOuterRow<string>
                      ? unknown
                      : unknown

/** NULL where any argument may be. */
type NullAmong<M extends Model, Args extends readonly unknown[]> = Extract<
  ArgumentValue<M, Args[number]>,
  null
>

/** NULL only where every argument may be. */
type CoalescedValue<M extends Model, Args extends readonly unknown[]> =
  | NonNullable<ArgumentValue<M, Args[number]>>
  | (true extends { [I in keyof Args]: null extends ArgumentValue<M, Args[I]> ? false : true }[number]
      ? never
      : null)

type CalculatedValue<Left, Right> =
  Extract<Left | Right, null> | Result<NonNullable<Left>, NonNullable<Right>>

/** What an operator makes of two values: exact numbers that are strings stay strings, and intervals are. */
type Result<Left, Right> = [Left, Right] extends [Date, Date]
  ? string
  : [Left] extends [Date]
    ? Date
    : [Right] extends [Date]
      ? Date
      : string extends Left | Right
        ? string
        : [Left | Right] extends [number]
          ? number
          : [Left | Right] extends [number | bigint]
            ? bigint
            : unknown

/** What is aggregated: a value, or `{}` for rows. */
type AggregatedValue<M extends Model, Of> = Of extends string
  ? string extends Of
    ? { readonly value: unknown }
    : End<M, Of> extends { readonly field: infer V }
      ? { readonly value: V }
      : { readonly rows: true }
  : { readonly value: ArgumentValue<M, Of> }

type AggregateValue<F extends AggregateFunction, A> = A extends { readonly value: infer V }
  ? Results<V>[F]
  : number

/** What each aggregate can be computed from. */
export interface Operands extends Record<PairFunction, number> {
  sum: number | bigint | string
  avg: number | bigint | string
  min: number | bigint | string | Date | readonly unknown[] | object
  max: number | bigint | string | Date | readonly unknown[] | object
  arrayAgg: unknown
  stringAgg: number | bigint | string | boolean
  boolAnd: boolean
  boolOr: boolean
  bitAnd: number | bigint | string
  bitOr: number | bigint | string
  bitXor: number | bigint | string
  jsonbAgg: unknown
  anyValue: unknown
  stddevPop: number | bigint | string
  stddevSamp: number | bigint | string
  varPop: number | bigint | string
  varSamp: number | bigint | string
}

/** The result of an aggregate over values of `V`. */
interface Results<V> extends Record<PairFunction, number | null> {
  count: number
  sum: ExactSum<NonNullable<V>> | null
  avg: ExactSum<NonNullable<V>> | null
  min: V | null
  max: V | null
  arrayAgg: V[]
  stringAgg: string | null
  boolAnd: boolean | null
  boolOr: boolean | null
  bitAnd: V | null
  bitOr: V | null
  bitXor: V | null
  jsonbAgg: JsonValue[]
  anyValue: V | null
  stddevPop: number | null
  stddevSamp: number | null
  varPop: number | null
  varSamp: number | null
  regrCount: number
}

type ExactSum<V> = V extends number ? number : string
