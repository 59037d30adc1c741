import { QueryCreator, type SelectQueryBuilder } from 'kysely'
import { compile } from '../compile/compile.js'
import { selectCount, selectExists, selectRows } from '../compile/compile-select.js'
import { DoesNotExist, MultipleObjectsReturned, UsageError } from '../errors.js'
import { sourceOf, type KyselyHandle, type Source } from '../postgres/kysely-handle.js'
import { tableName } from '../query/columns.js'
import type { Model } from '../query/model.js'
import * as query from '../query/state.js'
import { countReader, existenceReader, selectionReader } from '../row/selection-reader.js'
import { checkIteratorOptions, type BatchOptions, type IteratorOptions } from '../stream/iterator-options.js'
import type { AsyncRows } from '../stream/row-stream.js'
import type { SyncRows } from '../sync/sync-rows.js'
import { DecodePlugin } from './decode-plugin.js'
import { iterateRows, readAll, streamRows, type Statement } from './read.js'

/** A column of the table, by its property. */
export type Field<M extends Model> = keyof M['row'] & string

/** A key of `orderBy`: a field, descending with a minus before it. */
export type OrderKey<M extends Model> = Field<M> | `-${Field<M>}`

/** The rows of `valuesList`: a tuple of the fields' types. */
export type ValuesTuple<M extends Model, Fields extends readonly Field<M>[]> = {
  [Index in keyof Fields]: M['row'][Fields[Index]]
}

/** The SQL of a queryset. */
export interface CompiledSQL {
  readonly sql: string
  /** In PostgreSQL's text input syntax, or bytes. */
  readonly parameters: readonly unknown[]
}

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
export class QuerySet<M extends Model, R = M['row']> implements AsyncIterable<R> {
  readonly #source: Source
  readonly #state: query.QueryState
  #rows: Promise<R[]> | undefined

  /** @internal Querysets come from a repository. */
  constructor(source: Source, state: query.QueryState) {
    this.#source = source
    this.#state = state
  }

  /** The same query without the cached rows. */
  all(): QuerySet<M, R> {
    return this.#with(this.#state)
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
    return this.#with(query.filtered(this.#state, conditions))
  }

  /** The exact complement of `filter` with the same conditions, NULLs included: `WHERE (a AND b) IS NOT TRUE`. */
  exclude(...conditions: M['filter'][]): QuerySet<M, R> {
    return this.#with(query.excluded(this.#state, conditions))
  }

  /** Replaces the order: `orderBy('-createdAt', 'id')`. Without keys the result is unordered. */
  orderBy(...keys: OrderKey<M>[]): QuerySet<M, R> {
    return this.#with(query.ordered(this.#state, keys))
  }

  /** Turns every key of the order around; the primary key's when there is no order. */
  reverse(): QuerySet<M, R> {
    return this.#with(query.reversed(this.#state))
  }

  /** `SELECT DISTINCT`. */
  distinct(): QuerySet<M, R> {
    return this.#with(query.distinctRows(this.#state))
  }

  /** Rows from `start`, inclusive, to `end`, exclusive, counted from 0: `LIMIT … OFFSET …`. Slices compose. */
  slice(start: number, end?: number): QuerySet<M, R> {
    return this.#with(query.sliced(this.#state, start, end))
  }

  /** Rows of these fields, of all without any; the primary key is always among them. */
  only<F extends Field<M>>(
    ...fields: readonly F[]
  ): QuerySet<M, Pick<M['row'], F | (M['key'] & keyof M['row'])>> {
    return this.#with(query.narrowed(this.#state, fields))
  }

  /** Rows without these fields; the primary key stays. */
  defer<F extends Field<M> = never>(...fields: readonly F[]): QuerySet<M, Omit<R, Exclude<F, M['key']>>> {
    return this.#with(query.deferred(this.#state, fields))
  }

  /** Rows of exactly these fields; of all without any. */
  values(): QuerySet<M>
  values<F extends Field<M>>(...fields: readonly F[]): QuerySet<M, Pick<M['row'], F>>
  values(...fields: readonly Field<M>[]): QuerySet<M, unknown> {
    return this.#with(query.valued(this.#state, fields))
  }

  /** Rows as tuples of these fields, in this order, of all without any; with `{ flat: true }` the values of one. */
  valuesList(): QuerySet<M, readonly unknown[]>
  valuesList<F extends Field<M>>(field: F, options: { readonly flat: true }): QuerySet<M, M['row'][F]>
  valuesList<const F extends readonly Field<M>[]>(...fields: F): QuerySet<M, ValuesTuple<M, F>>
  valuesList(...args: readonly (Field<M> | { readonly flat: boolean })[]): QuerySet<M, unknown> {
    const fields = args.filter((arg) => typeof arg === 'string')
    const flat = args.some((arg) => typeof arg === 'object' && arg.flat)
    return this.#with(query.listed(this.#state, fields, flat))
  }

