import { retrying, type HeldRetry } from '../connection/retry.js'
import type { RowChunk } from '../rows/row-chunk.js'
import type { Chunks } from './async-rows.js'
import type { ChunkSource } from './chunk-source.js'

/** The chunks of a stream that is begun again when it fails before its first row. */
export class RepeatedStart implements Chunks<unknown> {
  readonly #open: () => ChunkSource
  readonly #retry: HeldRetry
  readonly #isRetryable: (error: Error) => boolean
  readonly #leaving = new AbortController()
  readonly #signal: AbortSignal
  #chunks: ChunkSource
  #hasBegun = false

  /** @param signal the caller's, which ends the pauses. */
  constructor(
    open: () => ChunkSource,
    retry: HeldRetry,
    isRetryable: (error: Error) => boolean,
    signal?: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([this.#leaving.signal, ...(signal ? [signal] : [])])
    this.#open = open
    this.#retry = retry
    this.#isRetryable = isRetryable
    this.#chunks = open()
  }

  get isClosed(): boolean {
    return this.#chunks.isClosed && (this.#hasBegun || this.#signal.aborted)
  }

  async next(): Promise<RowChunk<unknown> | undefined> {
    if (this.#hasBegun) return this.#chunks.next()
    try {
      return await retrying(
        this.#retry,
        () => this.#first(),
        (error) => this.#isWorth(error),
        this.#signal,
      )
    } finally {
      this.#hasBegun = true
    }
  }

  close(): Promise<void> {
    this.#leaving.abort()
    return this.#chunks.close()
  }

  #first(): Promise<RowChunk<unknown> | undefined> {
    if (this.#chunks.isClosed) this.#chunks = this.#open()
    return this.#chunks.next()
  }

  /** Getting a connection is repeated by itself; one that is pinned cannot be changed for another. */
  #isWorth(error: Error): boolean {
    return this.#chunks.hadItsOwn && this.#isRetryable(error)
  }
}
