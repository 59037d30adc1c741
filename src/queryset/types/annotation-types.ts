import type { Aggregate } from '../../query/aggregate/functions.js'
import type { AggregateFunction } from '../../query/aggregate/function-names.js'
import type { AggregateOptions, OrderedAggregateOptions } from '../../query/aggregate/options.js'
import type { Expressed, Named, Strict } from '../../query/expression/expression-types.js'
import type { OrderExpression, QueryExpression } from '../../query/expression/query-expression.js'
import type { ComparableCondition, EqualityCondition } from '../../query/filter/comparable-lookups.js'
import type { Conditions } from '../../query/filter/filter-types.js'
import type { TextLookups, TimestamptzCondition } from '../../query/filter/part-lookups.js'
import type { FilterArgument, Model, OwnTable, TablesOf } from '../../query/model.js'
import type { Field, OrderKey } from './field-types.js'
import type { Listed, RelationName, Target } from './relation-types.js'
import type { FieldPath, Groups, NextField, RowPath } from './path-types.js'
import type { UnknownPath } from './unknown-paths.js'
import type { ArgumentValue, End, Operands, ValueOf } from './expression-values.js'

/** What `annotate` and `aggregate` take: expressions by the names of their results. */
export type Aggregates = Readonly<Record<string, Expressed>>

/** The same, by which an editor knows what paths can be: any expression will do. */
export type OfferedAggregates<M extends Model> = Readonly<
  Record<
    string,
    | Expressed
    | Aggregate<AggregateFunction, AggregatePath<M>>
    | QueryExpression<Named<ValuePath<M>>>
    | QueryExpression<Strict<unknown, readonly ValuePath<M>[]>>
  >
>

type ValuePath<M extends Model> = Field<M> | NextField<M>

/** The fields of a table, its relations, and the fields of rows next to it. */
type AggregatePath<M extends Model> =
  Field<M> | { [Name in RelationName<M>]: Name | `${Name}.${Field<Target<M, Name>>}` }[RelationName<M>]

/** What an expression gives; a string never does, but for JavaScript. */
type ResultOf<M extends Model, A> = A extends Expressed<infer T> ? ValueOf<M, T> : never

/** The results of expressions, by their names. */
export type AggregateRow<M extends Model, A extends Aggregates> = {
  -readonly [Name in keyof A]: ResultOf<M, A[Name]>
}

/** Says in the compiler's message what is wrong with an aggregate. */
interface Wrong<Message extends string, Choices = never> {
  readonly wrong: Message
  readonly choices?: Choices
}

type OptionsOf<F extends AggregateFunction, M extends Model> = F extends 'arrayAgg' | 'stringAgg' | 'jsonbAgg'
  ? OrderedAggregateOptions<FilterArgument<M>, OrderKey<M> | Expressed | OrderExpression>
  : AggregateOptions<FilterArgument<M>>

type Checked<M extends Model, A> =
  A extends Aggregate<infer F, infer Of, infer O>
    ? Of extends string
      ? string extends Of
        ? // Known at run time only, and checked there.
          unknown
        : CheckedPath<M, F, Of, O>
      : Expressible<M, A>
    : Expressible<M, A>

/** An expression all of whose paths lead to a value. */
type Expressible<M extends Model, A> = [UnknownPath<M, A>] extends [never]
  ? unknown
  : Wrong<
      `"${UnknownPath<M, A>}" is no field, and no path of relations to one`,
      FieldPath<M, UnknownPath<M, A>>
    >

type CheckedPath<M extends Model, F extends AggregateFunction, Path extends string, O> =
  End<M, Path> extends infer E extends { readonly model: Model }
    ? Accepts<F, E> extends true
      ? O extends OptionsOf<F, E['model']>
        ? Exclude<keyof (O & Filters<O>), keyof E['model']['filter'] | OptionName> extends never
          ? unknown
          : Wrong<'the filter has a key that its rows do not have'>
        : Wrong<'the options do not fit the rows that the path leads to'>
      : Wrong<`${F} does not take the field "${Path}"`>
    : Wrong<
        `"${Path}" is neither a field nor a path of relations`,
        Listed<Field<M> | RelationName<M>>[Field<M> | RelationName<M>]
      >

type OptionName = 'filter' | 'distinct' | 'orderBy'

type Filters<O> = O extends { readonly filter: infer F }
  ? F extends ((...args: never) => unknown) | Expressed
    ? object
    : F
  : object

