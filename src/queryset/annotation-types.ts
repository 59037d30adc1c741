import type {
  Aggregate,
  AggregateFunction,
  AggregateOptions,
  OrderedAggregateOptions,
} from '../query/aggregate/functions.js'
import type {
  ComparableCondition,
  Conditions,
  EqualityCondition,
  TextLookups,
} from '../query/filter/filter-types.js'
import type { Model } from '../query/model.js'
import type { OrderKey } from './field-types.js'
import type { RelationName, Target } from './relation-types.js'

/** What `annotate` and `aggregate` take: aggregates by the names of their results. */
export type Aggregates = Readonly<Record<string, Aggregate>>

/** The table that a path ends in, and the type of the field unless it ends in rows; undefined when it leads nowhere. */
type End<M extends Model, Path extends string> = Path extends '*'
  ? { readonly model: M }
  : Path extends RelationName<M>
    ? { readonly model: Target<M, Path> }
    : Path extends keyof M['row']
      ? { readonly model: M; readonly field: M['row'][Path] }
      : Path extends `${infer Head}.${infer Rest}`
        ? Head extends RelationName<M>
          ? End<Target<M, Head>, Rest>
          : undefined
        : undefined

/** What each aggregate can be computed from. */
interface Operands {
  sum: number | bigint | string
  avg: number | bigint | string
  min: number | bigint | string | Date | readonly unknown[] | object
  max: number | bigint | string | Date | readonly unknown[] | object
  arrayAgg: unknown
  stringAgg: number | bigint | string | boolean
  boolAnd: boolean
  boolOr: boolean
}

/** The result of an aggregate over values of `V`. */
interface Results<V> {
  count: number
  sum: ExactSum<NonNullable<V>> | null
  avg: ExactSum<NonNullable<V>> | null
  min: V | null
  max: V | null
  arrayAgg: V[]
  stringAgg: string | null
  boolAnd: boolean | null
  boolOr: boolean | null
}

type ExactSum<V> = V extends number ? number : string

type ResultOf<M extends Model, A> =
  A extends Aggregate<infer F, infer Path, object>
    ? string extends Path
      ? unknown
      : End<M, Path> extends { readonly field: infer V }
        ? Results<V>[F]
        : number
    : never

/** The results of aggregates, by their names. */
export type AggregateRow<M extends Model, A extends Aggregates> = {
  -readonly [Name in keyof A]: ResultOf<M, A[Name]>
}

/** Says in the compiler's message what is wrong with an aggregate. */
interface Wrong<Message extends string> {
  readonly wrong: Message
}

type OptionsOf<F extends AggregateFunction, M extends Model> = F extends 'arrayAgg' | 'stringAgg'
  ? OrderedAggregateOptions<M['filter'], OrderKey<M>>
  : AggregateOptions<M['filter']>

type Checked<M extends Model, A> =
  A extends Aggregate<infer F, infer Path, infer O>
    ? string extends Path
      ? // Known at run time only, and checked there.
        unknown
      : End<M, Path> extends infer E extends { readonly model: Model }
        ? Accepts<F, E> extends true
          ? O extends OptionsOf<F, E['model']>
            ? Exclude<keyof (O & Filters<O>), keyof E['model']['filter'] | OptionName> extends never
              ? unknown
              : Wrong<'the filter has a key that its rows do not have'>
            : Wrong<'the options do not fit the rows that the path leads to'>
          : Wrong<`${F} does not take the field "${Path}"`>
        : Wrong<`"${Path}" is neither a field nor a path of relations`>
    : never

type OptionName = 'filter' | 'distinct' | 'orderBy'

type Filters<O> = O extends { readonly filter: infer F }
  ? F extends (...args: never) => unknown
    ? object
    : F
  : object

type Accepts<F extends AggregateFunction, V> = F extends 'count'
  ? true
  : V extends { readonly field: infer Value }
    ? NonNullable<Value> extends Operands[Exclude<F, 'count'>]
      ? true
      : false
    : false

/** Refuses aggregates that the table cannot compute. */
export type CheckedAggregates<M extends Model, A extends Aggregates> = {
  readonly [Name in keyof A]: Checked<M, A[Name]>
}

/** A table with annotations: further fields to filter, sort and select by. */
export interface Annotated<M extends Model, Row extends object> extends Model {
  readonly name: M['name']
  readonly row: M['row'] & Row
  readonly key: M['key']
  readonly filter: AnnotatedFilter<M, Row>
  readonly insert: M['insert']
  readonly update: M['update']
  readonly columns: M['columns']
  readonly relations: NonNullable<M['relations']>
}

/** The filter of the table, and conditions on its annotations, in junctions too. */
export type AnnotatedFilter<M extends Model, Row extends object> = Omit<M['filter'], 'and' | 'or' | 'not'> & {
  readonly [Name in keyof Row]?: AnnotationCondition<Row[Name]>
} & Conditions<AnnotatedFilter<M, Row>, { readonly [Name in M['name']]: M['columns'] }>

/** A condition on an annotation, by its type; text lookups are for those that are text in the database too. */
type AnnotationCondition<V> =
  | ([NonNullable<V>] extends [boolean]
      ? EqualityCondition<boolean>
      : [NonNullable<V>] extends [string]
        ? ComparableCondition<NonNullable<V> | number | bigint> | TextLookups
        : [NonNullable<V>] extends [number | bigint]
          ? ComparableCondition<number | bigint>
          : [NonNullable<V>] extends [Date]
            ? ComparableCondition<Date | string>
            : ComparableCondition<NonNullable<V>>)
  | Extract<V, null>
