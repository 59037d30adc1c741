import { DecodeError } from '../errors.js'
import { statementOf } from '../kysely/read-request.js'
import { PrefetchFailure } from '../failure/prefetch-failure.js'
import type { PrefetchQuery } from '../prefetch/prefetch.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import type { RowDecoder } from '../rows/row-decoder.js'
import type { RowReader } from '../rows/row-reader.js'
import { RelatedQueryFailure, type SyncChunks } from '../worker/bridge.js'
import { bytesOf, emptyChunk } from '../worker/raw-rows.js'
import { HandOut, type Iteration } from './hand-out.js'
import type { PrefetchRows } from './run-prefetch.js'

/** The iterator that `iterator` returns: rows, or batches of rows. */
export interface SyncRows<T> extends IterableIterator<T, undefined>, Disposable {
  next(): IteratorResult<T, undefined>
  /** Ends the iteration: the portal is closed and the connection free when it returns. */
  return(): IteratorResult<T, undefined>
  throw(error: unknown): IteratorResult<T, undefined>
  [Symbol.iterator](): SyncRows<T>
}

/** How a synchronous iteration gets from bytes to rows. */
export interface SyncSource {
  readonly open: () => SyncChunks
  readonly reader: RowReader
  /** Reads what belongs to the rows of a chunk, on the stream's own connection. */
  readonly prefetch: PrefetchRows | undefined
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

/** Hands out the rows of a worker's chunks. */
export class SyncRowStream<T> implements SyncRows<T> {
  readonly #source: SyncSource
  readonly #handOut: HandOut<T>
  #chunks: SyncChunks | undefined
  #decoder: RowDecoder<unknown> | undefined

  constructor(iteration: Iteration, source: SyncSource) {
    this.#source = source
    this.#handOut = new HandOut(iteration)
  }

  next(): IteratorResult<T, undefined> {
    const handOut = this.#handOut
    while (!handOut.hasEnded) {
      if (handOut.isAborted) {
        this.return()
        throw handOut.reason
      }
      if (handOut.isReady) return { done: false, value: handOut.take() }
      if (handOut.isLast) handOut.end(this)
      else this.#refill()
    }
    return DONE
  }

  return(): IteratorResult<T, undefined> {
    this.#handOut.end(this)
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
      this.#handOut.add(this.#nextRows((this.#chunks ??= this.#opened())))
    } catch (error) {
      this.return()
      throw this.#handOut.iteration.explain(error)
    }
  }

  #nextRows(chunks: SyncChunks): unknown[] | undefined {
    const { reader, prefetch } = this.#source
    const chunk = chunks.next()
    if (chunk === undefined) return undefined
    // Asked for before this one is decoded, so that a chunk is on its way while the loop body runs.
    if (prefetch === undefined) chunks.requestNext()
    this.#decoder ??= reader.start(chunk.fields)
    const rows: unknown[] = []
    this.#decoder.decode(bytesOf(chunk), chunk.count, rows)
    if (prefetch === undefined) return rows
    // The reader of what is prefetched for gives rows with their keys.
    const completed = this.#prefetched(chunks, prefetch, rows as KeyedRow[])
    chunks.requestNext()
    return completed
  }

  #prefetched(chunks: SyncChunks, prefetch: PrefetchRows, rows: readonly KeyedRow[]): unknown[] {
    const steps = prefetch(rows)
    for (let step = steps.next(); step.done !== true;) step = steps.next(this.#related(chunks, step.value))
    return rows.map(({ row }) => row)
  }

  #related(chunks: SyncChunks, step: PrefetchQuery): KeyedRow[] {
    const { query, reader } = step
    try {
      const related = chunks.query(statementOf(query, reader))
      const rows: KeyedRow[] = []
      reader.start(related.fields).decode(bytesOf(related), related.count, rows)
      return rows
    } catch (error) {
      if (error instanceof RelatedQueryFailure) throw new PrefetchFailure(step, error.cause)
      throw error instanceof DecodeError ? new PrefetchFailure(step, error) : error
    }
  }

  #opened(): SyncChunks {
    const chunks = this.#source.open()
    // What it closes must not lead back here, or it would never be dropped.
    this.#handOut.opened(this, { close: () => chunks.drop(), isOpen: () => !chunks.isOver() })
    return chunks
  }
}
