import { asError, ConnectionError, TimeoutError } from '../errors.js'
import { sendCancelRequest } from '../pg/cancel-request.js'
import { RoundTrip, type AnswerListener, type RoundTripResult } from '../pg/round-trip.js'
import type { Session } from '../pg/session.js'
import { Turn } from '../pg/turn.js'
import type { RowSink } from '../rows/row-sink.js'
import { clearTimeout, setTimeout } from '../real-timers.js'
import { onAbort } from '../shared-signal.js'
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
  readonly listener?: AnswerListener
  readonly limit?: RoundTripLimit | undefined
  /** Cancels it when it is aborted. An answer that came before is taken: it may be that of a write. */
  readonly signal?: AbortSignal | undefined
  /**
   * Send it behind what the same owner has sent last, without waiting for the answers to that, unless others wait: the
   * server then goes on without a pause, and the way there and back is gone once for all of them.
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

/** What something at work is ended by before its answer. */
interface Late {
  readonly error: Error
  /** An answer that comes all the same is taken. */
  readonly takesLate: boolean
}

/** Round trips of one owner that are sent in one turn, each without waiting for the answers to those before it. */
interface Shared {
  readonly owner: object
  readonly turn: Turn
  /** Those without an answer, in the order in which they are sent. */
  readonly roundTrips: RoundTrip[]
  isAsked: boolean
}

/** What is being answered, and for a round trip those that it shares its turn with. */
interface AtWork {
  readonly work: Work<unknown>
  readonly shared: Shared | undefined
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
  /** The last in the queue, if they are round trips. */
  #last: Shared | undefined
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
    const isFirst = this.#tasks++ === 0
    this.#last = undefined
    const turn = isFirst ? this.#begin(task) : this.#tail.then(() => this.#begin(task))
    const end = () => void this.#tasks--
    this.#tail = turn.then(end, end)
    return turn
  }

  #begin<T>(task: () => Promise<T>): Promise<T> {
    try {
      const lost = this.#options.lost()
      if (lost !== undefined) throw this.#options.explain(lost, false)
      const setUp = this.#options.setUp((sending) => this.#setUp(sending))
      return setUp === undefined ? task() : setUp.then(task)
    } catch (error) {
      return Promise.reject(asError(error))
    }
  }

  /** Sends messages after everything sent before, and waits for the ReadyForQuery that answers them. */
  roundTrip(sending: Sending): Promise<RoundTripResult> {
    const { owner, sink } = sending
    const messages = () => {
      this.#options.checkSending()
      return sending.messages()
    }
    const roundTrip = new RoundTrip(owner, messages, sink, sending)
    // Should the connection be lost before anyone looks at it.
    roundTrip.done.catch(() => {})
    const shared = this.#toShare(sending) ?? this.#alone(sending)
    shared.roundTrips.push(roundTrip)
    shared.turn.send(roundTrip)
    const answered = this.inTurn(() => this.#answered(roundTrip, sending, shared))
    this.#last = shared
    // Where the first never had its turn, those behind it have none either.
    answered.catch((error: unknown) => shared.turn.withdraw(asError(error)))
    return answered
  }

  /** Runs a query of pg's own client in turn with the round trips; `run` is given what to call when it is sent. */
  query<T>(
    { owner, sql, limit }: Pick<Sending, 'owner' | 'sql' | 'limit'>,
    run: (onSent: () => void) => Promise<T>,
  ): Promise<T> {
    return this.inTurn(() => this.#answered(new ClientQuery(owner, run), { sql, limit }))
  }

  /** Cancels what is running on the server, if it is of `owner`, or whosever it is; what was not sent yet will not be. */
  cancel(owner = this.#atWork?.work.owner): void {
    const { work, shared } = this.#atWork ?? {}
    if (work === undefined || work.owner !== owner) return
    if (work.isSent) this.#cancelling ??= this.#cancelUntilAnswered(work.owner)
    else
      shared?.turn.withdraw(
        new ConnectionError('The query was given up before it was sent.', { isBeforeSending: true }),
      )
  }

  /** Those in whose turn a round trip may be sent: the last in the queue, of the same owner. */
  #toShare({ early, owner }: Sending): Shared | undefined {
    const last = this.#last
    if (early !== true || last?.owner !== owner || last.turn.isOver) return undefined
    return this.#session.isWaitedFor ? undefined : last
  }

  #alone({ owner, sql, parameters }: Sending): Shared {
    return { owner, turn: new Turn(this.#session, sql, parameters), roundTrips: [], isAsked: false }
  }

  /** What has to come before everything else goes by a turn of its own. */
  #setUp(sending: Sending): Promise<RoundTripResult> {
    const roundTrip = new RoundTrip(sending.owner, sending.messages, sending.sink)
    const shared = this.#alone(sending)
    shared.roundTrips.push(roundTrip)
    shared.turn.send(roundTrip)
    return this.#answered(roundTrip, sending, shared)
  }

  async #answered<T>(
    work: Work<T>,
    { sql, limit, signal }: Pick<Sending, 'sql' | 'limit' | 'signal'>,
    shared?: Shared,
  ): Promise<T> {
    this.#atWork = { work, shared }
    let late: Late | undefined
    const end = (by: Late) => {
      late ??= by
      this.#endBy(work, by.error)
    }
    const forget = signal && this.#listen(signal, end)
    if (shared?.isAsked === false && !shared.turn.isOver) {
      shared.isAsked = true
      this.#session.ask(shared.turn)
    }
    let deadline: Deadline | undefined
    const startLimit = ({ ms, error, takesLate = false, isSuspended }: RoundTripLimit) => {
      deadline = new Deadline(ms, () => end({ error: error(), takesLate }), isSuspended)
    }
    if (limit !== undefined) {
      if (work.isSent) startLimit(limit)
      else work.onSent = () => startLimit(limit)
    }
    try {
      const result = await work.done
      // The answer came after all, but what was sent behind it meets the cancel request, and would have to explain it.
      if (late !== undefined && (!late.takesLate || isLeading(shared))) throw late.error
      if (hasRows(result)) this.#options.checkRows()
      return result
    } catch (error) {
      // Also what is late may have aborted a transaction, which has to be known.
      const explained = this.#options.explain(asError(error), work.wasSent, sql)
      throw late?.error ?? explained
    } finally {
      forget?.()
      deadline?.clear()
      shared?.roundTrips.shift()
      const next = shared?.roundTrips[0]
      this.#atWork = next && { work: next, shared }
      // It holds what was sent.
      if (next === undefined && this.#last === shared) this.#last = undefined
      // A cancel request that is still on its way would meet what is sent next; of the same owner, it may.
      if (next === undefined && this.#cancelling !== undefined) {
        await this.#cancelling
        this.#cancelling = undefined
      }
    }
  }

  /** Has what is at work end when the signal is aborted. */
  #listen(signal: AbortSignal, end: (by: Late) => void): () => void {
    const abort = () =>
      end({ error: new ConnectionError('The query was cancelled by a signal.'), takesLate: true })
    const forget = onAbort(signal, abort)
    if (signal.aborted) abort()
    return forget
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

/** Whether others are sent behind the one that is answered. */
function isLeading(shared: Shared | undefined): boolean {
  return shared !== undefined && shared.roundTrips.length > 1
}

/** Whether a round trip brought rows; queries of pg's own client are looked at by who runs them. */
function hasRows(result: unknown): boolean {
  const { rows } = (result ?? {}) as { readonly rows?: unknown }
  return typeof rows === 'number' && rows > 0
}
