import { breathe } from '../breath.js'
import type { RowChunk } from '../rows/row-chunk.js'
import type { Trace } from '../trace/trace.js'
import { HandOut, type Iteration } from './hand-out.js'

/**
 * The async iterator that `aiterator` returns: rows, or batches of rows. Leaving a `for await` loop closes it; one that
 * is stepped by hand is closed by `return()` or `await using`.
 */
export interface AsyncRows<T> extends AsyncIterableIterator<T, undefined>, AsyncDisposable {
  /** The next row or batch; fetches where none is at hand. Rejects with what the stream failed by. */
  next(): Promise<IteratorResult<T, undefined>>
  /** Ends the iteration: the portal is closed and the connection free once the promise resolves. */
  return(): Promise<IteratorResult<T, undefined>>
  /** Ends the stream as `return()` does, and rejects with what is given. */
  throw(error: unknown): Promise<IteratorResult<T, undefined>>
  [Symbol.asyncIterator](): AsyncRows<T>
}

/** Where a row stream gets its rows from, a chunk at a time. */
export interface Chunks<R> {
  /** The next chunk, never empty, or undefined at the end; then the connection is free. */
  next(): Promise<RowChunk<R> | undefined>
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

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Hands out the rows of a chunk source, without a generator per row. */
export class RowStream<T> implements AsyncRows<T> {
  readonly #open: (trace: Trace | undefined) => Chunks<unknown>
  readonly #handOut: HandOut<T>
  #source: Chunks<unknown> | undefined
  /** Steps that are under way, so that parallel calls of next() get their items in the order they were made. */
  #steps: Promise<unknown> | undefined

  constructor(iteration: Iteration, open: (trace: Trace | undefined) => Chunks<unknown>) {
    this.#open = open
    this.#handOut = new HandOut(iteration)
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#steps === undefined && this.#handOut.isReady && !this.#handOut.isTooLong) {
      return Promise.resolve({ done: false, value: this.#handOut.take() })
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
    this.#handOut.end(this)
    try {
      await this.#source?.close()
      this.#handOut.trace?.over()
    } catch (error) {
      throw this.#failed(this.#handOut.iteration.explain(error))
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
    const handOut = this.#handOut
    try {
      for (;;) {
        // Rows that are there already would be handed out without the event loop ever turning.
        if (handOut.isTooLong) await breathe()
        if (handOut.hasEnded) return DONE
        if (handOut.isAborted) throw handOut.reason
        if (handOut.isReady) return { done: false, value: handOut.take() }
        if (handOut.readOn()) continue
        if (handOut.isLast) this.#atEnd()
        else await this.#refill()
      }
    } catch (error) {
      // A loop that was left while this fetch was under way has had its last row already.
      if (handOut.hasEnded) return DONE
      handOut.end(this)
      await this.#source?.close().catch(() => {})
      throw this.#failed(handOut.isAborted ? handOut.reason : handOut.iteration.explain(error))
    }
  }

  #atEnd(): void {
    this.#handOut.end(this)
    this.#handOut.trace?.over()
  }

  #failed(failure: unknown): unknown {
    this.#handOut.trace?.fail(failure)
    return failure
  }

  async #refill(): Promise<void> {
    const source = (this.#source ??= this.#opened())
    const { trace } = this.#handOut
    const chunk = await (trace === undefined ? source.next() : trace.fetching(() => source.next()))
    if (!this.#handOut.hasEnded) this.#handOut.add(chunk)
  }

  #opened(): Chunks<unknown> {
    const source = this.#open(this.#handOut.opening())
    // What it closes must not lead back here, or it would never be dropped.
    this.#handOut.opened(this, { close: () => source.close(), isOpen: () => !source.isClosed })
    return source
  }
}
