import { QueryCreator, type SelectQueryBuilder } from 'kysely'
import { selectRows } from '../compile/compile-select.js'
import { UsageError } from '../errors.js'
import { sourceOf, type KyselyHandle, type Source } from '../postgres/kysely-handle.js'
import type { Model } from '../query/model.js'
import * as narrowing from '../query/narrowing.js'
import * as relations from '../query/relations.js'
import type { QueryState } from '../query/state.js'
import { DecodePlugin } from './decode-plugin.js'
import { Reading } from './reading.js'
import type { Prefetched, Related, RelationName, RelationPath, Target, ToOnePath } from './relation-types.js'

/** A column of the table, by its property. */
export type Field<M extends Model> = keyof M['row'] & string

/** A key of `orderBy`: a field, descending with a minus before it. */
export type OrderKey<M extends Model> = Field<M> | `-${Field<M>}`

/** The rows of `valuesList`: a tuple of the fields' types. */
export type ValuesTuple<M extends Model, Fields extends readonly Field<M>[]> = {
  [Index in keyof Fields]: M['row'][Fields[Index]]
}

/** A queryset on a table, whatever its rows are. */
export type AnyQuerySet<M extends Model> = QuerySet<M, object>

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
export class QuerySet<M extends Model, R = M['row']> extends Reading<M, R> {
  /** @internal Querysets come from a repository. */
  constructor(source: Source, state: QueryState) {
    super(source, state)
  }

  /** The same query without the cached rows. */
  all(): QuerySet<M, R> {
    return this.#with(this.state)
  }

  /**
   * Rows that meet all of the conditions: `WHERE a AND b`.
   *
   * ```ts
   * users.filter({ isActive: true, createdAt: { gte: since } }, { or: [{ age: { lt: 18 } }, { age: null }] })
   * ```
   *
   * @throws {@link FieldError} for an unknown field or lookup or an `undefined` operand, {@link EncodeError} for a
   * value that the column cannot hold, {@link UsageError} on a slice.
   */
  filter(...conditions: M['filter'][]): QuerySet<M, R> {
    return this.#with(narrowing.filtered(this.state, conditions))
  }

  /** The exact complement of `filter` with the same conditions, NULLs included: `WHERE (a AND b) IS NOT TRUE`. */
  exclude(...conditions: M['filter'][]): QuerySet<M, R> {
    return this.#with(narrowing.excluded(this.state, conditions))
  }

  /** Replaces the order: `orderBy('-createdAt', 'id')`. Without keys the result is unordered. */
  orderBy(...keys: OrderKey<M>[]): QuerySet<M, R> {
    return this.#with(narrowing.ordered(this.state, keys))
  }

  /** Turns every key of the order around; the primary key's when there is no order. */
  reverse(): QuerySet<M, R> {
    return this.#with(narrowing.reversed(this.state))
  }

  /** `SELECT DISTINCT`. */
  distinct(): QuerySet<M, R> {
    return this.#with(narrowing.distinctRows(this.state))
  }

  /** Rows from `start`, inclusive, to `end`, exclusive, counted from 0: `LIMIT … OFFSET …`. Slices compose. */
  slice(start: number, end?: number): QuerySet<M, R> {
    return this.#with(narrowing.sliced(this.state, start, end))
  }

  /** Rows of these fields, of all without any; the primary key is always among them. */
  only<F extends Field<M>>(
    ...fields: readonly F[]
  ): QuerySet<M, Pick<M['row'], F | (M['key'] & keyof M['row'])>> {
    return this.#with(narrowing.narrowed(this.state, fields))
  }

  /** Rows without these fields; the primary key stays. */
  defer<F extends Field<M> = never>(...fields: readonly F[]): QuerySet<M, Omit<R, Exclude<F, M['key']>>> {
    return this.#with(narrowing.deferred(this.state, fields))
  }

  /** Rows of exactly these fields; of all without any. */
  values(): QuerySet<M>
  values<F extends Field<M>>(...fields: readonly F[]): QuerySet<M, Pick<M['row'], F>>
  values(...fields: readonly Field<M>[]): QuerySet<M, unknown> {
    return this.#with(narrowing.valued(this.state, fields))
  }

