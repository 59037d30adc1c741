import type { Connection, OpenPortal } from '../connection/connection.js'
import type { RoundTripLimit } from '../connection/pipeline.js'
import type { Deadline } from '../connection/deadline.js'
import { abbreviate } from '../connection/abbreviate.js'
import { asError, ConnectionError, UsageError } from '../errors.js'
import type { RoundTripResult } from '../pg/round-trip.js'
import * as protocol from '../pg/protocol.js'
import { refuseSettings, type IterationRequest } from '../request.js'
import { NO_ROWS, type RowSink } from '../rows/row-sink.js'
import { clearTimeout, now, setTimeout } from '../real-timers.js'
import { beginMessages, learnIsolation } from './begin.js'
import { abortedBy, explainPortalFailure, fetchLimit, idleTimeout, lostPortal } from './failure.js'
import { Fetches } from './fetches.js'
import { IdleWatch } from './idle-watch.js'
import { Intake } from './intake.js'
import { openedOf, phaseAfter, type Phase, type PortalEvent } from './phase.js'
import { silently } from './silently.js'

/** How long a fetch that nobody waits for any more may take before it is cancelled on the server. */
const ABANDONED_FETCH_GRACE_MS = 50

/** Both ends of a portal, beside what it reads. */
export interface PortalEnds<C> {
  /** Where the rows go as they come in, and who hands them out a fetch at a time. */
  readonly sink: RowSink<C>
  readonly signal?: AbortSignal | undefined
  /** Called once when the portal is closed, whoever closed it. */
  readonly onClosed?: (() => void) | undefined
}

let portals = 0

/**
 * A named portal inside an explicit transaction, read by Execute + Sync: between two fetches the connection is free
 * for other statements. It opens a transaction of its own when the connection is not in one, and ends that one.
 */
export class Portal<C> implements OpenPortal {
  readonly request: IterationRequest
  /** How long each fetch may take. */
  readonly limit: RoundTripLimit | undefined
  readonly #connection: Connection
  readonly #ends: PortalEnds<C>
  readonly #readOnly: boolean
  readonly #intake: Intake<C>
  readonly #fetches: Fetches
  readonly #idleWatch: IdleWatch | undefined
  readonly #name = `sluice_${++portals}`
  readonly #openedAt = now()
  #phase: Phase = { is: 'new' }
  #rowsRead = 0
  #asking: Promise<void> | undefined
  /** What the consumer gets at its next step. */
  #failure: Error | undefined
  readonly #onAbort = () => void this.#abort()

