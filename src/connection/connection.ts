import type { DatabaseError, PoolClient } from 'pg'
import { ConnectionError, UsageError } from '../errors.js'
import { sendCancelRequest } from '../pg/cancel-request.js'
import { isDatabaseError, withoutValues } from '../pg/database-error.js'
import type { RoundTripResult } from '../pg/round-trip.js'
import { Session, type SessionHolder, type TransactionStatus } from '../pg/session.js'
import { abbreviate } from './abbreviate.js'
import { Deadline } from './deadline.js'
import type { Engine, OpenStream } from './engine.js'
import { Pipeline, type Sending } from './pipeline.js'
import { noteServer } from './lost/at-server.js'
import { lostBy, unsent } from './lost/lost-by.js'
import { learnProcess } from './prepared/learn-process.js'
import { refuseEncoding, setUpText } from './session-text.js'

const KEEP_ALIVE_DELAY_MS = 10_000
const CANCEL_AGAIN_MS = 250

/** A portal, as its connection sees it. */
export interface OpenPortal extends OpenStream {
  /** What it was opened for. */
  readonly request: object
  readonly ownsTransaction: boolean
  /** The connection's transaction ended under the portal, which ended with it. */
  transactionEnded(): void
  /** Others have something to send: they do not wait for the loop to take what a fetch brings. */
  makeWay(): void
}

/** One connection of the pool, for as long as it lives. Statements on it run one after the other. */
export class Connection implements SessionHolder {
  readonly #engine: Engine
  readonly #session: Session
  readonly openPortals = new Set<OpenPortal>()
  /** The innermost `withSettings()` under way in its transaction: statements of others would run by its settings. */
  settingsScope: object | undefined
  /** What Kysely's executor waits for, if it does: that may be asked to be cancelled. */
  inFlight: object | undefined
  /** Which lease of the engine this connection is out on. */
  lease = 0
  readonly #pipeline: Pipeline
  readonly #client: PoolClient
  #released = true
  /** Nothing was sent on this lease yet. */
  #isFresh = false
  #transactionFailure: Error | undefined
  /** The statement that did. */
  #failedSql: string | undefined
  /** What the server had answered when the connection was given back: if it is more by now, others had it. */
  #answersAtRelease = 0
  #lost: Error | undefined
  #onLost: ((reason: Error) => void) | undefined

