import { asError, UsageError } from '../errors.js'
import type { ByteBudget } from '../rows/byte-budget.js'
import type { Field } from '../rows/field.js'
import type { RowSink } from '../rows/row-sink.js'

/** What one fetch brought: DataRow messages as they came off the wire, to be decoded on another thread. */
export interface RawChunk {
  /** Whole messages only, in order, from its beginning on. */
  readonly memory: ArrayBuffer
  /** How many bytes of it they take. */
  readonly size: number
  readonly count: number
  /** Bytes that came and were not kept, since they passed what was asked for; then there are none here. */
  readonly dropped?: number
  /** The columns. */
  readonly fields: readonly Field[]
}

/** The messages of a chunk. */
export function bytesOf({ memory, size }: RawChunk): Buffer {
  return Buffer.from(memory, 0, size)
}

/** A chunk of nothing. */
export function emptyChunk(fields: readonly Field[]): RawChunk {
  return { memory: new ArrayBuffer(0), size: 0, count: 0, fields }
}

/** Sizes of chunks differ a little: memory in steps of this many bytes fits more than one of them. */
const STEP = 128 * 1024

/** Gathers rows as bytes, in memory that may be given away, and is used again when it comes back. */
export class RawRows implements RowSink<RawChunk> {
  /** In the place of a chunk for which there was no memory: what to say. */
  readonly #chunks: (RawChunk | UsageError)[] = []
  #fields: readonly Field[] = []
  #segments: Buffer[] = []
  #size = 0
  #count = 0
  #spare: ArrayBuffer | undefined
  readonly #budget: ByteBudget | undefined

  /** @param budget where it is passed, rows are counted there and not kept. */
  constructor(budget?: ByteBudget) {
    this.#budget = budget
  }

  describe(fields: readonly Field[]): void {
    this.#fields = fields
  }

  add(bytes: Buffer, count: number): void {
    this.#size += bytes.length
    this.#budget?.spend(bytes.length)
    if (this.#budget?.isPassed === true) this.#segments = []
    else this.#segments.push(bytes)
    this.#count += count
  }

  cut(): void {
    this.#chunks.push(this.#joined())
    this.#segments = []
    this.#size = 0
    this.#count = 0
  }

  /** @throws {@link UsageError} when there was not memory enough for it. */
  take(): RawChunk {
    const chunk = this.#chunks.shift() ?? emptyChunk(this.#fields)
    if (chunk instanceof UsageError) throw chunk
    return chunk
  }

  /** Memory of a chunk that nobody reads any more. */
  giveBack(memory: ArrayBuffer): void {
    this.#spare = memory
  }

  #joined(): RawChunk | UsageError {
    const size = this.#size
    if (this.#budget?.isPassed === true) return { ...emptyChunk(this.#fields), dropped: size }
    try {
      const chunk: RawChunk = { memory: this.#memory(size), size, count: this.#count, fields: this.#fields }
      const bytes = bytesOf(chunk)
      let at = 0
      for (const segment of this.#segments) at += segment.copy(bytes, at)
      return chunk
    } catch (error) {
      const what = `${this.#count} rows of ${size} bytes`
      return new UsageError(
        `There is no memory for a chunk of ${what}: ${asError(error).message}. Use a smaller chunkSize.`,
        { cause: error },
      )
    }
  }

  #memory(size: number): ArrayBuffer {
    const spare = this.#spare
    this.#spare = undefined
    const length = Math.ceil(size / STEP) * STEP
    // One chunk of long rows does not keep its memory for the short ones that follow.
    return spare !== undefined && spare.byteLength >= size && spare.byteLength <= 2 * length
      ? spare
      : new ArrayBuffer(length)
  }
}
