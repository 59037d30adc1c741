import { UsageError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import { annotate } from '../query/aggregate/annotate.js'
import type { FilterArgument, Model } from '../query/model.js'
import { combine, unionOf, type UnionOptions } from '../query/combine.js'
import { dates, type DatesOptions } from '../query/dates.js'
import type { DateUnit } from '../query/functions/date-parts.js'
import type { Expressed } from '../query/expression/expression-types.js'
import { exclude, filter } from '../query/filter/filter.js'
import { recognise, version } from '../copies.js'
import { distinct } from '../query/order/distinct.js'
import { orderBy, reverse } from '../query/order/order-by.js'
import { prefetchRelated } from '../query/related/prefetch-related.js'
import { selectRelated } from '../query/related/select-related.js'
import { selectForUpdate, type LockOptions } from '../query/select-for-update.js'
import { defer, only, values, valuesList } from '../query/selection.js'
import { slice } from '../query/slice.js'
import { change, type Combination, type QueryState } from '../query/state.js'
import type { AfterSlice, AfterUnion } from './types/after.js'
import type * as types from './types/annotation-types.js'
import type { ArgumentValue } from './types/expression-values.js'
import type { QuerySetOf } from './types/field-types.js'
import type { MethodsOf, WithMethods } from './types/methods.js'
import type { OrderExpression } from '../query/expression/query-expression.js'
import type { AnyField, OrderObject, ValuesTuple } from './types/order-types.js'
import type * as paths from './types/path-types.js'
import { Embedded } from './embedded.js'
import type * as relations from './types/relation-types.js'
import type { WithAliases } from './types/aliases.js'

/**
 * A lazy, immutable query on one table: every method that narrows it returns a new queryset, and nothing runs until
 * rows are asked for. Names and meaning are those of Django's QuerySet.
 *
 * Iterating a queryset with `for await`, or `toArray()`, evaluates it once and keeps the rows; a second loop sends no
 * query. `aiterator()` and `iterator()` stream instead: they neither read nor fill that cache, and each call is a
 * query of its own.
 *
 * @typeParam M the table's generated types.
 * @typeParam R what one row of the result is.
 */
export class QuerySet<M extends Model, R = M['row']> extends Embedded<M, R, Chained<M, R>> {
  /** The same query without the cached rows. Says as well that `update` and `delete` may take the whole table. */
  all(): Chained<M, R> {
    return this.#with(change(this.state, { all: true }))
  }

  /**
   * Rows that meet all of the conditions: `WHERE a AND b`.
   *
   * ```ts
   * users.filter({ isActive: true, createdAt: { gte: since } }, { or: [{ age: { lt: 18 } }, { age: null }] })
   * posts.filter({ authorId: { in: users.filter({ isActive: true }) } })
   * ```
   * @throws {@link FieldError} for an unknown field or lookup or an `undefined` operand, {@link EncodeError} for a
   * value that the column cannot hold, {@link UsageError} on a slice.
   */
  filter(...conditions: FilterArgument<M>[]): Chained<M, R> {
    return this.#with(filter(this.state, conditions))
  }

  /** The exact complement of `filter` with the same conditions, NULLs included: `WHERE (a AND b) IS NOT TRUE`. */
  exclude(...conditions: FilterArgument<M>[]): Chained<M, R> {
    return this.#with(exclude(this.state, conditions))
  }

  /**
   * Replaces the order: `orderBy('-createdAt', 'author.name', { rating: 'desc', nulls: 'last' }, lower('title'))`. NULLs
   * come last ascending and first descending unless said otherwise. Without keys the result is unordered.
   * @throws {@link FieldError} for what cannot be sorted by, such as a path to many rows; {@link UsageError} on a slice, and
   * for what rows of groups and of `distinct()` do not have.
   */
  orderBy<const Path extends string = never>(
    ...keys: (paths.OrderPath<M, Path> | AnyField<M> | Expressed | OrderExpression | OrderObject<M>)[]
  ): Chained<M, R> {
    return this.#with(orderBy(this.state, keys))
  }

  /**
   * Turns the order around; the primary key's when there is none.
   *
   * @throws {@link UsageError} on a slice, and without an order where there is no primary key.
   */
  reverse(): Chained<M, R> {
    return this.#with(reverse(this.state))
  }

  /** Whether it has an order of its own, so that its rows come in it whenever it runs. */
  get ordered(): boolean {
    return this.state.order.length > 0
  }

  /**
   * Each row once: `SELECT DISTINCT`. With fields, the first row in order for each combination of their values:
   * `SELECT DISTINCT ON (fields)`. The order then begins with these fields, and is by them alone when there is none.
   *
   * ```ts
   * posts.distinct('authorId').orderBy('authorId', '-createdAt') // the latest post of each author
   * ```
   * @throws {@link FieldError} for an unknown field; {@link UsageError} on a slice, after `selectForUpdate`, and when
   * the order begins with other fields.
   */
  distinct<const Path extends string>(...fields: readonly paths.RowPath<M, Path>[]): Chained<M, R> {
    return this.#with(distinct(this.state, fields))
  }

  /**
   * The rows of this queryset and of others: `(SELECT …) UNION (SELECT …)`, each row once, or all of them with
   * `{ all: true }`. It runs where this queryset runs. Orders and slices of the querysets count within them.
   * @throws {@link UsageError} when rows differ in shape, fields or types, for a queryset with `selectForUpdate` or of
   * another database, and without `all` for types that have no equality, such as json.
   */
  union(...others: readonly QuerySetOf<R>[]): Chained<M, R> & AfterUnion
  union(...args: readonly [...others: QuerySetOf<R>[], options: UnionOptions]): Chained<M, R> & AfterUnion
  union(...args: readonly (QuerySetOf<R> | UnionOptions)[]): unknown {
    return this.#combined(...unionOf(args))
  }

  /** The rows that are in this queryset and in all of the others, each once: `INTERSECT`. Else as {@link union}. */
  intersection(...others: readonly QuerySetOf<R>[]): Chained<M, R> & AfterUnion {
    return this.#combined('intersect', others)
  }

  /** The rows that are in none of the others, each once: `EXCEPT`. Else as {@link union}. */
  difference(...others: readonly QuerySetOf<R>[]): Chained<M, R> & AfterUnion {
    return this.#combined('except', others)
  }

  /**
   * Locks the rows that are read until the transaction ends: `FOR UPDATE`. It runs within `using(trx)`, or, not streamed, in
   * a transaction begun by hand. `count()` and `exists()` lock nothing.
   *
   * ```ts
   * const job = await jobs.using(trx).orderBy('id').selectForUpdate({ skipLocked: true }).first()
   * ```
   *
   * `of` names whose rows to lock: `self`, and relations joined by `selectRelated`. Without it all are, which PostgreSQL
   * refuses for relations that may lead to no row.
   *
   * @throws {@link OptionError} for an unknown option; {@link UsageError} for `skipLocked` with `noWait`, with
   * `distinct`, on a combination or materialized view; and, when it runs, outside a transaction or for a path in `of`
   * that is not joined. {@link QueryError} with `sqlState` 55P03 where `noWait` meets a locked row.
   */
  selectForUpdate<const Path extends string = 'self'>(
    options: LockOptions & { readonly of?: readonly ('self' | relations.ToOnePath<M, Path>)[] } = {},
  ): Chained<M, R> {
    return this.#with(selectForUpdate(this.state, options))
  }

  /** Rows from `start`, inclusive, to `end`, exclusive, counted from 0: `LIMIT … OFFSET …`. Slices compose. */
  slice(start: number, end?: number): Chained<M, R> & AfterSlice {
    return this.#with(slice(this.state, start, end)) as Chained<M, R> & AfterSlice
  }

  /**
   * Rows of these fields, of all without any: `only('title', 'author.name')` joins the author. Primary keys are always among
   * them, and what was annotated, joined or prefetched.
   */
  only<const Path extends string>(
    ...fields: readonly paths.FieldPath<M, Path>[]
  ): Chained<M, paths.OnlyRow<M, R, Path>> {
    return this.#with(only(this.state, fields))
  }

  /** Rows without these fields, of joined rows as well; primary keys stay. */
  defer<const Path extends string = never>(
    ...fields: readonly paths.FieldPath<M, Path>[]
  ): Chained<M, paths.DeferRow<M, R, Path>> {
    return this.#with(defer(this.state, fields))
  }

  /**
   * Rows of exactly these fields, of all without any. A path along relations is in an object of theirs; an object names
   * fields and expressions, fields from then on. After `union` it narrows what came of it; Django narrows each side before.
   *
   * ```ts
   * payments.values({ month: trunc('month', 'paidAt'), customer: 'order.user.name' }).annotate({ total: sum('amount') })
   * ```
   */
  values(): Chained<M, M['row']>
  values<const Path extends string>(
    ...fields: readonly paths.RowPath<M, Path>[]
  ): Chained<M, paths.ValuesRow<M, Path>>
  values<const E extends types.NamedValues, const Path extends string = never>(
    ...fields: readonly [...paths.RowPath<M, Path>[], E & types.CheckedValues<M, E>]
  ): Chained<
    types.Annotated<M, types.NamedRow<M, E>>,
    paths.Flat<paths.ValuesRow<M, Path> & types.NamedRow<M, E>>
  >
  values(...fields: readonly unknown[]): unknown {
    return this.#with(values(this.state, fields))
  }

  /** Rows as tuples of these fields, in this order, of all without any; with `{ flat: true }` the values of one. */
  valuesList(): Chained<M, readonly unknown[]>
  valuesList<const F extends string | Expressed>(
    field: F & types.ListedValue<M, F>,
    options: { readonly flat: true },
  ): Chained<M, ArgumentValue<M, F>>
  valuesList<const F extends readonly (string | Expressed)[]>(
    ...fields: F & { readonly [I in keyof F]: types.ListedValue<M, F[I]> }
  ): Chained<M, ValuesTuple<M, F>>
  valuesList(...args: readonly unknown[]): unknown {
    return this.#with(valuesList(this.state, args))
  }

  /**
   * The moments of a field cut to a unit, each once, in order and without NULLs: `SELECT DISTINCT date_trunc('month', …)`.
   * Django's `dates` and `datetimes`: `posts.dates('publishedAt', 'month', { timeZone: 'Europe/Berlin', order: 'desc' })`.
   *
   * @throws {@link FieldError} for what is no moment, and an unknown unit; {@link UsageError} on a slice or combination.
   */
  dates<const Path extends string>(
    field: paths.FieldPath<M, Path>,
    unit: DateUnit,
    options: DatesOptions = {},
  ): Chained<M, NonNullable<ArgumentValue<M, Path>>> {
    return this.#with(dates(this.state, field, unit, options))
  }

  /**
   * Joins the rows of to-one relations into each row by `LEFT JOIN`, which never leaves a row out:
   * `posts.selectRelated('author', 'author.company')`. One query.
   *
   * @throws {@link FieldError} for a relation to many rows. While reading: {@link DecodeError} where a key that is never NULL
   * leads to a row that is not seen, as policies of row-level security hide rows.
   */
  selectRelated<const Paths extends readonly string[]>(
    ...paths: { readonly [I in keyof Paths]: relations.ToOnePath<M, Paths[I]> }
  ): Chained<M, paths.JoinedRow<M, R, Paths>> {
    return this.#with(selectRelated(this.state, paths))
  }

  /**
   * Reads relations by a query of their own for all rows at once: `WHERE key = ANY(keys)`; in a stream once per chunk,
   * on the stream's own connection and snapshot. Paths nest; a queryset says which rows, its slice counted per row.
   *
   * ```ts
   * users.prefetchRelated('posts', 'posts.comments')
   * users.prefetchRelated({ posts: posts.orderBy('-createdAt').slice(0, 3), drafts: { posts: posts.filter(…) } })
   * ```
   * @throws {@link FieldError} for what is no relation, or a name that is taken; {@link UsageError} for an unfit queryset.
   */
  prefetchRelated<const Paths extends readonly string[]>(
    ...paths: { readonly [I in keyof Paths]: relations.RelationPath<M, Paths[I]> }
  ): Chained<M, paths.JoinedRow<M, R, Paths>>
  prefetchRelated<const Wanted extends Readonly<Record<string, object>>>(
    querysets: Wanted & {
      readonly [N in keyof Wanted]: N extends relations.RelationName<M>
        ? QuerySet<relations.Target<M, N>, object>
        : {
            readonly [Of in keyof Wanted[N]]: Of extends relations.RelationName<M>
              ? QuerySet<relations.Target<M, Of>, object>
              : relations.RelationName<M>
          }
    },
  ): Chained<WithAliases<M, Wanted>, paths.Flat<Omit<R, keyof Wanted> & relations.Prefetched<M, R, Wanted>>>
  prefetchRelated(...args: readonly (string | Readonly<Record<string, unknown>>)[]): unknown {
    const stateOf = (of: unknown) => (of instanceof QuerySet ? (of as QuerySet<Model>).state : undefined)
    return this.#with(prefetchRelated(this.state, args, stateOf))
  }

  /**
   * Adds computed values to each row, those of related rows by subqueries that never multiply rows:
   * `(SELECT count(*) FROM posts WHERE posts.author_id = users.id) AS "postCount"`. From then on they are fields like
   * others, to filter, sort and select by. After `values` it groups instead: `GROUP BY` the fields of `values`. Conditions
   * on the results are then `HAVING`; groups are made once, a later `annotate` adds to them, a later `values` picks from them.
   *
   * ```ts
   * users.annotate({ postCount: count('posts', { filter: { publishedAt: { isNull: false } } }) }).orderBy('-postCount')
   * orders.values('status').annotate({ n: count() }).filter({ n: { gt: 10 } }) // { status: OrderStatus, n: number }
   * ```
   * @throws {@link FieldError} for a name that is taken, an unknown path, and what an aggregate does not take;
   * {@link UsageError} on a slice or combination, after `valuesList`, and for fields without groups or outside of them.
   */
  annotate<const A extends types.OfferedAggregates<M>>(
    aggregates: A & types.CheckedAnnotations<M, A>,
  ): Chained<
    types.Annotated<M, types.AggregateRow<M, A>, types.GroupedBy<M, R>>,
    paths.Flat<R & types.AggregateRow<M, A>>
  > {
    return this.#with(annotate(this.state, aggregates))
  }

  /** No rows, and no query. */
  none(): Chained<M, R> {
    return this.#with(change(this.state, { none: true }))
  }

  /** @internal */
  protected override made(state: QueryState, binding: Binding): QuerySet<M, R> {
    return new QuerySet(binding, state)
  }

  // What the rows are, and what tables they may come of, follows from what was asked.
  #with<Of extends Model, Row>(state: QueryState): Chained<Of, Row> {
    return this.made(state, this.binding) as unknown as Chained<Of, Row>
  }

  #combined(operator: Combination['operator'], others: readonly unknown[]): Chained<M, R> & AfterUnion {
    const states = others.map((other) => {
      if (other instanceof QuerySet && other.binding.engine === this.binding.engine) return other.state
      throw new UsageError('Only querysets of the same database can be combined.')
    })
    // Only types say what cannot come next.
    return this.#with(combine(this.state, states, operator)) as Chained<M, R> & AfterUnion
  }
}

/** A queryset with the application's own methods, if its table has any. */
export type Chained<M extends Model, R> = M extends WithMethods
  ? QuerySet<M, R> & MethodsOf<M>
  : QuerySet<M, R>

recognise({ QuerySet }, `@${version}`)
