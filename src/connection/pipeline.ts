import { asError, ConnectionError, TimeoutError } from '../errors.js'
import { sendCancelRequest } from '../pg/cancel-request.js'
import { Exchange, type ExchangeResult } from '../pg/exchange.js'
import type { Session } from '../pg/session.js'
import { Turn } from '../pg/turn.js'
import type { RowSink } from '../rows/row-sink.js'
import { abbreviate } from './abbreviate.js'
import { Deadline } from './deadline.js'

const CANCEL_AGAIN_MS = 250

/** How long an exchange may be answered, from when it is sent, and the error that it fails with past that. */
export interface ExchangeLimit {
  readonly ms: number
  readonly error: () => Error
  /** Whether it is ours to take what has come: that is not the server's time. */
  readonly isSuspended?: () => boolean
}

/** That of a query which completes rows. */
export function prefetchLimit(ms: number | undefined, sql: string): ExchangeLimit | undefined {
  if (ms === undefined) return undefined
  const message = `A query of a prefetch took longer than ${ms} ms (fetchTimeoutMs): ${abbreviate(sql)}.`
  return { ms, error: () => new TimeoutError('FETCH_TIMEOUT', message) }
}

/** What is sent, and who gets the answer. */
export interface Sending {
  /** Whose it is: {@link Pipeline.cancel} goes by that. */
  readonly owner: object
  /** What runs, for those who look at the queries of pg's client. */
  readonly sql: string
  readonly parameters?: readonly unknown[]
  /** Messages that end in a Sync. Made when they are sent, since they may depend on the transaction's status. */
  readonly messages: () => Buffer[]
  /** Where rows go. */
  readonly sink: RowSink<unknown>
  readonly limit?: ExchangeLimit | undefined
  /**
   * Send it already while another of the same owner is being answered, unless others wait: the server then goes on
   * without a pause.
   */
  readonly early?: boolean
}

/** What the pipeline knows of its connection. */
export interface PipelineOptions {
  readonly closeTimeoutMs: number
  /** Why the connection is gone, if it is. */
  readonly lost: () => Error | undefined
  /** The error that the caller gets for one that was met. */
  readonly explain: (error: Error) => Error
  /** Cuts the connection. */
  readonly destroy: (reason: Error) => void
}

/** The exchange that is being answered, and one of the same owner behind it in the same turn. */
interface AtWork {
  readonly turn: Turn
  readonly exchange: Exchange
  next: Exchange | undefined
}

/** Our own queue in front of that of pg's client, where others may have theirs: it holds one turn of ours at a time. */
export class Pipeline {
  readonly #session: Session
  readonly #options: PipelineOptions
  #tail: Promise<unknown> = Promise.resolve()
  /** Tasks in the queue, the one under way included. */
  #tasks = 0
  #atWork: AtWork | undefined
  #cancelling: Promise<void> | undefined

  constructor(session: Session, options: PipelineOptions) {
    this.#session = session
    this.#options = options
  }

  /** Whether something of ours is under way. */
  get isBusy(): boolean {
    return this.#tasks > 0
  }

  /** Resolves when nothing of ours is under way. */
  async untilIdle(): Promise<void> {
    while (this.isBusy) await this.#tail
  }

  /** Runs a task after everything that was queued before. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    this.#tasks++
    const turn = this.#tail.then(() => {
      const lost = this.#options.lost()
      if (lost !== undefined) throw this.#options.explain(lost)
      return task()
    })
    const end = () => void this.#tasks--
    this.#tail = turn.then(end, end)
    return turn
  }

  /** Sends messages after everything sent before, and waits for the ReadyForQuery that answers them. */
  exchange(sending: Sending): Promise<ExchangeResult> {
    const { owner, messages, sink, sql, parameters, limit } = sending
    const exchange = new Exchange(owner, messages, sink)
    const before = this.#atWork
    if (before !== undefined && sending.early === true && this.#takesBehind(before, owner)) {
      // Should the connection be lost before anyone looks at it.
      exchange.done.catch(() => {})
      before.next = exchange
      before.turn.send(exchange)
      return this.inTurn(() => this.#answered(before.turn, exchange, limit))
    }
    return this.inTurn(() => {
      const turn = new Turn(this.#session, sql, parameters)
      turn.send(exchange)
      this.#session.ask(turn)
      return this.#answered(turn, exchange, limit)
    })
  }

  /** Cancels what is running on the server, if it is of `owner`; what was not sent yet will not be. */
  cancel(owner: object): void {
    const { turn, exchange } = this.#atWork ?? {}
    if (exchange?.owner !== owner) return
    if (exchange.isSent) this.#cancelling ??= this.#cancelUntilAnswered(exchange)
    else
      turn?.withdraw(
        new ConnectionError('The query was given up before it was sent.', { isBeforeSending: true }),
      )
  }

  #takesBehind({ turn, exchange, next }: AtWork, owner: object): boolean {
    const isAlone = this.#tasks === 1 && !this.#session.isWaitedFor
    return isAlone && exchange.owner === owner && next === undefined && !turn.isOver
  }

  async #answered(turn: Turn, exchange: Exchange, limit: ExchangeLimit | undefined): Promise<ExchangeResult> {
    const atWork: AtWork = { turn, exchange, next: undefined }
    this.#atWork = atWork
    let late: Error | undefined
    let deadline: Deadline | undefined
    const startLimit = ({ ms, error, isSuspended }: ExchangeLimit) => {
      deadline = new Deadline(
        ms,
        () => {
          late = error()
          this.#endBy(exchange, late)
        },
        isSuspended,
      )
    }
    if (limit !== undefined) {
      if (exchange.isSent) startLimit(limit)
      else exchange.onSent = () => startLimit(limit)
    }
    try {
      const result = await exchange.done
      // The answer came after all, but what was sent behind it meets the cancel request, and would have to explain it.
      if (late !== undefined) throw late
      return result
    } catch (error) {
      throw late ?? this.#options.explain(asError(error))
    } finally {
      deadline?.clear()
      const { next } = atWork
      this.#atWork = next && { turn, exchange: next, next: undefined }
      // A cancel request that is still on its way would meet what is sent next; of the same owner, it may.
      if (next === undefined) {
        await this.#cancelling
        this.#cancelling = undefined
      }
    }
  }

  /** Cancels an exchange on the server; one that does not end by that, with its connection. */
  #endBy(exchange: Exchange, reason: Error): void {
    this.cancel(exchange.owner)
    const timer = setTimeout(() => this.#options.destroy(reason), this.#options.closeTimeoutMs)
    const clear = () => clearTimeout(timer)
    exchange.done.then(clear, clear)
  }

  /** More than once if need be: a request that overtakes its query on the way to the server is lost. */
  async #cancelUntilAnswered({ owner }: Exchange): Promise<void> {
    const isRunning = () => {
      const exchange = this.#atWork?.exchange
      return exchange?.owner === owner && exchange.isSent
    }
    while (isRunning() && this.#options.lost() === undefined) {
      await sendCancelRequest(this.#session.client, this.#options.closeTimeoutMs)
      if (isRunning()) await this.#session.nextReady(CANCEL_AGAIN_MS)
    }
  }
}