  /** @throws {@link UsageError} for a client that is not pg's own JavaScript client. */
  constructor(client: PoolClient, engine: Engine) {
    if (!('connection' in client)) {
      throw new UsageError('sluice needs the JavaScript client of pg, not pg-native.')
    }
    this.#client = client
    this.#engine = engine
    this.#session = Session.of(client)
    this.#pipeline = new Pipeline(this.session, {
      closeTimeoutMs: engine.limits.closeTimeoutMs,
      lost: () => this.#lost,
      explain: (error, wasSent, sql) => this.explain(error, wasSent, sql),
      destroy: (reason) => this.destroy(reason),
      setUp: (send) => setUpText(this.session, engine.limits.closeTimeoutMs, send),
      checkSending: () => this.checkSending(),
      checkRows: () => this.checkRows(),
    })
    // Installed now, so that what cannot be read is refused before anything is sent.
    void this.session.tap
    this.session.socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS)
  }

  get engine(): Engine {
    return this.#engine
  }

  get session(): Session {
    return this.#session
  }

  get status(): TransactionStatus {
    return this.session.status
  }

  /** Whether the connection is gone; it is then not given back to the pool. */
  get isLost(): boolean {
    return this.#lost !== undefined
  }

  get isBusy(): boolean {
    return this.#pipeline.isBusy
  }

  /** What aborted the present transaction, while it is in its failed state. */
  get transactionFailure(): Error | undefined {
    return this.#transactionFailure
  }

  /** How many times the server has said that it is ready: tells whether an error's own word on that has come. */
  get answers(): number {
    return this.session.answers
  }

  /** The pool handed the connection out. */
  leased(): void {
    this.lease = ++this.engine.leases
    this.settingsScope = undefined
    this.#released = false
    this.#isFresh = true
    this.#lost ??= this.session.lost
    this.session.holder = this
    if (this.answers !== this.#answersAtRelease) this.session.defaultIsolation = undefined
    this.engine.leased.add(this)
    this.engine.silence.start()
  }

  /** Gives the connection back, once per lease; one that is lost or still in a transaction is closed instead. */
  async release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    if (this.openPortals.size > 0) await this.#abandonPortals()
    // A query that nobody waited for may leave it in a transaction, in which the next one's writes would be lost.
    if (!this.isLost && this.isBusy) await this.#pipeline.untilIdle()
    if (this.session.prepared.isInDoubt && !this.isLost && this.status === 'I') await this.#learnProcess()
    this.engine.leased.delete(this)
    this.session.holder = undefined
    this.#answersAtRelease = this.answers
    this.#client.release(this.isLost || this.status !== 'I')
  }

  #learnProcess(): Promise<void> {
    const { closeTimeoutMs } = this.engine.limits
    return learnProcess(this.session, closeTimeoutMs, (sending) => this.#pipeline.roundTrip(sending))
  }

  async #abandonPortals(): Promise<void> {
    const reason = new UsageError('The connection was given back while a stream on it was open.')
    await Promise.all([...this.openPortals].map((portal) => portal.abandon(reason)))
  }

  /** Closes the connection for good, and makes room in the pool. */
  async discard(reason: Error): Promise<void> {
    if (!this.#released) this.#lost ??= reason
    await this.release()
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
        this.#onLost = (reason) => reject(this.explain(reason))
        if (this.#lost !== undefined) this.#onLost(this.#lost)
        Promise.resolve(work).then(resolve, reject)
      })
    } finally {
      this.#onLost = undefined
    }
  }

  /** Sends messages that end in a Sync, when everything sent before is answered, and waits for the answer. */
  roundTrip(sending: Sending): Promise<RoundTripResult> {
    this.#makeWay(sending.owner)
    return this.#pipeline.roundTrip(sending)
  }

  /** Runs a query of pg's own client in turn with the round trips; `run` is given what to call when it is to be sent. */
  query<T>(
    sending: Pick<Sending, 'owner' | 'sql' | 'limit'>,
    run: (onSending: () => void) => Promise<T>,
  ): Promise<T> {
    this.#makeWay()
    return this.#pipeline.query(sending, (onSent) =>
      run(() => {
        this.checkSending()
        onSent()
      }),
    )
  }

  /**
   * Called when something is about to be sent, and everything before is answered.
   *
   * @throws {@link ConnectionError} when somebody else, who had the connection before, began a transaction on it without
   * waiting for that: what is written now would be lost. {@link UsageError} when somebody set another encoding just now.
   */
  checkSending(): void {
    if (this.status !== 'E') refuseEncoding(this.session)
    if (!this.#isFresh) return
    this.#isFresh = false
    if (this.status === 'I') return
    throw new ConnectionError(
      'The connection came from the pool in a transaction that others had begun on it, and is closed. Queries on a ' +
        'client have to be waited for before it is released.',
      { isBeforeSending: true },
    )
  }

  /** @throws {@link UsageError} when rows have come in an encoding that is not ours. */
  checkRows(): void {
    refuseEncoding(this.session)
  }

  /** Cancels what is running on the server, if it is a round trip of `owner`, or whosever it is. */
  cancel(owner?: object): void {
    this.#pipeline.cancel(owner)
  }

  /** Cancels all that is under way, as often as it takes; past the close timeout the connection is cut. */
  async cancelAll(): Promise<void> {
    const limit = this.destroyAfterCloseTimeout(() => 'cancelling what was under way')
    while (this.isBusy && !this.isLost) {
      this.cancel()
      await this.session.nextReady(CANCEL_AGAIN_MS)
    }
    limit.clear()
  }

  /** Destroys the socket after the engine's close timeout, unless that is cleared before. */
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
    this.session.socket.destroy()
  }

  lose(reason: Error): void {
    if (this.#lost !== undefined) return
    this.#lost = reason
    this.#onLost?.(reason)
    // The server notices a lost client only when it next sends a row.
    if (this.isBusy && !isDatabaseError(reason))
      void sendCancelRequest(this.#client, this.engine.limits.closeTimeoutMs)
  }

  ready(status: TransactionStatus): void {
    if (status !== 'E') this.#transactionFailure = undefined
    if (status === 'I') for (const portal of this.openPortals) portal.transactionEnded()
  }

  /**
   * What the caller of a statement gets for what it met.
   *
   * @param wasSent whether the server may have seen anything of it.
   * @param sql the statement.
   */
  explain(error: Error, wasSent = true, sql?: string): Error {
    // After pg's query_timeout the server is still at work on a query that nobody listens to.
    if (error.message === 'Query read timeout') this.destroy(error)
    const lost = this.#lost
    if (isDatabaseError(lost)) withoutValues(lost)
    if (lost !== undefined && !wasSent) return unsent(lost, this.session)
    if (!isDatabaseError(error)) {
      if (lost === undefined) return error
      return noteServer(
        lost instanceof ConnectionError ? lost : lostBy(lost, this.session),
        this.session,
        sql,
      )
    }
    noteServer(withoutValues(error), this.session, sql)
    // It may be the fetch of a stream, ahead of this query, that aborted the transaction.
    if (error.code === '25P02') this.#explainAborted(error)
    else if (this.status === 'E' && this.#transactionFailure === undefined) {
      this.#transactionFailure = error
      this.#failedSql = sql
    }
    return error
  }

  #explainAborted(error: DatabaseError): void {
    const failure = this.#transactionFailure
    if (failure === undefined || error.cause !== undefined) return
    error.cause = failure
    const statement = this.#failedSql === undefined ? '' : `: ${abbreviate(this.#failedSql)}`
    error.message += `, since an earlier statement of it failed (${failure.message})${statement}`
  }

  /** @throws {@link UsageError} for a statement that is not of the innermost `withSettings()`. */
  refuseOutside(scope: object | undefined, sql: string): void {
    if (scope === this.settingsScope) return
    throw new UsageError(
      scope === undefined || this.settingsScope !== undefined
        ? `While withSettings() is under way in a transaction, only what its function is given runs in it. Refused: ${abbreviate(sql)}. ` +
            'Await one call before the next statement, and use the db of the innermost.'
        : `The transaction of withSettings() is over, and its settings with it. Refused: ${abbreviate(sql)}. Await in the ` +
            'function all that it starts.',
    )
  }

  #makeWay(owner?: object): void {
    for (const portal of this.openPortals) if (portal !== owner) portal.makeWay()
  }

  /** @throws {@link UsageError} while a stream in a transaction of its own has the connection. */
  refuseDuringStream(sql: string): void {
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
