import { inspect, type InspectOptions } from 'node:util'
import type { JsonValue } from '../types/json/json.js'
import type { ExplainFormat, ExplainOptions } from '../sql/select/explain.js'
import type { Binding } from '../kysely/handle.js'
import { DoesNotExist, MultipleObjectsReturned } from '../errors.js'
import { filter } from '../query/filter/filter.js'
import { bulkRead, keyedBy } from '../query/in-bulk.js'
import type { FilterArgument, Model } from '../query/model.js'
import { earliestFirst, inDefaultOrder, lastFirst, latestFirst } from '../query/order/order-by.js'
import { slice } from '../query/slice.js'
import type { QueryState } from '../query/state.js'
import type { BatchOptions, IteratorOptions } from '../request.js'
import type { AsyncRows } from '../iterate/async-rows.js'
import type { SyncRows } from '../iterate/sync-rows.js'
import { deleteAll, updateAll, type UpdateValues } from '../write/update.js'
import type { AggregateRow, Aggregates, CheckedAggregates } from './annotation-types.js'
import { CallSite, fromCallSite } from './call-site.js'
import type { BulkKeys, CompiledSQL, KeyField, KeyOf, OrderKey, SoleKey } from './field-types.js'
import { iterateRows, streamRows } from './read.js'
import * as run from './run.js'
import { shownQuery, type ShownQuery } from './shown-query.js'

/**
 * What runs a queryset: everything that reads its rows or writes to them. {@link QuerySet} adds what makes another
 * queryset of it.
 *
 * @typeParam M the table's generated types.
 * @typeParam R what one row of the result is.
 */
export abstract class Terminals<M extends Model, R> implements AsyncIterable<R> {
  readonly #binding: Binding
  #state: QueryState | (() => QueryState)
  #rows: Promise<R[]> | undefined

  /** @internal Querysets come from a repository. */
  constructor(binding: Binding, state: QueryState | (() => QueryState)) {
    this.#binding = binding
    this.#state = state
  }

  /** @internal */
  protected get binding(): Binding {
    return this.#binding
  }

  /** @internal */
  protected get state(): QueryState {
    return typeof this.#state === 'function' ? (this.#state = this.#state()) : this.#state
  }

  /** What JSON and a log show of it: the table, the SQL and the number of its parameters, never what these are. */
  toJSON(): ShownQuery {
    return shownQuery(this.state)
  }