  /** Rows as tuples of these fields, in this order, of all without any; with `{ flat: true }` the values of one. */
  valuesList(): QuerySet<M, readonly unknown[]>
  valuesList<F extends Field<M>>(field: F, options: { readonly flat: true }): QuerySet<M, M['row'][F]>
  valuesList<const F extends readonly Field<M>[]>(...fields: F): QuerySet<M, ValuesTuple<M, F>>
  valuesList(...args: readonly (Field<M> | { readonly flat: boolean })[]): QuerySet<M, unknown> {
    const fields = args.filter((arg) => typeof arg === 'string')
    const flat = args.some((arg) => typeof arg === 'object' && arg.flat)
    return this.#with(narrowing.listed(this.state, fields, flat))
  }

  /**
   * Joins the rows of to-one relations into each row: `LEFT JOIN`, or `JOIN` where there always is one. One query.
   *
   * ```ts
   * posts.selectRelated('author', 'author.company') // post.author: User & { company: Company | null }
   * ```
   *
   * @throws {@link FieldError} for a relation that is not there or leads to many rows.
   */
  selectRelated<const Path extends string>(
    ...paths: (Path & ToOnePath<M, Path>)[]
  ): QuerySet<M, R & Related<M, Path>> {
    return this.#with(relations.withRelated(this.state, paths))
  }

  /**
   * Reads relations by a query of their own for all rows at once: `WHERE key = ANY(keys)`; in a stream once per chunk,
   * on the stream's own connection and snapshot. Paths nest; a queryset says which rows, its slice counted per row.
   *
   * ```ts
   * users.prefetchRelated('posts', 'posts.comments')
   * users.prefetchRelated({ posts: posts.filter({ isPublished: true }).orderBy('-createdAt').slice(0, 3) })
   * ```
   *
   * @throws {@link FieldError} for a relation that is not there; {@link UsageError} for a queryset on another table or
   * one of `values()` or `valuesList()`.
   */
  prefetchRelated<const Path extends string>(
    ...paths: (Path & RelationPath<M, Path>)[]
  ): QuerySet<M, R & Related<M, Path>>
  prefetchRelated<
    const Querysets extends { readonly [Name in RelationName<M>]?: AnyQuerySet<Target<M, Name>> },
  >(querysets: Querysets): QuerySet<M, R & Prefetched<M, Querysets>>
  prefetchRelated(...args: readonly (string | Readonly<Record<string, unknown>>)[]): QuerySet<M, unknown> {
    let { state } = this
    for (const arg of args) {
      if (typeof arg === 'string') state = relations.withPrefetched(state, [arg])
      else for (const [name, inner] of Object.entries(arg)) state = this.#prefetched(state, name, inner)
    }
    return this.#with(state)
  }

  /** No rows, and no query. */
  none(): QuerySet<M, R> {
    return this.#with(narrowing.emptied(this.state))
  }

  /** The same query on another Kysely instance or transaction. */
  using(kysely: KyselyHandle): QuerySet<M, R> {
    return new QuerySet(sourceOf(kysely), this.state)
  }

  /**
   * The query as a Kysely builder, to go on in free-hand SQL. Its rows are keyed as the queryset's are; its columns are
   * named as in SQL. It runs without the Kysely instance's plugins.
   *
   * @throws {@link UsageError} after `valuesList`: Kysely's rows are objects.
   */
  toKysely(): SelectQueryBuilder<{ [Name in M['name']]: M['columns'] }, M['name'], R> {
    const { shape } = this.state.selection
    if (shape === 'tuple' || shape === 'value') {
      throw new UsageError('Cannot call toKysely() after valuesList(): its rows are objects. Use values().')
    }
    const executor = this.source.executor.withPlugin(new DecodePlugin(this.state.selection.columns))
    const creator = new QueryCreator<object>({ executor })
    // The builder was made without types; these are the ones that the queryset stands for.
    return selectRows(creator, this.state) as unknown as ReturnType<this['toKysely']>
  }

  #with<Row>(state: QueryState): QuerySet<M, Row> {
    return new QuerySet<M, Row>(this.source, state)
  }

  #prefetched(state: QueryState, name: string, queryset: unknown): QueryState {
    if (!(queryset instanceof QuerySet)) {
      throw new UsageError(`prefetchRelated takes a queryset for "${name}".`)
    }
    return relations.withPrefetch(state, name, (queryset as QuerySet<Model>).state)
  }
}
