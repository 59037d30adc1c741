import type { Socket } from 'node:net'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { PoolClient } from 'pg'
import { ConnectionError, UsageError } from '../errors.js'
import type { Field } from '../rows/field.js'
import { abbreviate } from '../connection/abbreviate.js'
import { sendCancelRequest } from '../pg/cancel-request.js'
import { ClientWatch, type ClientHolder, type TransactionStatus } from '../pg/client-watch.js'
import { isDatabaseError } from '../pg/database-error.js'
import { Deadline } from '../connection/deadline.js'
import type { Engine } from '../connection/engine.js'
import type { ExchangeResult } from '../pg/exchange.js'
import { forgetDropped, watchDropped } from '../connection/dropped.js'
import { droppedStream } from '../connection/dropped-stream.js'
import { prefetchLimit, type ExchangeLimit } from '../connection/exchange-limit.js'
import { ExchangeQueue } from '../connection/exchange-queue.js'
import { freeHandParameter, freeHandResult, runFreeHand } from '../pg/free-hand.js'
import { nextAnswer } from '../pg/next-answer.js'
import { Portal } from '../portal/portal.js'
import type { OpenPortal, PortalConnection } from '../portal/portal-connection.js'
import type { PortalRequest } from '../portal/portal-request.js'
import { beginStatement } from '../portal/begin-statement.js'
import * as protocol from '../pg/protocol.js'
import { refuseAsCommit } from '../connection/refused-commit.js'
import { describedRowReader } from '../rows/described-row-reader.js'
import { DecodedRows, DescribedColumns, type RowSink } from '../rows/row-sink.js'
import { isReading } from './reading-query.js'
import { readRequestOf, type ReadRequest } from './read-request.js'

const KEEP_ALIVE_DELAY_MS = 10_000

/** One connection of the pool, for as long as it lives. Statements on it run one after the other. */
export class SluiceConnection implements DatabaseConnection, PortalConnection, ClientHolder {
  readonly client: PoolClient
  readonly engine: Engine
  readonly openPortals = new Set<OpenPortal>()
  /** Which lease of the engine this connection is out on. */
  lease = 0
  #released = true

  readonly #watch: ClientWatch
  readonly #queue: ExchangeQueue
  #transactionFailure: Error | undefined
  /** How many times the server has said that it is ready. */
  #answers = 0
  #lost: Error | undefined
  #onLost: ((reason: Error) => void) | undefined

