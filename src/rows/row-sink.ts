import { DecodeError } from '../errors.js'
import type { ByteBudget } from './byte-budget.js'
import type { Field } from './field.js'
import { RowChunk, type Run } from './row-chunk.js'
import type { RowDecoder } from './row-decoder.js'
import type { RowReader } from './row-reader.js'

/**
 * Takes in the rows of one statement as they come off the wire, and hands them out a chunk at a time. They do not travel
 * in promises: one that waits long is old when its rows come, and would have the garbage collector take them for old too.
 * Only `take` throws.
 */
export interface RowSink<C> {
  /** The columns, told once before the first row. */
  describe(fields: readonly Field[]): void
  /** Whole DataRow messages, which may be kept. */
  add(bytes: Buffer, count: number): void
  /** The rows that have come in since the last time are a chunk. */
  cut(): void
  /** The first chunk that was not taken yet. */
  take(): C
}

interface Failed {
  readonly error: unknown
}

/** Decodes rows while the next are on their way. */
export class DecodedRows<R> implements RowSink<R[]> {
  readonly #reader: RowReader<R>
  readonly #budget: ByteBudget | undefined
  readonly #chunks: (R[] | Failed)[] = []
  #decoder: RowDecoder<R> | undefined
  #rows: R[] = []
  #failure: Failed | undefined

  /** @param budget where it is passed, rows are counted there and not kept. */
  constructor(reader: RowReader<R>, budget?: ByteBudget) {
    this.#reader = reader
    this.#budget = budget
  }

  describe(fields: readonly Field[]): void {
    this.#attempt(() => (this.#decoder = this.#reader.start(fields)))
  }

  add(bytes: Buffer, count: number): void {
    this.#budget?.spend(bytes.length)
    if (this.#budget?.isPassed === true) {
      this.#rows = []
      return
    }
    this.#attempt(() => decoderOf(this.#decoder).decode(bytes, count, this.#rows))
  }

  cut(): void {
    this.#chunks.push(this.#failure ?? this.#rows)
    this.#rows = []
  }

  /** @throws what rows of the chunk could not be decoded for. */
  take(): R[] {
    const chunk = this.#chunks.shift() ?? []
    if (Array.isArray(chunk)) return chunk
    throw chunk.error
  }

  /** A failure belongs to whoever takes the rows, not to the socket that brings them. */
  #attempt(task: () => void): void {
    if (this.#failure !== undefined) return
    try {
      task()
    } catch (error) {
      this.#failure = { error }
    }
  }
}

/** Keeps rows as bytes, to be decoded as they are handed out. */
export class ChunkedRows<R> implements RowSink<RowChunk<R>> {
  readonly #reader: RowReader<R>
  readonly #onFailure: (error: unknown) => void
  readonly #chunks: RowChunk<R>[] = []
  #decoder: RowDecoder<R> | undefined
  #runs: Run[] = []
  #count = 0
  #failure: Failed | undefined

  /** @param onFailure is called when rows of a chunk cannot be read, before whoever asked for them is told. */
  constructor(reader: RowReader<R>, onFailure: (error: unknown) => void) {
    this.#reader = reader
    this.#onFailure = onFailure
  }

  describe(fields: readonly Field[]): void {
    try {
      this.#decoder = this.#reader.start(fields)
    } catch (error) {
      // It belongs to whoever takes the rows, not to the socket that brings them.
      this.#failure = { error }
    }
  }

  add(bytes: Buffer, count: number): void {
    // Later they would pass for rows of what is described by then.
    if (this.#decoder === undefined) this.#failure ??= { error: undescribed() }
    this.#runs.push({ bytes, count })
    this.#count += count
  }

  cut(): void {
    this.#chunks.push(new RowChunk(this.#runs, this.#count, (run) => this.#decoded(run)))
    this.#runs = []
    this.#count = 0
  }

  /** @throws {@link SchemaDriftError} when the columns are not those expected. */
  take(): RowChunk<R> {
    if (this.#failure !== undefined) throw this.#failure.error
    return this.#chunks.shift() ?? RowChunk.of<R>([])
  }

  #decoded({ bytes, count }: Run): R[] {
    const rows: R[] = []
    try {
      decoderOf(this.#decoder).decode(bytes, count, rows)
    } catch (error) {
      this.#onFailure(error)
      throw error
    }
    return rows
  }
}

function decoderOf<R>(decoder: RowDecoder<R> | undefined): RowDecoder<R> {
  if (decoder === undefined) throw undescribed()
  return decoder
}

function undescribed(): DecodeError {
  return new DecodeError('The server sent rows without naming their columns.')
}

/** For statements that return no rows. */
export const NO_ROWS: RowSink<void> = {
  describe: () => {},
  add: () => {},
  cut: () => {},
  take: () => {},
}

/** For statements of which only the columns are of interest. */
export class DescribedColumns implements RowSink<readonly Field[]> {
  #fields: readonly Field[] = []

  describe(fields: readonly Field[]): void {
    this.#fields = fields
  }

  add(): void {}

  cut(): void {}

  take(): readonly Field[] {
    return this.#fields
  }
}
