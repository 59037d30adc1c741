import { asError, ConnectionError, TimeoutError } from '../errors.js'
import { sendCancelRequest } from '../pg/cancel-request.js'
import { RoundTrip, type RoundTripResult } from '../pg/round-trip.js'
import type { Session } from '../pg/session.js'
import { Turn } from '../pg/turn.js'
import type { RowSink } from '../rows/row-sink.js'
import { clearTimeout, setTimeout } from '../real-timers.js'
import { abbreviate } from './abbreviate.js'
import { Deadline } from './deadline.js'

const CANCEL_AGAIN_MS = 250

/** How long a round trip may be answered, from when it is sent, and the error that it fails with past that. */
export interface RoundTripLimit {
  readonly ms: number
  readonly error: () => Error
  /** An answer that came before it could be cancelled is taken: it may be that of a write. */
  readonly takesLate?: boolean
  /** Whether it is ours to take what has come: that is not the server's time. */
  readonly isSuspended?: () => boolean
}

/** That of a query which completes rows. */
export function prefetchLimit(ms: number | undefined, sql: string): RoundTripLimit | undefined {
  if (ms === undefined) return undefined
  const message = `A query of a prefetch took longer than ${ms} ms (fetchTimeoutMs): ${abbreviate(sql)}.`
  return { ms, error: () => new TimeoutError('FETCH_TIMEOUT', message) }
}

/** That of any statement which is not the fetch of a stream. */
export function queryLimit(ms: number | undefined, sql: string): RoundTripLimit | undefined {
  if (ms === undefined) return undefined
  const message = `A statement took longer than ${ms} ms (queryTimeoutMs) and was cancelled: ${abbreviate(sql)}.`
  return { ms, takesLate: true, error: () => new TimeoutError('QUERY_TIMEOUT', message) }
}

/** What is sent, and who gets the answer. */
export interface Sending {
  /** Whose it is: {@link Pipeline.cancel} goes by that. */
  readonly owner: object
  /** What runs, for those who look at the queries of pg's client. */
  readonly sql: string
  readonly parameters?: readonly unknown[]
  /** Messages that end in a Sync, or a simple query. Made when they are sent, since they may depend on the transaction's status. */
  readonly messages: () => Buffer[]
  /** What the server gets when it asks for the data of a COPY. */
  readonly data?: Buffer
  /** Where rows go. */
  readonly sink: RowSink<unknown>
  readonly limit?: RoundTripLimit | undefined
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
  readonly explain: (error: Error, wasSent: boolean, sql?: string) => Error
  /** Cuts the connection. */
  readonly destroy: (reason: Error) => void
  /** Sends what has to come before anything else, if something does. */
  readonly setUp: (send: (sending: Sending) => Promise<RoundTripResult>) => Promise<void> | undefined
  /** Called when something is about to be sent; throws what that may not be for. */
  readonly checkSending: () => void
  /** Called when rows have come; throws what they cannot be read for. */
  readonly checkRows: () => void
}

/** What is to be answered: a round trip of ours, or a query of pg's own client. */
type Work<T> = Pick<RoundTrip, 'owner' | 'isSent' | 'wasSent' | 'onSent'> & { readonly done: Promise<T> }

/** What is being answered, and for a round trip its turn, and one of the same owner behind it in that. */
interface AtWork {
  readonly turn: Turn | undefined
  readonly work: Work<unknown>
  next: RoundTrip | undefined
}

/** A query of pg's own client, which tells when it is sent. */
class ClientQuery<T> implements Work<T> {
  readonly owner: object
  readonly done: Promise<T>
  wasSent = false
  onSent = () => {}

  constructor(owner: object, run: (onSent: () => void) => Promise<T>) {
    this.owner = owner
    this.done = run(() => {
      this.wasSent = true
      this.onSent()
    })
  }