  constructor(client: PoolClient, engine: Engine) {
    this.client = client
    this.engine = engine
    const { connection } = client as { connection?: PoolClient['connection'] }
    if (connection === undefined)
      throw new UsageError('sluice needs the JavaScript client of pg, not pg-native.')
    this.#watch = ClientWatch.of(client)
    const socket = connection.stream as Socket
    this.#queue = new ExchangeQueue(client, {
      closeTimeoutMs: engine.limits.closeTimeoutMs,
      lost: () => this.#lost,
      explain: (error) => this.#failed(error),
      destroy: (reason) => this.destroy(reason),
    })
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
  }

  get status(): TransactionStatus {
    return this.#watch.status
  }

  /** Whether the connection is gone; it is then not given back to the pool. */
  get isLost(): boolean {
    return this.#lost !== undefined
  }

  get isBusy(): boolean {
    return this.#queue.isBusy
  }

  /** What aborted the present transaction, while it is in its failed state. */
  get transactionFailure(): Error | undefined {
    return this.#transactionFailure
  }

  /** The pool handed the connection out. */
  leased(): void {
    this.lease = ++this.engine.leases
    this.#released = false
    this.#lost ??= this.#watch.lost
    this.#watch.holder = this
    this.engine.leased.add(this)
  }

  /** Gives the connection back, once per lease; one that is lost or still in a transaction is closed instead. */
  async release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    const reason = new UsageError('The connection was given back while a stream on it was open.')
    await Promise.all([...this.openPortals].map((portal) => portal.abandon(reason)))
    // A query that nobody waited for may leave it in a transaction, in which the next one's writes would be lost.
    if (!this.isLost) await this.#queue.untilIdle()
    this.engine.leased.delete(this)
    this.#watch.holder = undefined
    this.client.release(this.isLost || this.status !== 'I')
  }

  /**
   * Waits for what may have nothing to do with the connection, for as long as that lives.
   *
   * @throws what `work` is rejected with, or what the connection was lost by.
   */
  async whileAlive(work: Promise<void> | undefined): Promise<void> {
    if (work === undefined) return
    try {
      await new Promise<void>((resolve, reject) => {
        this.#onLost = (reason) => reject(this.#failed(reason))
        if (this.#lost !== undefined) this.#onLost(this.#lost)
        Promise.resolve(work).then(resolve, reject)
      })
    } finally {
      this.#onLost = undefined
    }
  }

  async discard(reason: Error): Promise<void> {
    if (!this.#released) this.#lost ??= reason
    await this.release()
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const read = readRequestOf(query)
    if (read?.completes === undefined) this.#refuseDuringStream(query.sql)
    return read === undefined ? this.#executeFreeHand<R>(query) : this.#executeRead<R>(query, read)
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    const read = readRequestOf(query)
    const opened: { portal?: Portal<unknown> } = {}
    const rows = this.#stream<R>(query, chunkSize, read, opened)
    // A queryset's iterator is watched by itself.
    if (read === undefined) watchDropped(rows, droppedStream(opened, query.sql), opened)
    return rows
  }

  async *#stream<R>(
    query: CompiledQuery,
    chunkSize: number,
    read: ReadRequest | undefined,
    opened: { portal?: Portal<unknown> },
  ): AsyncGenerator<QueryResult<R>, void> {
    try {
      this.#refuseDuringStream(query.sql)
      const reader = read?.reader ?? describedRowReader(await this.#describe(query.sql))
      const readOnly = read?.stream?.readOnly ?? isReading(query.query)
      const portal = this.openPortal({
        sql: query.sql,
        parameters: read
          ? (query.parameters as protocol.Parameter[])
          : query.parameters.map(freeHandParameter),
        formats: reader.formats,
        sink: new DecodedRows(reader),
        chunkSize: read?.stream ? read.stream.chunkSize : chunkSize,
        begin: [beginStatement(readOnly, read?.stream?.prefetches ?? false)],
        readOnly,
        lingers: read?.stream?.prefetches ?? false,
        readAhead: true,
        signal: read?.stream?.signal,
        fetchTimeoutMs: read?.stream?.fetchTimeoutMs,
        idleTimeoutMs: read?.stream?.idleTimeoutMs,
        progress: read?.stream?.progress,
        ...(read?.stream && { onClosed: read.stream.onClosed }),
      })
      opened.portal = portal
      for (let rows = await portal.next(); rows !== undefined; rows = await portal.next()) {
        // What the reader makes of the rows is what the query's type says.
        if (rows.length > 0) yield { rows: rows as R[] }
      }
    } finally {
      forgetDropped(opened)
      await opened.portal?.close()
    }
  }

  openPortal<C>(request: PortalRequest<C>): Portal<C> {
    return new Portal(this, request)
  }

  /** The columns that a statement will return, by one round trip: so that their formats can be chosen. */
  async #describe(sql: string): Promise<readonly Field[]> {
    const columns = new DescribedColumns()
    await this.exchange(columns, () => protocol.describeMessages(sql), columns)
    return columns.take()
  }

  exchange(
    owner: object,
    messages: () => Buffer[],
    sink: RowSink<unknown>,
    limit?: ExchangeLimit,
  ): Promise<ExchangeResult> {
    return this.#queue.exchange(owner, messages, sink, limit)
  }

  exchangeEarly(
    owner: object,
    messages: () => Buffer[],
    sink: RowSink<unknown>,
    limit?: ExchangeLimit,
  ): Promise<ExchangeResult> {
    return this.#queue.exchangeEarly(owner, messages, sink, limit)
  }

  cancel(owner: object): void {
    this.#queue.cancel(owner)
  }

  destroyAfterCloseTimeout(what: () => string): Deadline {
    const limit = this.engine.limits.closeTimeoutMs
    return new Deadline(limit, () => {
      this.destroy(
        new ConnectionError(`The connection was destroyed: ${what()} took longer than ${limit} ms.`),
      )
    })
  }

  /** Cuts the connection; everything waiting on it fails with `reason`. */
  destroy(reason: Error): void {
    this.lose(reason)
    this.client.connection.stream.destroy()
  }

  lose(reason: Error): void {
    if (this.#lost !== undefined) return
    this.#lost = reason
    this.#onLost?.(reason)
    // The server notices a lost client only when it next sends a row.
    if (this.#queue.isBusy && !isDatabaseError(reason))
      void sendCancelRequest(this.client, this.engine.limits.closeTimeoutMs)
  }

  async #executeFreeHand<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.#queue.inTurn(() => this.#runFreeHand<R>(query))
    } catch (error) {
      // It was made where the socket was read, which says nothing of who waits.
      Error.captureStackTrace(error as Error)
      throw error
    }
  }

  async #runFreeHand<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const answers = this.#answers
    const failure = this.#transactionFailure
    try {
      const result = await runFreeHand<R>(this.client, sql, parameters)
      if (result.command === 'ROLLBACK' && failure !== undefined) refuseAsCommit(sql, failure)
      return freeHandResult(result)
    } catch (error) {
      // pg reports an error before the ReadyForQuery that tells what became of the transaction.
      if (isDatabaseError(error) && this.#answers === answers && !this.isLost) await nextAnswer(this.client)
      throw this.#failed(error as Error)
    }
  }

  async #executeRead<R>(query: CompiledQuery, { reader, completes }: ReadRequest): Promise<QueryResult<R>> {
    const parameters = query.parameters as protocol.Parameter[]
    const messages = () => protocol.queryMessages(query.sql, parameters, reader.formats)
    const rows = new DecodedRows(reader)
    // What belongs to a stream is cancelled with it.
    const stream = completes && [...this.openPortals].find((portal) => portal.ownsTransaction)
    await this.exchange(stream ?? query, messages, rows, prefetchLimit(completes?.fetchTimeoutMs, query.sql))
    return { rows: rows.take() as R[] }
  }

  #failed(error: Error): Error {
    if (!isDatabaseError(error)) {
      // After pg's query_timeout the server is still at work on a query that nobody listens to.
      if (error.message === 'Query read timeout') this.destroy(error)
      if (this.#lost === undefined || this.#lost instanceof ConnectionError) return this.#lost ?? error
      return new ConnectionError(`The connection to the database was lost: ${this.#lost.message}`, {
        cause: this.#lost,
      })
    }
    // It may be the fetch of a stream, ahead of this query, that aborted the transaction.
    if (error.code === '25P02') error.cause ??= this.#transactionFailure
    else if (this.status === 'E') this.#transactionFailure ??= error
    return error
  }

  ready(status: TransactionStatus): void {
    this.#answers++
    if (status !== 'E') this.#transactionFailure = undefined
    if (status === 'I') for (const portal of this.openPortals) portal.transactionEnded()
  }

  #refuseDuringStream(sql: string): void {
    for (const portal of this.openPortals) {
      if (portal.ownsTransaction) {
        throw new UsageError(
          `This connection is busy with a stream that runs in a transaction of its own: ${portal.describe()}. ` +
            `Refused: ${abbreviate(sql)}. Use another connection, or open a transaction first and use using(trx), ` +
            'where other queries may run inside the loop.',
        )
      }
    }
  }
}