type Accepts<F extends AggregateFunction, V> = F extends 'count'
  ? true
  : V extends { readonly field: infer Value }
    ? NonNullable<Value> extends Operands[Exclude<F, 'count'>]
      ? F extends 'sum' | 'avg'
        ? IsSummable<V>
        : true
      : false
    : false

/** Whether a field can be summed up: its strings are no text and no dates, as its lookups show. */
type IsSummable<E> = E extends {
  readonly model: { readonly filter: infer Filter }
  readonly name: infer Name
}
  ? Name extends keyof Filter
    ? unknown extends Filter[Name]
      ? true
      : { iContains: string } extends Filter[Name]
        ? false
        : { dayOfYear: number } extends Filter[Name]
          ? false
          : true
    : true
  : true

/**
 * Refuses names that are taken, and what the table cannot compute. While the names are not known yet, as in an editor, there
 * is nothing to refuse, and what can stand there is offered.
 */
export type CheckedAnnotations<M extends Model, A extends Aggregates> = [A] extends [never]
  ? unknown
  : NamesAndValues<M, A>

type NamesAndValues<M extends Model, A extends Aggregates> = {
  readonly [Name in keyof A]: Name extends keyof M['row'] | RelationName<M>
    ? Wrong<`the table already has "${Name & string}"`>
    : Checked<M, A[Name]>
}

/** Refuses aggregates that the table cannot compute. */
export type CheckedAggregates<M extends Model, A extends Aggregates> = [A] extends [never]
  ? unknown
  : { readonly [Name in keyof A]: Checked<M, A[Name]> }

/** A table with annotations: further fields to filter, sort and select by. */
export interface Annotated<
  M extends Model,
  Row extends object,
  Before extends string = Groups<M>,
> extends Model {
  readonly name: M['name']
  readonly row: M['row'] & Row
  /** The annotations alone. */
  readonly annotations: (M extends { readonly annotations: infer Earlier } ? Earlier : unknown) & Row
  readonly key: M['key']
  readonly filter: AnnotatedFilter<M, Row>
  readonly insert: M['insert']
  readonly update: M['update']
  readonly columns: M['columns']
  readonly tables: TablesOf<M>
  readonly relations: NonNullable<M['relations']>
  readonly aliases: NonNullable<M['aliases']>
  readonly methods: NonNullable<M['methods']>
  readonly groups: [Before] extends [never] ? never : Before | (keyof Row & string)
}

/** What groups are made by when rows are annotated: rows of `values` that are without the primary key become groups. */
export type GroupedBy<M extends Model, R> = [Groups<M>] extends [never]
  ? PropertyKey extends M['key']
    ? never
    : M['key'] extends keyof R
      ? never
      : keyof R & string
  : Groups<M>

/** The filter of the table, and conditions on its annotations, in junctions too. */
export type AnnotatedFilter<M extends Model, Row extends object> = Omit<M['filter'], 'and' | 'or' | 'not'> & {
  readonly [Name in keyof Row]?: AnnotationCondition<Row[Name]>
} & Conditions<AnnotatedFilter<M, Row>, TablesOf<M>, OwnTable<M>>

/** A condition on an annotation, by its type; text lookups are for those that are text in the database too. */
type AnnotationCondition<V> =
  | ([NonNullable<V>] extends [boolean]
      ? EqualityCondition<boolean>
      : [NonNullable<V>] extends [string]
        ? ComparableCondition<NonNullable<V> | number | bigint> | TextLookups
        : [NonNullable<V>] extends [number | bigint]
          ? ComparableCondition<number | bigint>
          : [NonNullable<V>] extends [Date]
            ? TimestamptzCondition<Date | string>
            : ComparableCondition<NonNullable<V>>)
  | Extract<V, null>

/** What `values` takes to name its fields: paths and expressions. */
export type NamedValues = Readonly<Record<string, string | Expressed>>

/** The values of paths and expressions, by their names. */
export type NamedRow<M extends Model, E extends NamedValues> = {
  -readonly [Name in keyof E]: ArgumentValue<M, E[Name]>
}

/** Refuses paths that lead nowhere, and aggregates that the table cannot compute. */
export type CheckedValues<M extends Model, E extends NamedValues> = {
  readonly [Name in keyof E]: E[Name] extends string ? RowPath<M, E[Name]> : Checked<M, E[Name]>
}

/** A path or an expression that a list of values can have. */
export type ListedValue<M extends Model, F> = F extends string ? RowPath<M, F> : Checked<M, F>