  /** The same for `console.log` and `util.inspect`. @internal */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `${this.constructor.name} ${inspect(this.toJSON(), options)}`
  }

  /** All rows, from the cache once they were read. */
  async toArray(): Promise<R[]> {
    return [...(await this.rows())]
  }

  /** Evaluates the queryset, keeps its rows and iterates over them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R, undefined> {
    yield* await this.rows()
    return undefined
  }

  /** The first row, by the primary key when there is no order; null when there is none. */
  first(): Promise<R | null> {
    return fromCallSite(async () => {
      if (this.#rows !== undefined && this.state.order.length > 0) return (await this.#rows)[0] ?? null
      return (await this.#first(inDefaultOrder(this.state))) ?? null
    })
  }

  /**
   * The last row, by the primary key when there is no order; null when there is none.
   *
   * @throws {@link UsageError} on a slice, and without an order where there is no primary key.
   */
  last(): Promise<R | null> {
    return fromCallSite(async () => (await this.#first(lastFirst(this.state))) ?? null)
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
  latest(...fields: OrderKey<M>[]): Promise<R> {
    return fromCallSite(async () => this.#found(await this.#first(latestFirst(this.state, fields))))
  }

  /** The row that comes first by these fields. Else as {@link latest}. */
  earliest(...fields: OrderKey<M>[]): Promise<R> {
    return fromCallSite(async () => this.#found(await this.#first(earliestFirst(this.state, fields))))
  }

  /**
   * The one row that meets the conditions.
   *
   * @throws {@link DoesNotExist} when there is none, {@link MultipleObjectsReturned} when there are several.
   */
  get(...conditions: FilterArgument<M>[]): Promise<R> {
    return fromCallSite(async () => {
      const state = conditions.length === 0 ? this.state : filter(this.state, conditions, 'get')
      const [row, other] = await this.#rowsOf(slice(state, 0, 2))
      if (other !== undefined) throw new MultipleObjectsReturned(state.schemas.nameOf(state.table))
      return this.#found(row)
    })
  }

  /** How many rows there are: `SELECT count(*)`, or the length of the cache. */
  count(): Promise<number> {
    return fromCallSite(async () => {
      return this.#rows === undefined ? run.rowCount(this.binding, this.state) : (await this.#rows).length
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
  aggregate<const A extends Aggregates>(
    aggregates: A & CheckedAggregates<M, A>,
  ): Promise<AggregateRow<M, A>> {
    const row = fromCallSite(() => run.aggregates(this.binding, this.state, aggregates))
    // What the row is follows from the aggregates, as its type does.
    return row as Promise<AggregateRow<M, A>>
  }

  /** Whether there is any row: `SELECT 1 … LIMIT 1`, or by the cache. */
  exists(): Promise<boolean> {
    return fromCallSite(async () => {
      return this.#rows === undefined ? run.hasRows(this.binding, this.state) : (await this.#rows).length > 0
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
    options: { readonly field: F },
  ): Promise<Map<KeyOf<M, F>, R>>
  inBulk<F extends KeyField<M>>(options: { readonly field: F }): Promise<Map<KeyOf<M, F>, R>>
  inBulk(...args: readonly unknown[]): Promise<Map<unknown, R>> {
    return fromCallSite(async () => {
      const { state, property } = bulkRead(this.state, args)
      return keyedBy(await this.#rowsOf(state), property)
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
    return fromCallSite(() => run.plan(this.binding, this.state, options))
  }

  /**
   * Streams the rows through one query, `chunkSize` at a time, with the next chunk on its way while the loop works on
   * the last. With `batchYieldSize` the loop receives arrays of exactly that length, the last possibly shorter.
   *
   * ```ts
   * for await (const batch of users.aiterator({ chunkSize: 2000, batchYieldSize: 500 })) await push(batch)
   * ```
   *
   * Outside a transaction the stream opens its own, READ ONLY, on a connection that it holds until the loop ends.
   * Within `using(trx)` it sees the transaction's own writes, and other queries of it may run inside the loop.
   *
   * @throws {@link OptionError} at the call for a size that is not a positive 32-bit integer. While iterating:
   * {@link QueryError} with the rows delivered so far, {@link DecodeError}, or the signal's reason.
   */
  aiterator(options: BatchOptions): AsyncRows<R[]>
  aiterator(options?: IteratorOptions & { readonly batchYieldSize?: never }): AsyncRows<R>
  aiterator(options: IteratorOptions): AsyncRows<R> | AsyncRows<R[]>
  aiterator(options: IteratorOptions = {}): AsyncRows<unknown> {
    const site = new CallSite()
    return streamRows(this.binding, run.statementOf(this.state), options, site)
  }

  /**
   * The same, synchronously: a worker thread reads on a connection of its own while this thread waits for each chunk.
   *
   * **For scripts and the REPL, not for request handlers:** while it waits, nothing else of the process runs, neither
   * timers nor signal handlers. `signal` is looked at before each row and each chunk.
   *
   * ```ts
   * for (const batch of users.iterator({ batchYieldSize: 500 })) appendFileSync(path, toCsv(batch))
   * ```
   *
   * @throws {@link OptionError} as `aiterator`; {@link UsageError} at the call within `using(trx)`, since the worker's
   * connection cannot see into the transaction.
   */
  iterator(options: BatchOptions): SyncRows<R[]>
  iterator(options?: IteratorOptions & { readonly batchYieldSize?: never }): SyncRows<R>
  iterator(options: IteratorOptions): SyncRows<R> | SyncRows<R[]>
  iterator(options: IteratorOptions = {}): SyncRows<unknown> {
    return iterateRows(this.binding, this.state, options, (state) => run.statementOf(state))
  }

  /** The SQL that the queryset sends, with its parameters. */
  toSQL(): CompiledSQL {
    const { sql, parameters } = run.statementOf(this.state).query
    return { sql, parameters }
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
  update(values: UpdateValues<M>): Promise<number> {
    return fromCallSite(() => updateAll(this.binding, this.state, values))
  }

  /**
   * Deletes all rows of the queryset and returns how many there were: `DELETE FROM … WHERE …`. Rows that go with them by
   * ON DELETE CASCADE are not counted.
   *
   * @throws {@link UsageError} without a filter unless `all()` was called, on a slice, after `distinct` or `values`;
   * {@link ForeignKeyViolation} when a row is still referred to.
   */
  delete(..._: [M['update']] extends [never] ? [viewsHaveNoDelete: never] : []): Promise<number> {
    return fromCallSite(() => deleteAll(this.binding, this.state))
  }

  /** The rows, read once. @internal */
  protected rows(): Promise<R[]> {
    return (this.#rows ??= fromCallSite(() => this.#readToKeep()))
  }

  async #readToKeep(): Promise<R[]> {
    try {
      return await this.#rowsOf(this.state)
    } catch (error) {
      this.#rows = undefined
      throw error
    }
  }

  async #first(state: QueryState): Promise<R | undefined> {
    return (await this.#rowsOf(slice(state, 0, 1)))[0]
  }

  #found(row: R | undefined): R {
    if (row === undefined) throw new DoesNotExist(this.state.schemas.nameOf(this.state.table))
    return row
  }

  #rowsOf(state: QueryState): Promise<R[]> {
    // What one row is follows from the selection, which R follows as well.
    return run.rows(this.binding, state) as Promise<R[]>
  }
}
