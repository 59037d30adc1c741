import type { SelectQueryBuilder } from 'kysely'
import { abortable, type CallOptions } from '../kysely/abortable.js'
import { SUBQUERY } from '../query/filter/subquery.js'
import type { Model, OwnTable, TablesOf } from '../query/model.js'
import { existenceOf, subqueryOf } from '../sql/select/subquery.js'
import { fromCallSite } from './calls/call-site.js'
import { kyselyBuilder } from './kysely-builder.js'
import { Placed } from './placed.js'
import { prefetchInto } from './prefetch-into.js'
import type { Flat } from './types/path-types.js'
import type { LoadedName } from './types/relation-types.js'
import type { SubqueryOf } from './types/subquery-value.js'

/**
 * A queryset as a part of something else: of a Kysely query, of another queryset, of rows that are there already.
 *
 * @typeParam M the table's generated types.
 * @typeParam R what one row of the result is.
 * @typeParam Q the querysets that are made of it.
 */
export abstract class Embedded<M extends Model, R, Q> extends Placed<M, R, Q> {
  /**
   * The query as a Kysely builder, to go on in free-hand SQL, with rows as the queryset's and columns named as in SQL. It
   * runs without the Kysely instance's plugins, but for `withSchema`.
   *
   * @throws {@link UsageError} after `valuesList`, since rows are objects, `prefetchRelated` and `union` and its like.
   */
  toKysely(): SelectQueryBuilder<TablesOf<M>, OwnTable<M>, R> {
    return kyselyBuilder(this.binding, this.state) as unknown as ReturnType<this['toKysely']>
  }

  /** This query as the operand of `in`: its only column, or the primary key of whole rows, as R says. */
  [SUBQUERY](form?: 'exists' | 'array'): SubqueryOf<M, R> {
    return (form === 'exists' ? existenceOf(this.state) : subqueryOf(this.state, form)) as SubqueryOf<M, R>
  }

  /**
   * Rows that one has, each copied and with what is prefetched: by one query for each relation, and none for the rows. They
   * may come from anywhere, a queue or a cache, and need no more than the fields that their relations are found by. What they
   * had under the relations' names is read anew. Django's `prefetch_related_objects`.
   *
   * ```ts
   * const withPosts = await users.prefetchRelated('posts.comments').prefetchInto(rows)
   * ```
   *
   * @throws {@link UsageError} without `prefetchRelated()`, and after what would say which rows; {@link FieldError} for a row
   * without such a field; {@link EncodeError} for one that its column cannot hold; {@link QueryError}; the reason of the signal.
   */
  prefetchInto<Row extends Partial<M['row']>>(
    rows: readonly Row[],
    options?: CallOptions,
  ): Promise<Flat<Omit<Row, LoadedName<M>> & Pick<R, LoadedName<M> & keyof R>>[]> {
    const read = fromCallSite(() =>
      abortable(this.binding, options, (binding) => prefetchInto(binding, this.state, rows)),
    )
    // What rows have then follows from the prefetches, as the relations in R do.
    return read as Promise<Flat<Omit<Row, LoadedName<M>> & Pick<R, LoadedName<M> & keyof R>>[]>
  }
}
