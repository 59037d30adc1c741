import type { Socket } from 'node:net'
import type { PoolClient } from 'pg'
import type { RowSink } from '../rows/row-sink.js'
import { sendCancelRequest } from '../pg/cancel-request.js'
import { Deadline } from './deadline.js'
import { Exchange, type ExchangeResult } from '../pg/exchange.js'
import type { ExchangeLimit } from './exchange-limit.js'
import { nextAnswer } from '../pg/next-answer.js'
import { WireTap } from '../pg/wire-tap.js'

const CANCEL_AGAIN_MS = 250

/** What the queue knows of its connection. */
export interface QueueOptions {
  readonly closeTimeoutMs: number
  /** Why the connection is gone, if it is. */
  readonly lost: () => Error | undefined
  /** The error that the caller gets for one that was met. */
  readonly explain: (error: Error) => Error
  /** Cuts the connection. */
  readonly destroy: (reason: Error) => void
}

/** The exchange that is being answered, and one of the same owner that was sent behind it already. */
interface Running {
  readonly owner: object
  readonly exchange: Exchange
  next: Running | undefined
}

/** Our own queue in front of that of pg's client, which is to hold one query at a time. */
export class ExchangeQueue {
  readonly #client: PoolClient
  readonly #tap: WireTap
  readonly #options: QueueOptions
  #tail: Promise<unknown> = Promise.resolve()
  /** Tasks in the queue, the one under way included. */
  #turns = 0
  #running: Running | undefined
  #cancelling: Promise<void> | undefined

  constructor(client: PoolClient, options: QueueOptions) {
    this.#client = client
    this.#tap = WireTap.of(client.connection.stream as Socket)
    this.#options = options
  }

  /** Whether something is under way. */
  get isBusy(): boolean {
    return this.#turns > 0
  }

  /** Resolves when nothing is under way. */
  async untilIdle(): Promise<void> {
    while (this.isBusy) await this.#tail
  }

  /** Runs a task after everything that was queued before. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    this.#turns++
    const turn = this.#tail.then(() => {
      const lost = this.#options.lost()
      if (lost !== undefined) throw this.#options.explain(lost)
      return task()
    })
    const end = () => void this.#turns--
    this.#tail = turn.then(end, end)
    return turn
  }

  /**
   * Sends messages and waits for the ReadyForQuery that answers them, after everything sent before.
   *
   * @param messages made when its turn has come, since they may depend on the transaction's status.
   * @param sink where rows go.
   */
  exchange(
    owner: object,
    messages: () => Buffer[],
    sink: RowSink<unknown>,
    limit?: ExchangeLimit,
  ): Promise<ExchangeResult> {
    return this.#run(limit, () => {
      const exchange = this.#exchangeOf(messages(), sink)
      this.#client.query(exchange)
      return { owner, exchange, next: undefined }
    })
  }

  /**
   * The same, but sent already while an exchange of the same owner is still being answered, unless others wait: the
   * server then goes on without a pause.
   */
  exchangeEarly(
    owner: object,
    messages: () => Buffer[],
    sink: RowSink<unknown>,
    limit?: ExchangeLimit,
  ): Promise<ExchangeResult> {
    const before = this.#running
    if (before?.owner !== owner || before.next !== undefined || this.#turns > 1) {
      return this.exchange(owner, messages, sink, limit)
    }
    const exchange = this.#exchangeOf(messages(), sink)
    // Should the connection be lost before its turn, nobody will look at it.
    exchange.done.catch(() => {})
    const running: Running = { owner, exchange, next: undefined }
    before.next = running
    if (before.exchange.isSettled) this.#client.query(exchange)
    else before.exchange.onSettled = () => void this.#client.query(exchange)
    exchange.send(this.#client.connection)
    return this.#run(limit, () => running)
  }

  /** Cancels what is running on the server, if it is an exchange of `owner`. */
  cancel(owner: object): void {
    if (this.#isRunning(owner)) this.#cancelling ??= this.#cancelUntilAnswered(owner)
  }

  #run(limit: ExchangeLimit | undefined, begin: () => Running): Promise<ExchangeResult> {
    return this.inTurn(async () => {
      const running = begin()
      this.#running = running
      let late: Error | undefined
      const deadline =
        limit &&
        new Deadline(limit.ms, () => {
          late = limit.error()
          this.#endBy(running, late)
        })
      try {
        const result = await running.exchange.done
        // The answer came after all, but what was sent behind it meets the cancel request, and would have to explain it.
        if (late !== undefined) throw late
        return result
      } catch (error) {
        throw late ?? this.#options.explain(error as Error)
      } finally {
        deadline?.clear()
        this.#running = running.next
        // A cancel request that is still on its way would meet what is sent next; of the same owner, it may.
        if (running.next === undefined) {
          await this.#cancelling
          this.#cancelling = undefined
        }
      }
    })
  }

  /** Cancels an exchange on the server; one that does not end by that, with its connection. */
  #endBy({ owner, exchange }: Running, reason: Error): void {
    this.cancel(owner)
    const timer = setTimeout(() => this.#options.destroy(reason), this.#options.closeTimeoutMs)
    const clear = () => clearTimeout(timer)
    exchange.done.then(clear, clear)
  }

  #exchangeOf(messages: Buffer[], sink: RowSink<unknown>): Exchange {
    return new Exchange(Buffer.concat(messages), this.#tap, sink)
  }

  #isRunning(owner: object): boolean {
    return this.#running?.owner === owner && !this.#running.exchange.isSettled
  }

  /** More than once if need be: a request that overtakes its query on the way to the server is lost. */
  async #cancelUntilAnswered(owner: object): Promise<void> {
    while (this.#isRunning(owner) && this.#options.lost() === undefined) {
      await sendCancelRequest(this.#client, this.#options.closeTimeoutMs)
      if (this.#isRunning(owner)) await nextAnswer(this.#client, CANCEL_AGAIN_MS)
    }
  }
}
