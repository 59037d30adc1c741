import { DecodeError } from '../errors.js'
import type { Parameter } from '../pg/protocol.js'
import type { PrefetchQuery } from '../prefetch/prefetch.js'
import { PrefetchFailure } from '../prefetch/prefetch-failure.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import type { RowDecoder } from '../rows/row-decoder.js'
import type { RowReader } from '../rows/row-reader.js'
import type { Progress } from '../portal/idle-watch.js'
import { forgetDropped, watchDropped } from '../connection/dropped.js'
import type { IterationProgress } from './iterator-options.js'
import { ProgressReport } from './progress-report.js'
import { Regrouper } from './regroup.js'
import { bytesOf, emptyChunk } from '../worker/raw-rows.js'
import { RelatedQueryFailure, type SyncChunks } from '../worker/bridge.js'

/** The iterator that `iterator` returns: rows, or batches of rows. */
export interface SyncRows<T> extends IterableIterator<T, undefined>, Disposable {
  next(): IteratorResult<T, undefined>
  /** Ends the iteration: the portal is closed and the connection free when it returns. */
  return(): IteratorResult<T, undefined>
  throw(error: unknown): IteratorResult<T, undefined>
  [Symbol.iterator](): SyncRows<T>
}

/** What a synchronous row stream is made of. */
export interface SyncRowStreamOptions {
  readonly open: () => SyncChunks
  readonly reader: RowReader
  /** Reads what belongs to the rows of a chunk, on the stream's own connection. */
  readonly prefetch: ((rows: readonly KeyedRow[]) => Generator<PrefetchQuery, void, KeyedRow[]>) | undefined
  readonly batchYieldSize: number | undefined
  readonly signal: AbortSignal | undefined
  /** Where the rows that the loop has received are counted. */
  readonly progress: Progress
  readonly onProgress: ((progress: IterationProgress) => void) | undefined
  /** What the stream reads, as a warning names it. */
  readonly describe: () => string
  readonly explain: (error: unknown) => unknown
}

/** The chunks of `none()`. */
export const NO_SYNC_CHUNKS: SyncChunks = {
  next: () => undefined,
  requestNext: () => {},
  query: () => emptyChunk([]),
  close: () => {},
  drop: () => {},
  isOver: () => true,
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Hands out the rows of a worker's chunks one by one or in batches. */
export class SyncRowStream<T> implements SyncRows<T> {
  readonly #options: SyncRowStreamOptions
  readonly #regrouper: Regrouper<unknown> | undefined
  readonly #progress: Progress
  #chunks: SyncChunks | undefined
  #items: readonly unknown[] = []
  #index = 0
  #decoder: RowDecoder<unknown> | undefined
  #report: ProgressReport | undefined
  #exhausted = false
  #ended = false

  constructor(options: SyncRowStreamOptions) {
    this.#options = options
    this.#progress = options.progress
    this.#regrouper = options.batchYieldSize === undefined ? undefined : new Regrouper(options.batchYieldSize)
  }

  next(): IteratorResult<T, undefined> {
    const { signal } = this.#options
    while (!this.#ended) {
      if (signal?.aborted === true) {
        this.return()
        throw signal.reason
      }
      if (this.#index < this.#items.length) return { done: false, value: this.#take() }
      if (this.#exhausted) this.#end()
      else this.#refill()
    }
    return DONE
  }

  return(): IteratorResult<T, undefined> {
    this.#end()
    this.#chunks?.close()
    this.#chunks = undefined
    return DONE
  }

  throw(error: unknown): IteratorResult<T, undefined> {
    this.return()
    throw error
  }

  [Symbol.iterator](): this {
    return this
  }

  [Symbol.dispose](): void {
    this.return()
  }

  #refill(): void {
    try {
      const chunks = (this.#chunks ??= this.#open())
      const chunk = chunks.next()
      this.#index = 0
      this.#exhausted = chunk === undefined
      if (chunk === undefined) {
        this.#items = this.#regrouper?.flush() ?? []
        return
      }
      // Asked for before this one is decoded, so that a chunk is on its way while the loop body runs.
      if (this.#options.prefetch === undefined) chunks.requestNext()
      this.#decoder ??= this.#options.reader.start(chunk.fields)
      let rows: unknown[] = []
      this.#decoder.decode(bytesOf(chunk), chunk.count, rows)
      if (this.#options.prefetch !== undefined) {
        rows = this.#prefetched(chunks, this.#options.prefetch(rows as KeyedRow[]), rows as KeyedRow[])
        chunks.requestNext()
      }
      this.#report?.fetched(rows.length)
      this.#items = this.#regrouper?.add(rows) ?? rows
    } catch (error) {
      this.return()
      throw this.#options.explain(error)
    }
  }

  #prefetched(
    chunks: SyncChunks,
    steps: Generator<PrefetchQuery, void, KeyedRow[]>,
    rows: readonly KeyedRow[],
  ): unknown[] {
    for (let step = steps.next(); step.done !== true;) {
      step = steps.next(this.#related(chunks, step.value))
    }
    return rows.map(({ row }) => row)
  }

  #related(chunks: SyncChunks, step: PrefetchQuery): KeyedRow[] {
    const { query, reader } = step
    const parameters = query.parameters as Parameter[]
    try {
      const related = chunks.query({ sql: query.sql, parameters, formats: reader.formats })
      const rows: KeyedRow[] = []
      reader.start(related.fields).decode(bytesOf(related), related.count, rows)
      return rows
    } catch (error) {
      if (error instanceof RelatedQueryFailure) throw new PrefetchFailure(step, error.cause)
      throw error instanceof DecodeError ? new PrefetchFailure(step, error) : error
    }
  }

  #open(): SyncChunks {
    const { open, onProgress, describe } = this.#options
    if (onProgress !== undefined) this.#report = new ProgressReport(onProgress)
    const chunks = open()
    // What it closes must not lead back here, or it would never be dropped.
    watchDropped(this, { describe, close: () => chunks.drop(), isOpen: () => !chunks.isOver() })
    return chunks
  }

  #take(): T {
    const item = this.#items[this.#index++]
    this.#progress.delivered += this.#regrouper ? (item as unknown[]).length : 1
    // What one item is follows from the selection and the batch size, which T follows as well.
    return item as T
  }

  #end(): void {
    this.#ended = true
    forgetDropped(this)
    this.#items = []
    this.#index = 0
  }
}
