import { DecodeError } from '../errors.js'
import { statementOf } from '../kysely/read-request.js'
import { PrefetchFailure } from '../failure/prefetch-failure.js'
import type { PrefetchQuery } from '../prefetch/prefetch.js'
import type { ByteBudget } from '../rows/byte-budget.js'
import type { KeyedRow } from '../rows/keyed-reader.js'
import { RowChunk } from '../rows/row-chunk.js'
import type { RowDecoder } from '../rows/row-decoder.js'
import type { RowReader } from '../rows/row-reader.js'
import type { Trace } from '../trace/trace.js'
import { RelatedQueryFailure, type SyncChunks } from '../worker/bridge.js'
import { bytesOf, emptyChunk } from '../worker/raw-rows.js'
import { HandOut, type Iteration } from './hand-out.js'
import { Parents } from './parents.js'
import type { PrefetchRows } from './run-prefetch.js'

/** The iterator that `iterator` returns: rows, or batches of rows. */
export interface SyncRows<T> extends IterableIterator<T, undefined>, Disposable {
  /** The next row or batch; blocks the thread where none is at hand. Throws what the stream failed by. */
  next(): IteratorResult<T, undefined>
  /** Ends the iteration: the portal is closed and the connection free when it returns. */
  return(): IteratorResult<T, undefined>
  /** Ends the iteration as `return()` does, and throws what is given. */
  throw(error: unknown): IteratorResult<T, undefined>
  [Symbol.iterator](): SyncRows<T>
}

/** How a synchronous iteration gets from bytes to rows. */
export interface SyncSource {
  readonly open: () => SyncChunks
  readonly reader: RowReader
  /** Reads what belongs to the rows of a chunk, on the stream's own connection. */
  readonly prefetch: PrefetchRows | undefined
  /** Begins the trace of a prefetch, if anybody listens. */
  readonly trace: (step: PrefetchQuery) => Trace | undefined
}

