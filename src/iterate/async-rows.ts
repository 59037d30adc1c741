import type { Progress } from '../portal/idle-watch.js'
import { forgetDropped, watchDropped } from '../connection/dropped.js'
import type { IterationProgress } from './iterator-options.js'
import { ProgressReport } from './progress-report.js'
import { Regrouper } from './regroup.js'

/**
 * The async iterator that `aiterator` returns: rows, or batches of rows. Leaving a `for await` loop closes it; one that
 * is stepped by hand is closed by `return()` or `await using`.
 */
export interface AsyncRows<T> extends AsyncIterableIterator<T, undefined>, AsyncDisposable {
  next(): Promise<IteratorResult<T, undefined>>
  /** Ends the iteration: the portal is closed and the connection free once the promise resolves. */
  return(): Promise<IteratorResult<T, undefined>>
  throw(error: unknown): Promise<IteratorResult<T, undefined>>
  [Symbol.asyncIterator](): AsyncRows<T>
}

/** Where a row stream gets its rows from, a chunk at a time. */
export interface Chunks<R> {
  /** The next chunk, never empty, or undefined at the end; then the connection is free. */
  next(): Promise<readonly R[] | undefined>
  /** Frees the connection. */
  close(): Promise<void>
  /** The connection is free, whoever closed it. */
  readonly isClosed: boolean
}

/** The chunks of `none()`. */
export const NO_CHUNKS: Chunks<never> = {
  next: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
  isClosed: true,
}

/** What a row stream is made of. */
export interface RowStreamOptions {
  readonly open: () => Chunks<unknown>
  readonly batchYieldSize: number | undefined
  readonly signal: AbortSignal | undefined
  /** Where the rows that the loop has received are counted. */
  readonly progress: Progress
  readonly onProgress: ((progress: IterationProgress) => void) | undefined
  /** What the stream reads, as a warning names it. */
  readonly describe: () => string
  readonly explain: (error: unknown) => unknown
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Hands out the rows of a chunk source one by one or in batches, without a generator per row. */
export class RowStream<T> implements AsyncRows<T> {
  readonly #options: RowStreamOptions
  readonly #regrouper: Regrouper<unknown> | undefined
  readonly #progress: Progress
  #source: Chunks<unknown> | undefined
  #items: readonly unknown[] = []
  #index = 0
  #report: ProgressReport | undefined
  /** The source has no more chunks. */
  #exhausted = false
  #ended = false
  /** Steps that are under way, so that parallel calls of next() get their items in the order they were made. */
  #steps: Promise<unknown> | undefined

  constructor(options: RowStreamOptions) {
    this.#options = options
    this.#progress = options.progress
    this.#regrouper = options.batchYieldSize === undefined ? undefined : new Regrouper(options.batchYieldSize)
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (
      this.#steps === undefined &&
      this.#index < this.#items.length &&
      this.#options.signal?.aborted !== true
    ) {
      return Promise.resolve({ done: false, value: this.#take() })
    }
    const step = this.#steps === undefined ? this.#step() : this.#steps.then(() => this.#step())
    const settled = step.then(
      () => {},
      () => {},
    )
    this.#steps = settled
    void settled.then(() => {
      if (this.#steps === settled) this.#steps = undefined
    })
    return step
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#end()
    try {
      await this.#source?.close()
    } catch (error) {
      throw this.#options.explain(error)
    }
    return DONE
  }

  async throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    await this.return()
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  async #step(): Promise<IteratorResult<T, undefined>> {
    try {
      while (!this.#ended) {
        this.#options.signal?.throwIfAborted()
        if (this.#index < this.#items.length) return { done: false, value: this.#take() }
        if (this.#exhausted) this.#end()
        else await this.#refill()
      }
      return DONE
    } catch (error) {
      // A loop that was left while this fetch was under way has had its last row already.
      if (this.#ended) return DONE
      this.#end()
      await this.#source?.close().catch(() => {})
      if (this.#options.signal?.aborted === true) throw this.#options.signal.reason
      throw this.#options.explain(error)
    }
  }

  async #refill(): Promise<void> {
    const source = (this.#source ??= this.#open())
    const chunk = await source.next()
    if (this.#ended) return
    if (chunk !== undefined) this.#report?.fetched(chunk.length)
    this.#index = 0
    this.#exhausted = chunk === undefined
    if (chunk === undefined) this.#items = this.#regrouper?.flush() ?? []
    else this.#items = this.#regrouper?.add(chunk) ?? chunk
  }

  #open(): Chunks<unknown> {
    const { open, onProgress, describe } = this.#options
    if (onProgress !== undefined) this.#report = new ProgressReport(onProgress)
    const source = open()
    // What it closes must not lead back here, or it would never be dropped.
    watchDropped(this, { describe, close: () => source.close(), isOpen: () => !source.isClosed })
    return source
  }

  #take(): T {
    const item = this.#items[this.#index++]
    this.#progress.delivered += this.#regrouper ? (item as unknown[]).length : 1
    return item as T
  }

  #end(): void {
    this.#ended = true
    forgetDropped(this)
    this.#items = []
    this.#index = 0
  }
}
