import type { Field } from './field.js'
import type { RowDecoder } from './row-decoder.js'
import type { RowReader } from './row-reader.js'

/** Takes in the rows of one statement as they come off the wire. Only `take` throws. */
export interface RowSink<C> {
  /** The columns, told once before the first row. */
  describe(fields: readonly Field[]): void
  /** Whole DataRow messages, which may be kept. */
  add(bytes: Buffer, count: number): void
  /** What has come in since the last call. */
  take(): C
}

/** Decodes rows while the next are on their way. */
export class DecodedRows<R> implements RowSink<R[]> {
  readonly #reader: RowReader<R>
  #decoder: RowDecoder<R> | undefined
  #rows: R[] = []
  #failure: { readonly error: unknown } | undefined

  constructor(reader: RowReader<R>) {
    this.#reader = reader
  }

  describe(fields: readonly Field[]): void {
    this.#attempt(() => (this.#decoder = this.#reader.start(fields)))
  }

  add(bytes: Buffer, count: number): void {
    this.#attempt(() => this.#decoder?.decode(bytes, count, this.#rows))
  }

  /** @throws what the rows could not be decoded for. */
  take(): R[] {
    if (this.#failure !== undefined) throw this.#failure.error
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  /** A failure belongs to whoever takes the rows, not to the socket that brings them. */
  #attempt(task: () => void): void {
    if (this.#failure !== undefined) return
    try {
      task()
    } catch (error) {
      this.#failure = { error }
      this.#rows = []
    }
  }
}

/** For statements that return no rows. */
export const NO_ROWS: RowSink<void> = { describe: () => {}, add: () => {}, take: () => {} }

/** For statements of which only the columns are of interest. */
export class DescribedColumns implements RowSink<readonly Field[]> {
  #fields: readonly Field[] = []

  describe(fields: readonly Field[]): void {
    this.#fields = fields
  }

  add(): void {}

  take(): readonly Field[] {
    return this.#fields
  }
}
