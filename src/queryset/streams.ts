import { inspect, type InspectOptions } from 'node:util'
import type { Binding } from '../kysely/handle.js'
import type { AsyncRows } from '../iterate/async-rows.js'
import type { SyncRows } from '../iterate/sync-rows.js'
import type { QueryState } from '../query/state.js'
import type { BatchOptions, IteratorOptions } from '../request.js'
import { CallSite } from './calls/call-site.js'
import type { CompiledSQL } from './types/field-types.js'
import { iterateRows, streamRows } from './read.js'
import { statementOf } from './run.js'
import { shownQuery, type ShownQuery } from './shown-query.js'

/** A queryset as it is, shown or streamed. */
export abstract class Streams<R> {
  readonly #binding: Binding
  #state: QueryState | (() => QueryState)

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

  /** @internal */
  protected set state(state: QueryState) {
    this.#state = state
  }

  /** What JSON and a log show of it: the table, the SQL and the number of its parameters, never what these are. */
  toJSON(): ShownQuery {
    return shownQuery(this.state)
  }

  /** The same for `console.log` and `util.inspect`. @internal */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `${this.constructor.name} ${inspect(this.toJSON(), options)}`
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
    return streamRows(this.binding, statementOf(this.state), options, site)
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
    return iterateRows(this.binding, this.state, options, statementOf)
  }

  /** The SQL that the queryset sends, with its parameters. */
  toSQL(): CompiledSQL {
    const { sql, parameters } = statementOf(this.state).query
    return { sql, parameters }
  }
}
