import { ROW_HEADER } from './cell.js'

/** What is decoded at a time, in bytes, unless a single row is larger. */
const RUN_BYTES = 64 * 1024

/** Whole DataRow messages, and how many. */
export interface Run {
  readonly bytes: Buffer
  readonly count: number
}

/**
 * The rows of a chunk: bytes until they are asked for, some at a time. Rows that nobody has got yet would be old when he
 * gets them, and V8 lets its young generation grow for what does not die young.
 */
export class RowChunk<R> {
  readonly #decode: (run: Run) => R[]
  #runs: readonly Run[]
  #at = 0
  /** Bytes of the first run that were read. */
  #read = 0

  /** @param length how many rows they are. */
  constructor(
    runs: readonly Run[],
    readonly length: number,
    decode: (run: Run) => R[],
  ) {
    this.#runs = runs
    this.#decode = decode
  }

  /** Rows that need no decoding any more. */
  static of<R>(rows: R[]): RowChunk<R> {
    return new RowChunk([NO_BYTES], rows.length, () => rows)
  }

  /**
   * The next rows; undefined when there are no more.
   *
   * @throws {@link DecodeError} when one cannot be read.
   */
  next(): R[] | undefined {
    const run = this.#runs[this.#at]
    if (run === undefined) {
      this.#runs = []
      return undefined
    }
    if (run.bytes.length <= RUN_BYTES) {
      this.#at++
      return this.#decode(run)
    }
    const part = partOf(run, this.#read)
    this.#read += part.bytes.length
    if (this.#read >= run.bytes.length) {
      this.#at++
      this.#read = 0
    }
    return this.#decode(part)
  }

  /** All that are left, as {@link next} gives them. */
  *[Symbol.iterator](): Generator<R[], void> {
    for (let rows = this.next(); rows !== undefined; rows = this.next()) yield rows
  }
}

const NO_BYTES: Run = { bytes: Buffer.alloc(0), count: 0 }

/** The rows of a run from one on. */
function partOf({ bytes }: Run, start: number): Run {
  let end = start
  let count = 0
  while (end < bytes.length && (count === 0 || end - start < RUN_BYTES)) {
    // The header says how long the rest is; one that lies is found out by whoever decodes.
    end += 1 + Math.max(ROW_HEADER - 1, bytes.readInt32BE(end + 1))
    count++
  }
  return { bytes: bytes.subarray(start, end), count }
}
