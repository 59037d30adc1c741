import type { Field } from '../row/field.js'
import type { RowSink } from '../row/row-sink.js'

/** What one fetch brought: DataRow messages as they came off the wire, to be decoded on another thread. */
export interface RawChunk {
  /** Whole messages only, in order. */
  readonly bytes: Buffer
  readonly count: number
  /** The columns. */
  readonly fields: readonly Field[]
}

/** Gathers rows as bytes. */
export class RawRows implements RowSink<RawChunk> {
  #fields: readonly Field[] = []
  #segments: Buffer[] = []
  #count = 0
  readonly #chunks: RawChunk[] = []

  describe(fields: readonly Field[]): void {
    this.#fields = fields
  }

  add(bytes: Buffer, count: number): void {
    this.#segments.push(bytes)
    this.#count += count
  }

  /** The bytes are a copy, in memory of their own that may be given away. */
  cut(): void {
    const bytes = Buffer.from(new ArrayBuffer(this.#segments.reduce((sum, { length }) => sum + length, 0)))
    let at = 0
    for (const segment of this.#segments) at += segment.copy(bytes, at)
    this.#chunks.push({ bytes, count: this.#count, fields: this.#fields })
    this.#segments = []
    this.#count = 0
  }

  take(): RawChunk {
    return this.#chunks.shift() ?? { bytes: Buffer.alloc(0), count: 0, fields: this.#fields }
  }
}
