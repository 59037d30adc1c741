import { isBreathDue } from '../breath.js'
import { forgetDropped, watchDropped, type Dropped } from '../connection/dropped.js'
import type { IterationRequest, IteratorOptions } from '../request.js'
import type { RowChunk } from '../rows/row-chunk.js'
import type { Trace } from '../trace/trace.js'
import { ProgressReport } from './progress.js'
import { Regrouper } from './regroup.js'

/** Rows that are handed out between two looks at the clock. */
const LOOK_EVERY = 64

/** What an iteration is made of, whichever form it has. */
export interface Iteration {
  readonly request: IterationRequest
  readonly options: Pick<IteratorOptions, 'signal' | 'onProgress'>
  /** Begins its trace, if anybody listens. */
  readonly trace: () => Trace | undefined
  /** What is read, as a warning names it. */
  readonly describe: () => string
  /** The error that the loop gets for one that was met. */
  readonly explain: (error: unknown) => unknown
}

/** How far a loop is: before its first step, taking what chunks bring, at what is left after the last, or over. */
type Phase = 'fresh' | 'running' | 'last' | 'ended'

/** Hands out the rows of chunks one by one, or in batches: what both iterators have in common. */
export class HandOut<T> {
  readonly iteration: Iteration
  readonly #signal: AbortSignal | undefined
  readonly #delivered: Float64Array
  readonly #regrouper: Regrouper<unknown> | undefined
  #report: ProgressReport | undefined
  #trace: Trace | undefined
  #phase: Phase = 'fresh'
  /** What of a chunk is not read yet. */
  #chunk: RowChunk<unknown> | undefined
  #items: readonly unknown[] = []
  #index = 0
  #count = 0

  constructor(iteration: Iteration) {
    const { request, options } = iteration
    const { batchYieldSize } = request.options
    this.iteration = iteration
    this.#signal = options.signal
    this.#delivered = request.delivered
    this.#regrouper = batchYieldSize === undefined ? undefined : new Regrouper(batchYieldSize)
  }

  get hasEnded(): boolean {
    return this.#phase === 'ended'
  }

  /** The last chunk is there: what is left is the last. */
  get isLast(): boolean {
    return this.#phase === 'last'
  }

  /** Whether there is something to take, and nobody has called the iteration off. */
  get isReady(): boolean {
    return this.#index < this.#items.length && this.#signal?.aborted !== true
  }

  /** Whether the event loop has not turned for long; looked at with each batch, and with a row now and then. */
  get isTooLong(): boolean {
    return (this.#regrouper !== undefined || this.#index % LOOK_EVERY === 0) && isBreathDue()
  }

  get isAborted(): boolean {
    return this.#signal?.aborted === true
  }

  /** Why it was called off: anything may be a signal's reason. */
  get reason(): unknown {
    return this.#signal?.reason as unknown
  }

  /** That of an iteration that has begun, if anybody listens. */
  get trace(): Trace | undefined {
    return this.#trace
  }

  /** The source of the chunks is about to be opened. */
  opening(): Trace | undefined {
    return (this.#trace = this.iteration.trace())
  }

  /**
   * The source of the chunks was opened.
   *
   * @param iterator what is stepped: should it be dropped, the source is closed.
   */
  opened(iterator: object, dropped: Omit<Dropped, 'describe'>): void {
    const { options, describe } = this.iteration
    if (options.onProgress !== undefined) this.#report = new ProgressReport(options.onProgress)
    this.#phase = 'running'
    const trace = this.#trace
    const close = () => {
      trace?.over()
      return dropped.close()
    }
    watchDropped(iterator, { describe, ...dropped, ...(trace && { close }) })
  }

  /** The next row or batch, which has to be there. */
  take(): T {
    const item = this.#items[this.#index++]
    // With batches an item is an array.
    this.#delivered[0] = this.#count += this.#regrouper ? (item as unknown[]).length : 1
    // What one item is follows from the selection and the batch size, which T follows as well.
    return item as T
  }

  /** A chunk has come; undefined: there are no more. */
  add(chunk: RowChunk<unknown> | undefined): void {
    this.#chunk = chunk
    if (chunk === undefined) {
      this.#phase = 'last'
      this.#set(this.#regrouper?.flush() ?? [])
    } else {
      this.#trace?.fetched(chunk.length)
      this.#report?.fetched(chunk.length)
    }
  }

  /** Reads on in the chunk; false where nothing of it is left. */
  readOn(): boolean {
    const rows = this.#chunk?.next()
    if (rows === undefined) return false
    this.#set(this.#regrouper?.add(rows) ?? rows)
    return true
  }

  /** Nothing more is handed out. */
  end(iterator: object): void {
    this.#phase = 'ended'
    forgetDropped(iterator)
    this.#chunk = undefined
    this.#set([])
  }

  #set(items: readonly unknown[]): void {
    this.#items = items
    this.#index = 0
  }
}
