import { ConnectionError, TimeoutError, UsageError, type TimeoutCode } from '../errors.js'
import { NO_ROWS } from '../rows/row-sink.js'
import { abbreviate } from '../connection/abbreviate.js'
import type { Deadline } from '../connection/deadline.js'
import type { ExchangeResult } from '../pg/exchange.js'
import type { ExchangeLimit } from '../connection/exchange-limit.js'
import { FetchSize } from './fetch-size.js'
import { IdleWatch } from './idle-watch.js'
import type { OpenPortal, PortalConnection } from './portal-connection.js'
import { abortedBy, explainPortalFailure, lostPortal } from './portal-failure.js'
import type { PortalRequest } from './portal-request.js'
import * as protocol from '../pg/protocol.js'

/** How long a fetch that nobody waits for any more may take before it is cancelled on the server. */
const ABANDONED_FETCH_GRACE_MS = 50

const MAX_INT32 = 0x7fffffff

let portals = 0

/**
 * A named portal inside an explicit transaction, read by Execute + Sync: between two fetches the connection is free
 * for other statements. It opens a transaction of its own when the connection is not in one, and ends that one.
 */
export class Portal<C> implements OpenPortal {
  readonly #connection: PortalConnection
  readonly #request: PortalRequest<C>
  readonly #fetchSize: FetchSize
  readonly #name = `sluice_${++portals}`
  readonly #openedAt = Date.now()
  #opened = false
  #ownsTransaction = false
  #rowsRead = 0
  /** The fetch whose rows come next. */
  #ahead: Promise<ExchangeResult> | undefined
  /** It has not been answered yet. */
  #isAheadPending = false
  #complete = false
  #failure: Error | undefined
  #closing: Promise<void> | undefined
  /** How long each fetch may take. */
  readonly limit: ExchangeLimit | undefined
  readonly #idleTimeoutMs: number | undefined
  readonly #idleWatch: IdleWatch | undefined
  readonly #onAbort = () => void this.#abort()

