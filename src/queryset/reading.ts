import { compile } from '../compile/compile.js'
import { selectCount, selectExists, selectRows } from '../compile/compile-select.js'
import { DoesNotExist, MultipleObjectsReturned } from '../errors.js'
import type { Source } from '../postgres/kysely-handle.js'
import { tableName } from '../query/columns.js'
import type { Model } from '../query/model.js'
import { filtered, lastFirst, orderedByDefault, sliced } from '../query/narrowing.js'
import type { QueryState } from '../query/state.js'
import { prefetch } from '../prefetch/prefetch.js'
import { keyedReader } from '../row/keyed-reader.js'
import { countReader, existenceReader, selectionReader } from '../row/selection-reader.js'
import { checkIteratorOptions, type BatchOptions, type IteratorOptions } from '../stream/iterator-options.js'
import type { AsyncRows } from '../stream/row-stream.js'
import type { SyncRows } from '../sync/sync-rows.js'
import { iterateRows, readAll, streamRows, type Statement } from './read.js'

/** The SQL of a queryset. */
export interface CompiledSQL {
  readonly sql: string
  /** In PostgreSQL's text input syntax, or bytes. */
  readonly parameters: readonly unknown[]
}

/**
 * What runs a queryset: everything that reads rows. {@link QuerySet} adds what narrows it.
 *
 * @typeParam M the table's generated types.
 * @typeParam R what one row of the result is.
 */
export abstract class Reading<M extends Model, R> implements AsyncIterable<R> {
  /** @internal */
  protected readonly source: Source
  /** @internal */
  protected readonly state: QueryState
  #rows: Promise<R[]> | undefined

  protected constructor(source: Source, state: QueryState) {
    this.source = source
    this.state = state
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
    if (this.#rows !== undefined && this.state.order.length > 0) return (await this.#rows)[0] ?? null
    return (await this.#read(sliced(orderedByDefault(this.state), 0, 1)))[0] ?? null
  }

  /**
   * The last row, by the primary key when there is no order; null when there is none.
   *
   * @throws {@link UsageError} on a slice, and without an order where there is no primary key.
   */
  async last(): Promise<R | null> {
    return (await this.#read(sliced(lastFirst(this.state), 0, 1)))[0] ?? null
  }

  /**
   * The one row that meets the conditions.
   *
   * @throws {@link DoesNotExist} when there is none, {@link MultipleObjectsReturned} when there are several.
   */
  async get(...conditions: M['filter'][]): Promise<R> {
    const state = conditions.length === 0 ? this.state : filtered(this.state, conditions, 'get')
    const [row, other] = await this.#read(sliced(state, 0, 2))
    if (other !== undefined) throw new MultipleObjectsReturned(tableName(state.table))
    if (row === undefined) throw new DoesNotExist(tableName(state.table))
    return row
  }

  /** How many rows there are: `SELECT count(*)`, or the length of the cache. */
  async count(): Promise<number> {
    if (this.#rows !== undefined) return (await this.#rows).length
    if (this.state.none) return 0
    const compiled = compile((creator) => selectCount(creator, this.state))
    const [count] = await readAll(this.source, { state: this.state, query: compiled, reader: countReader })
    return count as number
  }

  /** Whether there is any row: `SELECT 1 … LIMIT 1`, or by the cache. */
  async exists(): Promise<boolean> {
    if (this.#rows !== undefined) return (await this.#rows).length > 0
    if (this.state.none) return false
    const compiled = compile((creator) => selectExists(creator, this.state))
    const rows = await readAll(this.source, { state: this.state, query: compiled, reader: existenceReader })
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
    return streamRows(this.source, this.#statement(this.state), checkIteratorOptions(options))
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
    return iterateRows(this.source, this.#statement(this.state), checkIteratorOptions(options))
  }

  /** The SQL that the queryset sends, with its parameters. */
  toSQL(): CompiledSQL {
    const { sql, parameters } = compile((creator) => selectRows(creator, this.state))
    return { sql, parameters }
  }

  /** The rows, read once. @internal */
  protected rows(): Promise<R[]> {
    if (this.#rows === undefined) {
      const rows = this.#read(this.state)
      this.#rows = rows
      rows.catch(() => (this.#rows = undefined))
    }
    return this.#rows
  }

  #statement(state: QueryState): Statement {
    const query = compile((creator) => selectRows(creator, state))
    const locks = state.lock !== undefined
    if (state.selection.prefetches.length === 0)
      return { state, query, locks, reader: selectionReader(state) }
    return { state, query, locks, reader: keyedReader(state), prefetch: (rows) => prefetch(state, rows) }
  }

  async #read(state: QueryState): Promise<R[]> {
    if (state.none) return []
    // What one row is follows from the selection, which R follows as well.
    return (await readAll(this.source, this.#statement(state))) as R[]
  }
}
