import type { JsonValue } from '../types/json/json.js'
import type { ExplainFormat, ExplainOptions } from '../sql/select/explain.js'
import { abortable, abortableWrite, type CallOptions } from '../kysely/abortable.js'
import type { Binding } from '../kysely/handle.js'
import { DoesNotExist, MultipleObjectsReturned } from '../errors.js'
import { filter } from '../query/filter/filter.js'
import { bulkRead, keyedBy } from '../query/in-bulk.js'
import type { FilterArgument, Model } from '../query/model.js'
import { earliestFirst, inDefaultOrder, lastFirst, latestFirst } from '../query/order/order-by.js'
import { rowAmong } from '../query/filter/row-among.js'
import { scoped } from '../query/scoped/scoped.js'
import { slice } from '../query/slice.js'
import type { QueryState } from '../query/state.js'
import { deleteAll, updateAll, type UpdateValues } from '../write/update.js'
import type { AggregateRow, CheckedAggregates, OfferedAggregates } from './types/annotation-types.js'
import { argumentsAndOptions, signalAmong } from './calls/call-options.js'
import { fromCallSite } from './calls/call-site.js'
import type { BulkKeys, KeyField, KeyOf, OrderKey, SoleKey } from './types/field-types.js'
import type { Flat } from './types/path-types.js'
import { pageRequest, readPage, type Page, type PageOptions } from './page.js'
import * as run from './run.js'
import { Walks } from './walks.js'
import { untilAborted } from '../shared-signal.js'

/**
 * What runs a queryset: everything that reads its rows or writes to them. {@link QuerySet} adds what makes another
 * queryset of it.
 *
 * @typeParam M the table's generated types.
 * @typeParam R what one row of the result is.
 */
export abstract class Terminals<M extends Model, R> extends Walks<M, R> implements AsyncIterable<R> {
  #rows: Promise<R[]> | undefined

  /**
   * All rows, from the cache once they were read.
   *
   * @throws {@link QueryError}; {@link DecodeError}; the reason of the signal.
   */
  async toArray(options?: CallOptions): Promise<R[]> {
    return [...(await this.rows(options))]
  }

  /** Evaluates the queryset, keeps its rows and iterates over them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R, undefined> {
    yield* await this.rows()
    return undefined
  }

  /** The first row, by the primary key when there is no order; null when there is none. */
  first(options?: CallOptions): Promise<R | null> {
    return this.#call(options, async (binding) => {
      if (this.#rows !== undefined && this.state.order.length > 0)
        return (await untilAborted(this.#rows, binding.signal))[0] ?? null
      return (await run.first<R>(binding, inDefaultOrder(this.state))) ?? null
    })
  }

  /**
   * The last row, by the primary key when there is no order; null when there is none.
   *
   * @throws {@link UsageError} on a slice, and without an order where there is no primary key.
   */
  last(options?: CallOptions): Promise<R | null> {
    return this.#call(
      options,
      async (binding) => (await run.first<R>(binding, lastFirst(this.state))) ?? null,
    )
  }

  /**
   * The row that comes last by these fields, whatever the order was; without fields by the primary key.
   *
   * ```ts
   * const newest = await orders.filter({ userId }).latest('placedAt', 'id')
   * ```
   *
   * NULLs count as the greatest values, as PostgreSQL sorts them: filter them out where they are not meant.
   *
   * @throws {@link DoesNotExist} when there is none; {@link FieldError} for an unknown field; {@link UsageError} on a
   * slice, and without fields where there is no primary key.
   */
  latest(...fields: (OrderKey<M> | CallOptions)[]): Promise<R> {
    return this.#extreme(fields, latestFirst)
  }

  /** The row that comes first by these fields. Else as {@link latest}. */
  earliest(...fields: (OrderKey<M> | CallOptions)[]): Promise<R> {
    return this.#extreme(fields, earliestFirst)
  }