  get isSent(): boolean {
    return this.wasSent
  }
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
      if (lost !== undefined) throw this.#options.explain(lost, false)
      const setUp = this.#options.setUp((sending) => this.#send(sending, sending.messages))
      return setUp === undefined ? task() : setUp.then(task)
    })
    const end = () => void this.#tasks--
    this.#tail = turn.then(end, end)
    return turn
  }

  /** Sends messages after everything sent before, and waits for the ReadyForQuery that answers them. */
  roundTrip(sending: Sending): Promise<RoundTripResult> {
    const { owner, sink } = sending
    const messages = () => {
      this.#options.checkSending()
      return sending.messages()
    }
    const before = sending.early === true ? this.#toShare(owner) : undefined
    if (before !== undefined) {
      const roundTrip = new RoundTrip(owner, messages, sink)
      before.next = roundTrip
      // Should the connection be lost before anyone looks at it.
      roundTrip.done.catch(() => {})
      before.turn?.send(roundTrip)
      return this.inTurn(() => this.#answered(roundTrip, sending, before.turn))
    }
    return this.inTurn(() => this.#send(sending, messages))
  }

  /** Runs a query of pg's own client in turn with the round trips; `run` is given what to call when it is sent. */
  query<T>(
    { owner, sql, limit }: Pick<Sending, 'owner' | 'sql' | 'limit'>,
    run: (onSent: () => void) => Promise<T>,
  ): Promise<T> {
    return this.inTurn(() => this.#answered(new ClientQuery(owner, run), { sql, limit }))
  }

  /** Cancels what is running on the server, if it is of `owner`; what was not sent yet will not be. */
  cancel(owner: object): void {
    const { turn, work } = this.#atWork ?? {}
    if (work?.owner !== owner) return
    if (work.isSent) this.#cancelling ??= this.#cancelUntilAnswered(owner)
    else
      turn?.withdraw(
        new ConnectionError('The query was given up before it was sent.', { isBeforeSending: true }),
      )
  }

  /** What is being answered, if a round trip of the same owner may be sent behind it in its turn. */
  #toShare(owner: object): AtWork | undefined {
    const before = this.#atWork
    if (before?.work.owner !== owner || before.next !== undefined || before.turn?.isOver !== false)
      return undefined
    return this.#tasks > 1 || this.#session.isWaitedFor ? undefined : before
  }

  #send(sending: Sending, messages: () => Buffer[]): Promise<RoundTripResult> {
    const { owner, sink, sql, parameters, data } = sending
    const roundTrip = new RoundTrip(owner, messages, sink, data)
    const turn = new Turn(this.#session, sql, parameters)
    turn.send(roundTrip)
    this.#session.ask(turn)
    return this.#answered(roundTrip, sending, turn)
  }

  async #answered<T>(work: Work<T>, { sql, limit }: Pick<Sending, 'sql' | 'limit'>, turn?: Turn): Promise<T> {
    const atWork: AtWork = { turn, work, next: undefined }
    this.#atWork = atWork
    let late: Error | undefined
    let deadline: Deadline | undefined
    const startLimit = ({ ms, error, isSuspended }: RoundTripLimit) => {
      deadline = new Deadline(
        ms,
        () => {
          late = error()
          this.#endBy(work, late)
        },
        isSuspended,
      )
    }
    if (limit !== undefined) {
      if (work.isSent) startLimit(limit)
      else work.onSent = () => startLimit(limit)
    }
    try {
      const result = await work.done
      // The answer came after all, but what was sent behind it meets the cancel request, and would have to explain it.
      if (late !== undefined && (limit?.takesLate !== true || atWork.next !== undefined)) throw late
      if (hasRows(result)) this.#options.checkRows()
      return result
    } catch (error) {
      // Also what is late may have aborted a transaction, which has to be known.
      const explained = this.#options.explain(asError(error), work.wasSent, sql)
      throw late ?? explained
    } finally {
      deadline?.clear()
      const { next } = atWork
      this.#atWork = next && { turn, work: next, next: undefined }
      // A cancel request that is still on its way would meet what is sent next; of the same owner, it may.
      if (next === undefined) {
        await this.#cancelling
        this.#cancelling = undefined
      }
    }
  }

  /** Cancels what is at work on the server; what does not end by that, with its connection. */
  #endBy({ owner, done }: Work<unknown>, reason: Error): void {
    this.cancel(owner)
    const timer = setTimeout(() => this.#options.destroy(reason), this.#options.closeTimeoutMs)
    const clear = () => clearTimeout(timer)
    done.then(clear, clear)
  }

  /** More than once if need be: a request that overtakes its query on the way to the server is lost. */
  async #cancelUntilAnswered(owner: object): Promise<void> {
    const isRunning = () => {
      const work = this.#atWork?.work
      return work?.owner === owner && work.isSent
    }
    while (isRunning() && this.#options.lost() === undefined) {
      await sendCancelRequest(this.#session.client, this.#options.closeTimeoutMs)
      if (isRunning()) await this.#session.nextReady(CANCEL_AGAIN_MS)
    }
  }
}

/** Whether a round trip brought rows; queries of pg's own client are looked at by who runs them. */
function hasRows(result: unknown): boolean {
  const { rows } = (result ?? {}) as { readonly rows?: unknown }
  return typeof rows === 'number' && rows > 0
}
