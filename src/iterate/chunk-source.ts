import type { CompiledQuery, DatabaseConnection } from 'kysely'
import { breathe, isBreathDue } from '../breath.js'
import { asError, ConnectionError, UsageError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import { withReadRequest } from '../kysely/read-request.js'
import { onAbort } from '../shared-signal.js'
import { withConnection } from '../kysely/with-connection.js'
import { sqlStateOf } from '../pg/database-error.js'
import type { IterationRequest } from '../request.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import { RowChunk } from '../rows/row-chunk.js'
import type { RowReader } from '../rows/row-reader.js'
import type { Trace } from '../trace/trace.js'
import type { Chunks } from './async-rows.js'
import { Parents, type Siblings } from './parents.js'
import { runPrefetch, type PrefetchRows, type WithConnection } from './run-prefetch.js'

/** What a chunk source reads. */
export interface ChunkRequest {
  readonly query: CompiledQuery
  readonly reader: RowReader
  readonly request: IterationRequest
  readonly signal: AbortSignal | undefined
  /** Reads what belongs to the rows of a chunk, on the stream's own connection. */
  readonly prefetch: PrefetchRows | undefined
  readonly trace: Trace | undefined
}

/** A connection with a stream on it. */
interface Held {
  readonly is: 'held'
  readonly connection: DatabaseConnection
  readonly chunks: AsyncIterator<RowChunk<unknown>>
  /** It is a transaction's, or the only one, which others have between two chunks; else it is kept until the stream is closed. */
  readonly isShared: boolean
}

/** How far a source is: it asks for a connection with its first chunk, and has it until it lets go. */
type Lease = { readonly is: 'none' } | Held

/**
 * The chunks of one query. Outside a transaction it holds a connection from the first chunk until it is closed; inside
 * one it takes the transaction's connection for each chunk and lets others have it in between.
 */
export class ChunkSource implements Chunks<unknown> {
  readonly #binding: Binding
  readonly #request: ChunkRequest
  /** Ends the portal from outside: by the caller's signal, or by leaving while a fetch is under way. */
  readonly #leaving = new AbortController()
  #lease: Lease = { is: 'none' }
  /** Until the connection is given back. */
  #holding: Promise<unknown> | undefined
  /** Rows that wait for what belongs to them. */
  readonly #parents: Parents
  #isFetching = false
  #steps = 0
  #ahead: Promise<RowChunk<unknown> | undefined> | undefined
  #prefetching: Promise<unknown> | undefined
  #isClosed = false
  #letGo!: () => void
  readonly #closed = new Promise<void>((resolve) => {
    this.#letGo = () => {
      this.#isClosed = true
      resolve()
    }
  })
  #stopListening: (() => void) | undefined
  readonly #onAbort = () => this.#leaving.abort(this.#request.signal?.reason)

  constructor(binding: Binding, request: ChunkRequest) {
    this.#binding = binding
    this.#request = request
    this.#parents = new Parents(request.request)
    if (request.signal) this.#stopListening = onAbort(request.signal, this.#onAbort)
  }

  /** Whether it has, or had, a connection that is its own. */
  get hadItsOwn(): boolean {
    return this.#lease.is === 'held' && !this.#lease.isShared
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  async next(): Promise<RowChunk<unknown> | undefined> {
    const step = this.#ahead ?? this.#step()
    this.#ahead = undefined
    const rows = await step
    if (rows !== undefined && this.#mayGoAhead()) {
      this.#ahead = this.#step(true)
      // Whoever comes for it gets what it met.
      this.#ahead.catch(() => {})
    }
    return rows
  }

  /**
   * Whether what belongs to the next rows is read while the loop works on these: by a loop that has come back for more. In
   * the caller's transaction nothing runs beside the loop but fetches, and where something is written, leaving must not
   * break it off.
   */
  #mayGoAhead(): boolean {
    const { prefetch, request } = this.#request
    if (prefetch === undefined || this.#steps < 2 || request.options.readOnly === false) return false
    return this.#lease.is === 'held' && !this.#lease.isShared && this.#parents.leaveRoom
  }

  /** The next rows, with what belongs to them. */
  async #step(isAhead = false): Promise<RowChunk<unknown> | undefined> {
    this.#steps++
    this.#isFetching = true
    try {
      const { signal } = this.#request
      if (signal?.aborted === true) throw signal.reason
      if (this.#parents.isEmpty) {
        const result = await (this.#lease.is === 'none' ? this.#open() : this.#fetch(this.#lease))
        if (result.done === true) {
          await this.#release()
          return undefined
        }
        const chunk = result.value
        if (this.#request.prefetch === undefined) return chunk
        // The reader of what is prefetched for gives rows with their keys.
        this.#parents.add(await rowsOf(chunk as RowChunk<KeyedRow>))
      }
      return RowChunk.of(await this.#prefetched(isAhead))
    } catch (error) {
      await this.#release()
      throw error
    } finally {
      this.#isFetching = false
    }
  }

  /**
   * Also while a fetch is under way, which is then cancelled.
   *
   * @throws when a writing stream could not commit.
   */
  async close(): Promise<void> {
    const lease = this.#lease
    // In the caller's transaction a cancelled fetch would abort the transaction: there it may run to its end.
    if (this.#isFetching && !(lease.is === 'held' && lease.isShared))
      this.#leaving.abort(new DOMException('The loop was left.', 'AbortError'))
    try {
      if (lease.is === 'held') await lease.chunks.return?.()
    } catch (error) {
      // A loop that only read has nothing to lose: whatever closing met, its connection is free or destroyed.
      if (this.#request.request.options.readOnly === false) throw error
    } finally {
      await this.#release()
    }
  }

  async #release(): Promise<void> {
    this.#stopListening?.()
    this.#letGo()
    // Left while still waiting for a connection: it goes straight back when it comes.
    if (this.#lease.is === 'none') return
    try {
      await this.#holding
    } catch {
      // Reported by the chunk that met it.
    }
  }

  async #fetch({ chunks, isShared }: Held): Promise<IteratorResult<RowChunk<unknown>>> {
    if (!isShared) return chunks.next()
    let isGiven = false
    try {
      return await this.#binding.executor.provideConnection(() => {
        isGiven = true
        return chunks.next()
      })
    } catch (error) {
      if (isGiven) throw error
      // Kysely gives out no connection of a transaction that has ended, and says so by an error.
      throw new UsageError(
        `The transaction ended while a stream in it was open: ${asError(error).message}. Finish or leave the loop ` +
          'before COMMIT or ROLLBACK.',
        { cause: error },
      )
    }
  }

  async #prefetched(isAhead: boolean): Promise<unknown[]> {
    for (;;) {
      const siblings = this.#parents.next(isAhead)
      await this.#prefetch(siblings)
      const rows = this.#parents.completed(siblings)
      if (rows !== undefined) return rows
    }
  }

  async #prefetch({ rows, budget }: Siblings): Promise<void> {
    const { prefetch, request } = this.#request
    const lease = this.#lease
    if (prefetch === undefined || lease.is === 'none') return
    const { executor, engine } = this.#binding
    const withConnection: WithConnection = async (related) => {
      this.#throwIfLeft()
      return lease.isShared ? executor.provideConnection(related) : related(lease.connection)
    }
    const { fetchTimeoutMs = engine.limits.fetchTimeoutMs } = request.options
    const prefetching = runPrefetch(prefetch(rows, budget), {
      ...{ engine, budget, withConnection, fetchTimeoutMs },
      group: request,
    })
    this.#prefetching = prefetching
    try {
      await prefetching
    } catch (error) {
      // In a transaction of its own only the fetch ahead can have aborted that, and throws what it met.
      if (!lease.isShared && sqlStateOf(error) === '25P02') await lease.chunks.next()
      throw error
    }
  }

  /** Whoever left while a relation was read needs no other, and the connection may be somebody else's by then. */
  #throwIfLeft(): void {
    this.#leaving.signal.throwIfAborted()
    if (this.#isClosed) throw new ConnectionError('The stream was closed while it was prefetching.')
  }

  /** Takes a connection and fetches the first chunk; keeps the connection when it was taken for us alone. */
  #open(): Promise<IteratorResult<RowChunk<unknown>>> {
    const { signal } = this.#leaving
    return new Promise((resolve, reject) => {
      // A signal's reason is what the loop gets, whatever it is.
      const abort = () => reject(signal.reason as Error)
      signal.addEventListener('abort', abort)
      this.#holding = withConnection(
        this.#binding,
        async (connection, isPinned) => {
          signal.removeEventListener('abort', abort)
          signal.throwIfAborted()
          const isShared = isPinned || connection.connection.isSole
          const lease = this.#start(connection, isShared)
          const first = lease.chunks.next()
          first.then(resolve, reject)
          if (isShared) await first
          else await this.#closed.then(() => this.#prefetching).catch(() => {})
        },
        this.#request.trace,
      ).catch(reject)
    })
  }

  #start(connection: DatabaseConnection, isShared: boolean): Held {
    const { query, reader, request } = this.#request
    const stream = { request, signal: this.#leaving.signal, onClosed: this.#letGo }
    // How large a chunk is, the request says; the parameter is for statements without one.
    const results = connection.streamQuery<unknown>(withReadRequest(query, { reader, stream }), 0)
    // Kysely passes on what our connection gives, whose type it does not know.
    const chunks = results as unknown as AsyncIterator<RowChunk<unknown>>
    return (this.#lease = { is: 'held', connection, chunks, isShared })
  }
}

/** All rows of a chunk at once. */
async function rowsOf<R>(chunk: RowChunk<R>): Promise<R[]> {
  const all: R[] = []
  for (const rows of chunk) {
    for (const row of rows) all.push(row)
    if (isBreathDue()) await breathe()
  }
  return all
}