  /** No rows, and no query. */
  none(): QuerySet<M, R> {
    return this.#with(query.emptied(this.#state))
  }

  /** The same query on another Kysely instance or transaction. */
  using(kysely: KyselyHandle): QuerySet<M, R> {
    return new QuerySet(sourceOf(kysely), this.#state)
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
  async first(): Promise<R | null> {
    if (this.#rows !== undefined && this.#state.order.length > 0) return (await this.#rows)[0] ?? null
    return (await this.#read(query.sliced(query.orderedByDefault(this.#state), 0, 1)))[0] ?? null
  }

  /**
   * The last row, by the primary key when there is no order; null when there is none.
   *
   * @throws {@link UsageError} on a slice, and without an order where there is no primary key.
   */
  async last(): Promise<R | null> {
    return (await this.#read(query.sliced(query.lastFirst(this.#state), 0, 1)))[0] ?? null
  }

  /**
   * The one row that meets the conditions.
   *
   * @throws {@link DoesNotExist} when there is none, {@link MultipleObjectsReturned} when there are several.
   */
  async get(...conditions: M['filter'][]): Promise<R> {
    const state = conditions.length === 0 ? this.#state : query.filtered(this.#state, conditions, 'get')
    const [row, other] = await this.#read(query.sliced(state, 0, 2))
    if (other !== undefined) throw new MultipleObjectsReturned(tableName(state.table))
    if (row === undefined) throw new DoesNotExist(tableName(state.table))
    return row
  }

  /** How many rows there are: `SELECT count(*)`, or the length of the cache. */
  async count(): Promise<number> {
    if (this.#rows !== undefined) return (await this.#rows).length
    if (this.#state.none) return 0
    const compiled = compile((creator) => selectCount(creator, this.#state))
    const [count] = await readAll(this.#source, { state: this.#state, query: compiled, reader: countReader })
    return count as number
  }

  /** Whether there is any row: `SELECT 1 … LIMIT 1`, or by the cache. */
  async exists(): Promise<boolean> {
    if (this.#rows !== undefined) return (await this.#rows).length > 0
    if (this.#state.none) return false
    const compiled = compile((creator) => selectExists(creator, this.#state))
    const rows = await readAll(this.#source, { state: this.#state, query: compiled, reader: existenceReader })
    return rows.length > 0
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
    return streamRows(this.#source, this.#statement(this.#state), checkIteratorOptions(options))
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
    return iterateRows(this.#source, this.#statement(this.#state), checkIteratorOptions(options))
  }

  /** The SQL that the queryset sends, with its parameters. */
  toSQL(): CompiledSQL {
    const { sql, parameters } = compile((creator) => selectRows(creator, this.#state))
    return { sql, parameters }
  }

  /**
   * The query as a Kysely builder, to go on in free-hand SQL. Its rows are keyed as the queryset's are; its columns are
   * named as in SQL. It runs without the Kysely instance's plugins.
   *
   * @throws {@link UsageError} after `valuesList`: Kysely's rows are objects.
   */
  toKysely(): SelectQueryBuilder<{ [Name in M['name']]: M['columns'] }, M['name'], R> {
    const { shape } = this.#state.selection
    if (shape === 'tuple' || shape === 'value') {
      throw new UsageError('Cannot call toKysely() after valuesList(): its rows are objects. Use values().')
    }
    const executor = this.#source.executor.withPlugin(new DecodePlugin(this.#state.selection.columns))
    const creator = new QueryCreator<object>({ executor })
    // The builder was made without types; these are the ones that the queryset stands for.
    return selectRows(creator, this.#state) as unknown as ReturnType<this['toKysely']>
  }

  /** The rows, read once. @internal */
  protected rows(): Promise<R[]> {
    if (this.#rows === undefined) {
      const rows = this.#read(this.#state)
      this.#rows = rows
      rows.catch(() => (this.#rows = undefined))
    }
    return this.#rows
  }

  #with<Row>(state: query.QueryState): QuerySet<M, Row> {
    return new QuerySet<M, Row>(this.#source, state)
  }

  #statement(state: query.QueryState): Statement {
    return { state, query: compile((creator) => selectRows(creator, state)), reader: selectionReader(state) }
  }

  async #read(state: query.QueryState): Promise<R[]> {
    if (state.none) return []
    // What one row is follows from the selection, which R follows as well.
    return (await readAll(this.#source, this.#statement(state))) as R[]
  }
}