  constructor(connection: PortalConnection, request: PortalRequest<C>) {
    const { limits } = connection.engine
    const { fetchTimeoutMs = limits.fetchTimeoutMs, idleTimeoutMs = limits.idleTimeoutMs } = request
    this.#connection = connection
    this.#request = request
    if (fetchTimeoutMs !== undefined) this.limit = this.#fetchLimit(fetchTimeoutMs)
    this.#idleTimeoutMs = idleTimeoutMs
    if (idleTimeoutMs !== undefined) this.#idleWatch = this.#watch(idleTimeoutMs)
    this.#fetchSize = new FetchSize(request.chunkSize)
    request.signal?.addEventListener('abort', this.#onAbort)
    connection.openPortals.add(this)
    connection.engine.streams.add(this)
  }

  get ownsTransaction(): boolean {
    return this.#ownsTransaction
  }

  get isClosing(): boolean {
    return this.#closing !== undefined
  }

  describe(): string {
    const seconds = ((Date.now() - this.#openedAt) / 1000).toFixed(1)
    return `${abbreviate(this.#request.sql)} (open for ${seconds} s, ${this.#rowsRead} rows read)`
  }

  /**
   * What the next fetch brings, or undefined when there is none; then everything is closed.
   *
   * @throws what the fetch failed with, or the signal's reason; then everything is closed as well.
   */
  async next(): Promise<C | undefined> {
    this.#idleWatch?.stop()
    this.#throwIfEnded()
    if (this.#complete || this.#closing !== undefined) {
      await this.close()
      this.#throwIfEnded()
      return undefined
    }
    const fetch = this.#ahead ?? this.#fetch()
    this.#ahead = undefined
    // The consumer waits already: what it will ask for next is sent behind what it waits for.
    if (this.#isAheadPending && this.#request.readAhead) this.#fetchAhead()
    let result: ExchangeResult
    let chunk: C
    try {
      result = await fetch
      if (!result.complete) this.#refuseLostPortal()
      chunk = this.#request.sink.take()
    } catch (error) {
      this.#failure ??= this.#explain(error as Error)
      await this.close()
      this.#throwIfEnded()
      throw this.#failure
    }
    this.#throwIfEnded()
    this.#rowsRead += result.rows
    this.#fetchSize.brought(result.rows, result.bytes)
    this.#complete = result.complete
    if (result.complete && !this.#request.lingers) void silently(this.close())
    else if (!result.complete && this.#request.readAhead && this.#ahead === undefined) this.#fetchAhead()
    if (this.#closing === undefined) this.#idleWatch?.start()
    return chunk
  }

  /** Closes the portal and ends its own transaction. Bounded: past the time limit the connection is destroyed. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async abandon(reason: Error): Promise<void> {
    this.#failure ??= reason
    if (this.#ownsTransaction) this.#connection.cancel(this)
    await silently(this.close())
    // A consumer that is not told may never come back for the connection, or after somebody else has got it. In the
    // caller's own transaction it is not ours to give.
    if (this.#ownsTransaction && this.#request.onClosed === undefined) {
      await this.#connection.discard(new ConnectionError('The connection was closed with a stream on it.'))
    }
  }

  transactionEnded(): void {
    if (this.#closing !== undefined) return
    this.#opened = false
    // Nobody else can end its own transaction: then it was the statement itself, or a BEGIN that failed with an error.
    if (this.#ownsTransaction) return
    this.#failure ??= new UsageError(
      `The transaction ended while a stream in it was open: ${this.describe()}. ` +
        'Finish or leave the loop before COMMIT or ROLLBACK.',
    )
  }

  #fetch(): Promise<ExchangeResult> {
    return this.#connection.exchange(this, () => this.#fetchMessages(), this.#request.sink, this.limit)
  }

  #fetchAhead(): void {
    const { sink } = this.#request
    const fetch = this.#connection.exchangeEarly(this, () => this.#fetchMessages(), sink, this.limit)
    this.#ahead = fetch
    this.#isAheadPending = true
    const answered = () => {
      if (this.#ahead === fetch) this.#isAheadPending = false
    }
    fetch.then(answered, answered)
  }

  #fetchMessages(): Buffer[] {
    this.#throwIfEnded()
    const { rows } = this.#fetchSize
    if (this.#opened) return [protocol.execute(this.#name, rows), protocol.SYNC]
    const { sql, parameters, formats } = this.#request
    const open = [
      protocol.parse(sql),
      protocol.bind(this.#name, parameters, formats),
      protocol.describe(this.#name),
      protocol.execute(this.#name, rows),
      protocol.SYNC,
    ]
    this.#opened = true
    this.#ownsTransaction = this.#connection.status === 'I'
    return this.#ownsTransaction ? [...this.#begin().map(protocol.statement), ...open] : open
  }

  /** The server's own limit is for a process that hangs, and later than ours, which ends the stream in good order. */
  #begin(): readonly string[] {
    const { begin } = this.#request
    if (this.#idleTimeoutMs === undefined) return begin
    const limit = Math.min(MAX_INT32, this.#idleTimeoutMs + this.#connection.engine.limits.closeTimeoutMs)
    return [...begin, `set local idle_in_transaction_session_timeout = ${limit}`]
  }

  #fetchLimit(ms: number): ExchangeLimit {
    return {
      ms,
      error: () => this.#timeout('FETCH_TIMEOUT', `A fetch took longer than ${ms} ms (fetchTimeoutMs)`),
    }
  }

  #watch(ms: number): IdleWatch {
    const what = `The loop took no row for ${ms} ms (idleTimeoutMs)`
    const connection = this.#connection
    return new IdleWatch(ms, {
      progress: this.#request.progress,
      isBusy: () => connection.isBusy,
      onProgress: () => {
        // Resets the server's own limit, for a loop that is slow but not idle.
        if (this.#ownsTransaction) void silently(connection.exchange(this, () => [protocol.SYNC], NO_ROWS))
      },
      onStall: () => void this.abandon(this.#timeout('IDLE_TIMEOUT', what)),
    })
  }

  #timeout(code: TimeoutCode, what: string): TimeoutError {
    return new TimeoutError(code, `${what}, and the stream was ended: ${this.describe()}.`)
  }

  async #close(): Promise<void> {
    this.#idleWatch?.stop()
    const connection = this.#connection
    let limit: Deadline | undefined
    const startLimit = () =>
      (limit ??= connection.destroyAfterCloseTimeout(() => `closing ${this.describe()}`))
    if (this.#ownsTransaction) startLimit()
    try {
      await this.#settleAhead()
      // Whoever wrote must hear that nothing was committed, also when only leaving.
      const wrote = this.#ownsTransaction && !this.#request.readOnly
      if (wrote && connection.status === 'E') this.#failure ??= abortedBy(connection.transactionFailure)
      if (!this.#opened || (connection.isLost && !wrote)) return
      if (this.#ownsTransaction) await this.#endTransaction()
      else if (connection.status !== 'I') {
        const messages = () => {
          // From its turn on: before that the caller's own queries may take as long as they like.
          startLimit()
          return [protocol.close(this.#name), protocol.SYNC]
        }
        await connection.exchange(this, messages, NO_ROWS)
      }
      if (wrote && this.#request.signal?.aborted !== true && this.#failure !== undefined) throw this.#failure
    } finally {
      limit?.clear()
      this.#request.signal?.removeEventListener('abort', this.#onAbort)
      connection.openPortals.delete(this)
      connection.engine.streams.delete(this)
      this.#request.onClosed?.()
    }
  }

  /** COMMIT after success, also when the loop was left early: a writing statement has run to its end by then. */
  async #endTransaction(): Promise<void> {
    const failed = this.#failure !== undefined || this.#request.signal?.aborted === true
    const end = failed || this.#connection.status === 'E' ? 'rollback' : 'commit'
    try {
      await this.#connection.exchange(this, () => [protocol.statement(end), protocol.SYNC], NO_ROWS)
    } catch (error) {
      if (this.#connection.status !== 'I') this.#connection.destroy(error as Error)
      if (end === 'commit') {
        this.#failure = error as Error
        throw error
      }
    }
  }

  async #settleAhead(): Promise<void> {
    const ahead = this.#ahead
    if (ahead === undefined) return
    this.#ahead = undefined
    // A cancelled fetch aborts its transaction: in the caller's, and where something was written, it may run to its end.
    // A fetch past the end of the rows has nothing to do.
    const timer =
      this.#ownsTransaction && this.#request.readOnly && !this.#complete
        ? setTimeout(() => this.#connection.cancel(this), ABANDONED_FETCH_GRACE_MS)
        : undefined
    try {
      await ahead
    } catch (error) {
      this.#failure ??= this.#explain(error as Error)
    } finally {
      clearTimeout(timer)
    }
  }

  async #abort(): Promise<void> {
    this.#connection.cancel(this)
    await silently(this.close())
  }

  /** Its portal went with its transaction: to open another would bring the same rows again. */
  #refuseLostPortal(): void {
    if (this.#opened || !this.#ownsTransaction) return
    const error = lostPortal()
    this.#connection.destroy(error)
    throw error
  }

  #explain(error: Error): Error {
    return explainPortalFailure(error, this.#connection.transactionFailure)
  }

  #throwIfEnded(): void {
    this.#request.signal?.throwIfAborted()
    if (this.#failure !== undefined) throw this.#failure
  }
}

/** For promises whose failure is kept and thrown where the consumer gets to it. */
async function silently(promise: Promise<unknown>): Promise<void> {
  try {
    await promise
  } catch {
    // Kept by the portal.
  }
}