/** The chunks of `none()`. */
export const NO_SYNC_CHUNKS: SyncChunks = {
  next: () => undefined,
  requestNext: () => {},
  query: () => {},
  answer: () => emptyChunk([]),
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
  /** Rows that wait for what belongs to them. */
  readonly #parents: Parents
  /** How large a chunk may be, in bytes, for the next to be on its way beside it. */
  readonly #mostAhead: number
  /** The next chunk was asked for already; the first comes unasked. */
  #isAsked = true

  constructor(iteration: Iteration, source: SyncSource) {
    this.#source = source
    this.#parents = new Parents(iteration.request)
    const { options, maxBytes } = iteration.request
    // The last fetch commits what was written, and that is to stay only if its rows can be read.
    this.#mostAhead = options.readOnly === false ? -1 : maxBytes / 4
    this.#handOut = new HandOut(iteration)
  }

  next(): IteratorResult<T, undefined> {
    const handOut = this.#handOut
    while (!handOut.hasEnded) {
      if (handOut.isAborted) {
        handOut.trace?.fail(handOut.reason)
        this.return()
        throw handOut.reason
      }
      if (handOut.isReady) return { done: false, value: handOut.take() }
      if (this.#readOn()) continue
      if (handOut.isLast) this.#atEnd()
      else this.#refill()
    }
    return DONE
  }

  return(): IteratorResult<T, undefined> {
    this.#handOut.end(this)
    this.#chunks?.close()
    this.#chunks = undefined
    this.#handOut.trace?.over()
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

  #atEnd(): void {
    this.#handOut.end(this)
    this.#handOut.trace?.over()
  }

  #readOn(): boolean {
    try {
      return this.#handOut.readOn()
    } catch (error) {
      throw this.#failed(error)
    }
  }

  #refill(): void {
    try {
      const chunks = (this.#chunks ??= this.#opened())
      const { trace } = this.#handOut
      const next = () => this.#nextRows(chunks)
      this.#handOut.add(trace === undefined ? next() : trace.fetchingSync(next))
    } catch (error) {
      throw this.#failed(error)
    }
  }

  #failed(error: unknown): unknown {
    const { iteration, trace } = this.#handOut
    const failure = iteration.explain(error)
    trace?.fail(failure)
    this.return()
    return failure
  }

  #nextRows(chunks: SyncChunks): RowChunk<unknown> | undefined {
    const { prefetch } = this.#source
    if (prefetch === undefined) return this.#nextChunk(chunks)
    if (this.#parents.isEmpty) {
      const chunk = this.#nextChunk(chunks)
      if (chunk === undefined) return undefined
      // The reader of what is prefetched for gives rows with their keys.
      const parents: KeyedRow[] = []
      for (const rows of chunk) for (const row of rows) parents.push(row as KeyedRow)
      this.#parents.add(parents)
    }
    const completed = this.#prefetched(chunks, prefetch)
    if (this.#parents.isEmpty) this.#ask(chunks)
    return RowChunk.of(completed)
  }

  #nextChunk(chunks: SyncChunks): RowChunk<unknown> | undefined {
    const { reader, prefetch } = this.#source
    if (!this.#isAsked) this.#ask(chunks)
    const chunk = chunks.next()
    this.#isAsked = false
    if (chunk === undefined) return undefined
    // Asked for before this one is read, so that a chunk is on its way while the loop body runs: if two may be here.
    if (prefetch === undefined && chunk.size <= this.#mostAhead) this.#ask(chunks)
    const decoder = (this.#decoder ??= reader.start(chunk.fields))
    const { count } = chunk
    return new RowChunk([{ bytes: bytesOf(chunk), count }], count, (run) => {
      const rows: unknown[] = []
      decoder.decode(run.bytes, run.count, rows)
      return rows
    })
  }

  #ask(chunks: SyncChunks): void {
    this.#isAsked = true
    chunks.requestNext()
  }

  #prefetched(chunks: SyncChunks, prefetch: PrefetchRows): unknown[] {
    for (;;) {
      const siblings = this.#parents.next(false)
      const { rows, budget } = siblings
      const steps = prefetch(rows, budget)
      for (let step = steps.next(); step.done !== true;) {
        // It blocks in any case.
        step = steps.next(step.value === undefined ? [] : this.#related(chunks, step.value, budget))
      }
      const completed = this.#parents.completed(siblings)
      if (completed !== undefined) return completed
    }
  }

  #related(chunks: SyncChunks, steps: readonly PrefetchQuery[], budget: ByteBudget): KeyedRow[][] {
    const traces = steps.map((step) => this.#source.trace(step))
    const statements = steps.map(({ query, reader }) => statementOf(query, reader))
    chunks.query({ statements, mostBytes: budget.left })
    try {
      return steps.map((step, index) => this.#answer(chunks, step, budget, traces[index]))
    } catch (error) {
      // Those behind it have no answer any more.
      for (const trace of traces) trace?.fail(error)
      throw error
    }
  }

  #answer(chunks: SyncChunks, step: PrefetchQuery, budget: ByteBudget, trace: Trace | undefined): KeyedRow[] {
    if (trace === undefined) return this.#relatedRows(chunks, step, budget)
    try {
      const rows = trace.fetchingSync(() => this.#relatedRows(chunks, step, budget))
      trace.fetched(rows.length)
      trace.over()
      return rows
    } catch (error) {
      trace.fail(error instanceof PrefetchFailure ? error.cause : error)
      throw error
    }
  }

  #relatedRows(chunks: SyncChunks, step: PrefetchQuery, budget: ByteBudget): KeyedRow[] {
    const { reader } = step
    try {
      const related = chunks.answer()
      budget.spend(related.dropped ?? related.size)
      const rows: KeyedRow[] = []
      if (!budget.isPassed) reader.start(related.fields).decode(bytesOf(related), related.count, rows)
      return rows
    } catch (error) {
      if (error instanceof RelatedQueryFailure) throw new PrefetchFailure(step, error.cause)
      throw error instanceof DecodeError ? new PrefetchFailure(step, error) : error
    }
  }

  #opened(): SyncChunks {
    this.#handOut.opening()
    const chunks = this.#source.open()
    // What it closes must not lead back here, or it would never be dropped.
    this.#handOut.opened(this, { close: () => chunks.drop(), isOpen: () => !chunks.isOver() })
    return chunks
  }
}