  constructor(connection: Connection, request: IterationRequest, ends: PortalEnds<C>) {
    const { limits } = connection.engine
    const { options, maxBytes, prefetches } = request
    const { fetchTimeoutMs = limits.fetchTimeoutMs, idleTimeoutMs = limits.idleTimeoutMs } = options
    this.#connection = connection
    this.request = request
    this.#ends = ends
    this.#readOnly = options.readOnly ?? true
    const intake = new Intake(ends.sink, connection, { maxBytes, isWhole: prefetches })
    this.#intake = intake
    this.#fetches = new Fetches(request, intake, (early) => this.#fetch(early))
    if (fetchTimeoutMs !== undefined) this.limit = fetchLimit(fetchTimeoutMs, this, () => intake.isHeld)
    if (idleTimeoutMs !== undefined) this.#idleWatch = this.#watch(idleTimeoutMs)
    ends.signal?.addEventListener('abort', this.#onAbort)
    connection.openPortals.add(this)
    connection.engine.streams.add(this)
  }

  get ownsTransaction(): boolean {
    return openedOf(this.#phase)?.ownsTransaction ?? false
  }

  get isClosing(): boolean {
    return this.#phase.is === 'closing'
  }

  describe(): string {
    const seconds = ((now() - this.#openedAt) / 1000).toFixed(1)
    return `${abbreviate(this.request.sql)} (open for ${seconds} s, ${this.#rowsRead} rows read)`
  }

  /**
   * What the next fetch brings, or a part of it, or undefined when there is none; then everything is closed.
   *
   * @throws what the fetch failed with, or the signal's reason; then everything is closed as well.
   */
  async next(): Promise<C | undefined> {
    this.#idleWatch?.stop()
    this.#throwIfEnded()
    const intake = this.#intake
    intake.returned()
    this.#fetches.asked()
    if (this.#hasGivenAll()) {
      await this.close()
      this.#throwIfEnded()
      return undefined
    }
    let result: RoundTripResult | undefined
    let chunk: C
    try {
      if (this.#phase.is === 'new' && this.request.prefetches) {
        await (this.#asking = learnIsolation(this.#connection, this, this.limit))
        this.#asking = undefined
        if (this.#hasGivenAll()) return await this.next()
      }
      const fetch = this.#fetches.current()
      while (!fetch.isAnswered && !intake.hasArrived) await intake.untilArrival()
      this.#rowsRead += intake.rows
      if (!intake.hasPart) result = await fetch.result
      if (result?.complete === false) this.#refuseLostPortal()
      chunk = intake.take()
    } catch (error) {
      this.#failure ??= this.#explain(asError(error))
      await this.close()
      this.#throwIfEnded()
      throw this.#failure
    }
    this.#throwIfEnded()
    if (result !== undefined) this.#answered(result)
    if (!this.isClosing) this.#idleWatch?.start()
    this.#fetches.handedOut()
    return chunk
  }

  /** Closes the portal and ends its own transaction. Bounded: past the time limit the connection is destroyed. */
  close(): Promise<void> {
    if (this.#phase.is === 'closing') return this.#phase.closed
    const closed = this.#close()
    this.#to({ type: 'closing', closed })
    return closed
  }

  async abandon(reason: Error): Promise<void> {
    this.#failure ??= reason
    if (this.ownsTransaction || this.#asking !== undefined) this.#connection.cancel(this)
    await silently(this.close())
    // A consumer that is not told may never come back for the connection, or after somebody else has got it. In the
    // caller's own transaction it is not ours to give.
    if (this.ownsTransaction && this.#ends.onClosed === undefined) {
      await this.#connection.discard(new ConnectionError('The connection was closed with a stream on it.'))
    }
  }

  transactionEnded(): void {
    if (this.#phase.is !== 'open' && this.#phase.is !== 'exhausted') return
    this.#to({ type: 'transaction ended' })
    // Nobody else can end its own transaction: then it was the statement itself, or a BEGIN that failed with an error.
    if (this.ownsTransaction) return
    this.#failure ??= new UsageError(
      `The transaction ended while a stream in it was open: ${this.describe()}. ` +
        'Finish or leave the loop before COMMIT or ROLLBACK.',
    )
  }

  /** What it has brought cannot be read: nothing that it wrote is to stay. */
  failed(error: unknown): void {
    this.#failure ??= asError(error)
  }

  makeWay(): void {
    this.#intake.makeWay()
  }

  /** All rows of a fetch were taken. */
  #answered(result: RoundTripResult): void {
    this.#fetches.done(result)
    if (!result.complete) return this.#fetches.sendAhead()
    this.#to({ type: 'exhausted' })
    // What was written stays once all rows could be read, and they are read as they are handed out.
    if (!this.request.prefetches && (this.#readOnly || !this.ownsTransaction)) void silently(this.close())
  }

  /** One that is gone may still have a fetch that was answered before. */
  #hasGivenAll(): boolean {
    const { is } = this.#phase
    return is === 'exhausted' || is === 'closing' || (is === 'gone' && this.#fetches.isEmpty)
  }

  #to(event: PortalEvent): void {
    this.#phase = phaseAfter(this.#phase, event)
  }

  #fetch(early: boolean): Promise<RoundTripResult> {
    const { sql, parameters } = this.request
    return this.#connection.roundTrip({
      ...{ owner: this, sql, parameters, sink: this.#intake, limit: this.limit, early },
      messages: () => this.#fetchMessages(),
    })
  }

  #fetchMessages(): Buffer[] {
    this.#throwIfEnded()
    this.#intake.fetching()
    const { rows } = this.#fetches
    if (openedOf(this.#phase) !== undefined) return [protocol.execute(this.#name, rows), protocol.SYNC]
    const { sql, parameters, formats } = this.request
    const open = [
      protocol.parse(sql),
      protocol.bind(this.#name, parameters, formats),
      protocol.describe(this.#name),
      protocol.execute(this.#name, rows),
      protocol.SYNC,
    ]
    const ownsTransaction = this.#connection.status === 'I'
    if (!ownsTransaction) refuseSettings(this.request.options)
    this.#to({ type: 'opened', ownsTransaction })
    return ownsTransaction ? [...beginMessages(this.request, this.#connection), ...open] : open
  }

  #watch(ms: number): IdleWatch {
    const connection = this.#connection
    return new IdleWatch(ms, {
      delivered: this.request.delivered,
      isBusy: () => connection.isBusy && !this.#intake.isHeld,
      onProgress: () => {
        // Resets the server's own limit, for a loop that is slow but not idle.
        if (this.ownsTransaction && !connection.isBusy) void silently(this.#send('', [protocol.SYNC]))
      },
      onStall: () => void this.abandon(idleTimeout(ms, this)),
    })
  }

  /** Sends messages of the stream that bring no rows. */
  #send(sql: string, messages: Buffer[], onTurn = () => {}): Promise<RoundTripResult> {
    const made = () => {
      onTurn()
      return messages
    }
    return this.#connection.roundTrip({ owner: this, sql, messages: made, sink: NO_ROWS })
  }

  async #close(): Promise<void> {
    this.#idleWatch?.stop()
    this.#intake.drain()
    const connection = this.#connection
    const { signal, onClosed } = this.#ends
    let limit: Deadline | undefined
    const startLimit = () =>
      void (limit ??= connection.destroyAfterCloseTimeout(() => `closing ${this.describe()}`))
    if (this.ownsTransaction || this.#asking !== undefined) startLimit()
    try {
      await this.#asking?.catch(() => {})
      await this.#settleFetches()
      // Whoever wrote must hear that nothing was committed, also when only leaving.
      const wrote = this.ownsTransaction && !this.#readOnly
      if (wrote && connection.status === 'E') this.#failure ??= abortedBy(connection.transactionFailure)
      const opened = openedOf(this.#phase)
      if (opened === undefined || opened.is === 'gone' || (connection.isLost && !wrote)) return
      if (opened.ownsTransaction) await this.#endTransaction()
      else if (connection.status !== 'I') {
        // Limited from its turn on: before that the caller's own queries may take as long as they like.
        await this.#send(`close ${this.#name}`, [protocol.close(this.#name), protocol.SYNC], startLimit)
      }
      if (wrote && signal?.aborted !== true && this.#failure !== undefined) throw this.#failure
    } finally {
      limit?.clear()
      signal?.removeEventListener('abort', this.#onAbort)
      connection.openPortals.delete(this)
      connection.engine.streams.delete(this)
      onClosed?.()
    }
  }

  /** COMMIT after success, also when the loop was left early: a writing statement has run to its end by then. */
  async #endTransaction(): Promise<void> {
    const failed = this.#failure !== undefined || this.#ends.signal?.aborted === true
    const end = failed || this.#connection.status === 'E' ? 'rollback' : 'commit'
    try {
      await this.#send(end, [protocol.statement(end), protocol.SYNC])
    } catch (error) {
      const failure = asError(error)
      if (this.#connection.status !== 'I') this.#connection.destroy(failure)
      if (end === 'commit') {
        this.#failure = failure
        throw failure
      }
    }
  }

  async #settleFetches(): Promise<void> {
    const fetches = this.#fetches.giveUp()
    if (fetches.length === 0) return
    // A cancelled fetch aborts its transaction: in the caller's, and where something was written, it may run to its end.
    // A fetch past the end of the rows has nothing to do.
    const isPastEnd = openedOf(this.#phase)?.is === 'exhausted'
    const timer =
      this.ownsTransaction && this.#readOnly && !isPastEnd
        ? setTimeout(() => this.#connection.cancel(this), ABANDONED_FETCH_GRACE_MS)
        : undefined
    try {
      for (const { result } of fetches) await result
    } catch (error) {
      this.#failure ??= this.#explain(asError(error))
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
    const opened = openedOf(this.#phase)
    if (opened?.is !== 'gone' || !opened.ownsTransaction) return
    const error = lostPortal()
    this.#connection.destroy(error)
    throw error
  }

  #explain(error: Error): Error {
    return explainPortalFailure(error, this.#connection.transactionFailure)
  }

  #throwIfEnded(): void {
    this.#ends.signal?.throwIfAborted()
    if (this.#failure !== undefined) throw this.#failure
  }
}
