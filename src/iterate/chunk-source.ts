import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { ConnectionError, UsageError } from '../errors.js'
import type { SluiceConnection } from '../kysely/connection.js'
import { sqlStateOf } from '../pg/database-error.js'
import type { Progress } from '../portal/idle-watch.js'
import type { Source } from '../kysely/handle.js'
import { withReadRequest } from '../kysely/read-request.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import type { RowReader } from '../rows/row-reader.js'
import { runPrefetch, type PrefetchRows } from './run-prefetch.js'
import type { Chunks } from './async-rows.js'

/** What a chunk source reads. */
export interface ChunkRequest {
  readonly query: CompiledQuery
  readonly reader: RowReader
  readonly chunkSize: number | undefined
  readonly readOnly: boolean
  readonly fetchTimeoutMs: number | undefined
  readonly idleTimeoutMs: number | undefined
  readonly progress: Progress
  readonly signal: AbortSignal | undefined
  /** Reads what belongs to the rows of a chunk, on the stream's own connection. */
  readonly prefetch: PrefetchRows | undefined
}

/**
 * The chunks of one query. Outside a transaction it holds a connection from the first chunk until it is closed; inside
 * one it takes the transaction's connection for each chunk and lets others have it in between.
 */
export class ChunkSource implements Chunks<unknown> {
  readonly #source: Source
  readonly #request: ChunkRequest
  /** Ends the portal from outside: by the caller's signal, or by leaving while a fetch is under way. */
  readonly #leaving = new AbortController()
  #chunks: AsyncIterator<QueryResult<unknown>> | undefined
  #connection: DatabaseConnection | undefined
  #shared = false
  #holding: Promise<unknown> | undefined
  #fetching = false
  #prefetching: Promise<unknown> | undefined
  #isClosed = false
  #letGo!: () => void
  readonly #closed = new Promise<void>((resolve) => {
    this.#letGo = () => {
      this.#isClosed = true
      resolve()
    }
  })
  readonly #onAbort = () => this.#leaving.abort(this.#request.signal?.reason)

  constructor(source: Source, request: ChunkRequest) {
    this.#source = source
    this.#request = request
    request.signal?.addEventListener('abort', this.#onAbort)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  async next(): Promise<readonly unknown[] | undefined> {
    this.#fetching = true
    try {
      this.#request.signal?.throwIfAborted()
      const result = await (this.#chunks === undefined ? this.#open() : this.#fetch(this.#chunks))
      if (result.done !== true) return await this.#prefetched(result.value.rows)
      await this.#release()
      return undefined
    } catch (error) {
      await this.#release()
      throw error
    } finally {
      this.#fetching = false
    }
  }

  /**
   * Also while a fetch is under way, which is then cancelled.
   *
   * @throws when a writing stream could not commit.
   */
  async close(): Promise<void> {
    // In the caller's transaction a cancelled fetch would abort the transaction: there it may run to its end.
    if (this.#fetching && !this.#shared)
      this.#leaving.abort(new DOMException('The loop was left.', 'AbortError'))
    try {
      await this.#chunks?.return?.()
    } catch (error) {
      // A loop that only read has nothing to lose: whatever closing met, its connection is free or destroyed.
      if (!this.#request.readOnly) throw error
    } finally {
      await this.#release()
    }
  }

  async #release(): Promise<void> {
    this.#request.signal?.removeEventListener('abort', this.#onAbort)
    this.#letGo()
    // Left while still waiting for a connection: it goes straight back when it comes.
    if (this.#chunks === undefined) return
    try {
      await this.#holding
    } catch {
      // Reported by the chunk that met it.
    }
  }

  async #fetch(chunks: AsyncIterator<QueryResult<unknown>>): Promise<IteratorResult<QueryResult<unknown>>> {
    if (!this.#shared) return chunks.next()
    let isGiven = false
    try {
      return await this.#source.executor.provideConnection(() => {
        isGiven = true
        return chunks.next()
      })
    } catch (error) {
      if (isGiven) throw error
      // Kysely gives out no connection of a transaction that has ended.
      throw new UsageError(
        `The transaction ended while a stream in it was open: ${(error as Error).message}. Finish or leave the loop ` +
          'before COMMIT or ROLLBACK.',
        { cause: error },
      )
    }
  }

  async #prefetched(rows: readonly unknown[]): Promise<readonly unknown[]> {
    const { prefetch } = this.#request
    const connection = this.#connection
    if (prefetch === undefined || connection === undefined) return rows
    const { executor, engine } = this.#source
    const prefetching = runPrefetch(
      prefetch,
      rows as KeyedRow[],
      async (query) => {
        this.#throwIfLeft()
        return this.#shared ? executor.provideConnection((pinned) => query(pinned)) : query(connection)
      },
      this.#request.fetchTimeoutMs ?? engine.limits.fetchTimeoutMs,
    )
    this.#prefetching = prefetching
    try {
      return await prefetching
    } catch (error) {
      // In a transaction of its own only the fetch ahead can have aborted that, and throws what it met.
      if (!this.#shared && sqlStateOf(error) === '25P02') await this.#chunks?.next()
      throw error
    }
  }

  /** Whoever left while a relation was read needs no other, and the connection may be somebody else's by then. */
  #throwIfLeft(): void {
    this.#leaving.signal.throwIfAborted()
    if (this.#isClosed) throw new ConnectionError('The stream was closed while it was prefetching.')
  }

  /** Takes a connection and fetches the first chunk; keeps the connection when it was taken for us alone. */
  #open(): Promise<IteratorResult<QueryResult<unknown>>> {
    const { executor, engine } = this.#source
    const leases = engine.leases
    const { signal } = this.#leaving
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason as Error)
      signal.addEventListener('abort', abort)
      this.#holding = executor
        .provideConnection(async (connection) => {
          signal.removeEventListener('abort', abort)
          signal.throwIfAborted()
          this.#shared = (connection as SluiceConnection).lease <= leases
          const first = this.#start(connection).next()
          first.then(resolve, reject)
          if (this.#shared) await first
          else await this.#closed.then(() => this.#prefetching).catch(() => {})
        })
        .catch(reject)
    })
  }

  #start(connection: DatabaseConnection): AsyncIterator<QueryResult<unknown>> {
    const { query, reader, prefetch, ...request } = this.#request
    this.#connection = connection
    const planned = withReadRequest(query, {
      reader,
      stream: {
        ...request,
        prefetches: prefetch !== undefined,
        signal: this.#leaving.signal,
        onClosed: this.#letGo,
      },
    })
    // The request says how large a chunk is; the parameter is for statements without one.
    return (this.#chunks = connection.streamQuery<unknown>(planned, request.chunkSize ?? 0))
  }
}