  /**
   * The one row that meets the conditions. Options come last: `users.get({ id }, { signal })`.
   *
   * @throws {@link DoesNotExist} when there is none, {@link MultipleObjectsReturned} when there are several.
   */
  get(...conditions: (FilterArgument<M> | CallOptions)[]): Promise<R> {
    return fromCallSite(async () => this.#found(await this.#one('get', conditions)))
  }

  /**
   * The one row that meets the conditions, or null where there is none. Else as {@link get}.
   *
   * @throws {@link MultipleObjectsReturned} when there are several.
   */
  getOrNull(...conditions: (FilterArgument<M> | CallOptions)[]): Promise<R | null> {
    return fromCallSite(async () => (await this.#one('getOrNull', conditions)) ?? null)
  }

  /**
   * Whether a row is among those of the queryset, by its primary key: `SELECT 1 … WHERE … AND key = $1 LIMIT 1`, or by the
   * cache. The row may be any object with the key.
   *
   * @throws {@link UsageError} without a primary key, on a slice, and after `values()`, `valuesList()` or `union()`;
   * {@link FieldError} for what does not have the key.
   */
  contains(row: Pick<M['row'], M['key'] & keyof M['row']>, options?: CallOptions): Promise<boolean> {
    return this.#call(options, async (binding) => {
      const { state, isSame } = rowAmong(this.state, row)
      if (this.#rows === undefined) return run.hasRows(binding, state)
      return (await untilAborted(this.#rows, binding.signal)).some(isSame)
    })
  }

  /**
   * Some rows in order, found by the position behind which they come, so that no page takes longer than the first and none
   * has a row twice or misses one because others were written meanwhile:
   * `SELECT … WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT size + 1`.
   *
   * ```ts
   * const { rows, next } = await posts.orderBy('-publishedAt').page({ size: 20, after: request.query.after })
   * ```
   *
   * The order gets the primary key behind its fields, or else a unique key without NULLs. Positions are strings for URLs,
   * which anyone can read: they have the values of the order's fields, exactly, and tell this queryset's order and the shape of
   * its filter from others. A position is not a right to anything.
   *
   * @throws {@link OptionError}; {@link PositionError} for a position that is cut, made up or of another queryset;
   * {@link UsageError} on a slice, after `distinct()`, `union()` and for groups, and where no key tells rows apart.
   */
  page(options: PageOptions): Promise<Page<R>> {
    return fromCallSite(async () => {
      const { call, ...request } = pageRequest(this.state, options)
      const page = await abortable(this.binding, call, (binding) => readPage(binding, request))
      // What one row is follows from the selection, which R follows as well.
      return page as Page<R>
    })
  }

  /** How many rows there are: `SELECT count(*)`, or the length of the cache. */
  count(options?: CallOptions): Promise<number> {
    return this.#call(options, async (binding) => {
      return this.#rows === undefined
        ? run.rowCount(binding, this.state)
        : (await untilAborted(this.#rows, binding.signal)).length
    })
  }

  /**
   * Aggregates over all rows: `SELECT count(*), sum(price) FROM …`. Where DISTINCT, a slice, groups or a combination
   * decide which rows there are, over these.
   *
   * ```ts
   * const { n, total } = await payments.filter({ method: 'card' }).aggregate({ n: count(), total: sum('amount') })
   * ```
   *
   * @throws {@link FieldError} for an unknown path and for a field that the aggregate does not take.
   */
  aggregate<const A extends OfferedAggregates<M>>(
    aggregates: A & CheckedAggregates<M, A>,
    options?: CallOptions,
  ): Promise<Flat<AggregateRow<M, A>>> {
    const row = this.#call(options, (binding) => run.aggregates(binding, this.state, aggregates))
    // What the row is follows from the aggregates, as its type does.
    return row as Promise<Flat<AggregateRow<M, A>>>
  }

  /** Whether there is any row: `SELECT 1 … LIMIT 1`, or by the cache. */
  exists(options?: CallOptions): Promise<boolean> {
    return this.#call(options, async (binding) => {
      return this.#rows === undefined
        ? run.hasRows(binding, this.state)
        : (await untilAborted(this.#rows, binding.signal)).length > 0
    })
  }

  /**
   * The rows by their key: `WHERE key = ANY(keys)`, one parameter however many keys. Keys without a row are absent,
   * keys that come twice are harmless, an empty list sends no query. Without keys all rows that have one.
   *
   * ```ts
   * const byId = await users.inBulk([1, 2, 3])
   * const byEmail = await users.inBulk(['a@example.com'], { field: 'email' })
   * ```
   *
   * The keys of the Map are the values as rows have them, which may differ from those asked for where the type takes
   * several spellings, such as citext or numeric.
   *
   * @throws {@link UsageError} on a slice, after `values()` or `union()` and their like; for a field that is not unique,
   * not in the rows or an object in TypeScript, such as a Date; and without a field where the primary key is not one
   * column. {@link FieldError} and {@link EncodeError} for keys that the field cannot have.
   */
  inBulk(...args: BulkKeys<M>): Promise<Map<KeyOf<M, SoleKey<M>>, R>>
  inBulk<F extends KeyField<M>>(
    keys: readonly KeyOf<M, F>[],
    options: CallOptions & { readonly field: F },
  ): Promise<Map<KeyOf<M, F>, R>>
  inBulk<F extends KeyField<M>>(options: CallOptions & { readonly field: F }): Promise<Map<KeyOf<M, F>, R>>
  inBulk(...args: readonly unknown[]): Promise<Map<unknown, R>> {
    return fromCallSite(async () => {
      const { state, property, options } = bulkRead(this.state, args)
      const read = (binding: Binding) => run.rowsOf<R>(binding, state)
      return keyedBy(await abortable(this.binding, options, read), property)
    })
  }

  /**
   * The plan of the query, as PostgreSQL's EXPLAIN prints it; with `format: 'json'` parsed. With `analyze` the query
   * runs, to the end. Prefetches are not part of it.
   *
   * ```ts
   * console.log(await users.filter({ isActive: true }).explain({ analyze: true, buffers: true }))
   * ```
   *
   * @throws {@link OptionError} for an unknown option; {@link QueryError} for one that the server does not have.
   */
  explain(options: ExplainOptions & { readonly format: 'json' }): Promise<JsonValue>
  explain(options?: ExplainOptions & { readonly format?: Exclude<ExplainFormat, 'json'> }): Promise<string>
  explain(options: ExplainOptions): Promise<JsonValue>
  explain(options: ExplainOptions = {}): Promise<unknown> {
    return fromCallSite(() => {
      return abortable(this.binding, signalAmong(options), (binding) =>
        run.plan(binding, this.state, options),
      )
    })
  }

  /**
   * Sets fields of all rows of the queryset and returns how many there were: `UPDATE … SET … WHERE …`. A function gives
   * an expression over the row as it was, with columns named as in SQL.
   *
   * ```ts
   * await products.filter({ status: 'active' }).update({ price: (eb) => eb('price', '*', '1.1') })
   * ```
   *
   * @throws {@link UsageError} without a filter unless `all()` was called, on a slice, after `distinct` or `values`;
   * {@link FieldError} for an unknown field, one that the server alone fills, or `undefined`; {@link EncodeError} for
   * a value that the column cannot hold; {@link IntegrityError} when a constraint refuses.
   */
  update(values: UpdateValues<M>, options?: CallOptions): Promise<number> {
    return this.#write(options, (binding) => updateAll(binding, this.state, values))
  }

  /**
   * Deletes all rows of the queryset and returns how many there were: `DELETE FROM … WHERE …`. Rows that go with them by
   * ON DELETE CASCADE are not counted.
   *
   * @throws {@link UsageError} without a filter unless `all()` was called, on a slice, after `distinct` or `values`;
   * {@link ForeignKeyViolation} when a row is still referred to.
   */
  delete(
    ...[options]: [M['update']] extends [never] ? [viewsHaveNoDelete: never] : [options?: CallOptions]
  ): Promise<number> {
    return this.#write(options, (binding) => deleteAll(binding, this.state))
  }

  /** The rows, read once. A read that its caller may call off is not shared with others while it is under way. @internal */
  protected rows(options?: CallOptions): Promise<R[]> {
    const asked = this.#rows === undefined ? scoped(this.state) : undefined
    // They would be those of one call to all others.
    if (asked?.isLasting === false)
      return this.#call(options, (binding) => run.rowsOf<R>(binding, asked.state))
    if (options === undefined)
      return (this.#rows ??= this.#call(undefined, (binding) => this.#readToKeep(binding)))
    return this.#call(options, async (binding) => {
      if (this.#rows !== undefined) return untilAborted(this.#rows, binding.signal)
      const rows = await run.rowsOf<R>(binding, this.state)
      this.#rows ??= Promise.resolve(rows)
      return rows
    })
  }

  async #readToKeep(binding: Binding): Promise<R[]> {
    try {
      return await run.rowsOf<R>(binding, this.state)
    } catch (error) {
      this.#rows = undefined
      throw error
    }
  }

  /** A read that its caller may call off. */
  #call<T>(options: CallOptions | undefined, read: (binding: Binding) => Promise<T>): Promise<T> {
    return fromCallSite(() => abortable(this.binding, options, read))
  }

  #write(options: CallOptions | undefined, write: (binding: Binding) => Promise<number>): Promise<number> {
    return fromCallSite(() => abortableWrite(this.binding, options, write))
  }

  /** The row that is first in an order of its own. */
  #extreme(
    given: readonly unknown[],
    ordered: (state: QueryState, fields: readonly unknown[]) => QueryState,
  ): Promise<R> {
    return fromCallSite(async () => {
      const { args, options } = argumentsAndOptions(this.state.table, given)
      const state = ordered(this.state, args)
      return this.#found(await abortable(this.binding, options, (binding) => run.first<R>(binding, state)))
    })
  }

  /** The row that meets the conditions, unless there are several. */
  async #one(method: string, conditions: readonly unknown[]): Promise<R | undefined> {
    const { args, options } = argumentsAndOptions(this.state.table, conditions)
    const state = args.length === 0 ? this.state : filter(this.state, args, method)
    const read = (binding: Binding) => run.rowsOf<R>(binding, slice(state, 0, 2))
    const [row, other] = await abortable(this.binding, options, read)
    if (other !== undefined) throw new MultipleObjectsReturned(state.schemas.nameOf(state.table), method)
    return row
  }

  #found(row: R | undefined): R {
    if (row === undefined) throw new DoesNotExist(this.state.schemas.nameOf(this.state.table))
    return row
  }
}
