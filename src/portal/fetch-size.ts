/** Rows of the first fetch: few, so that the first row is there early. */
const FIRST_ROWS = 10
const MOST_ROWS = 2000
const GROWTH = 8
/** What one fetch is to bring at most, and of what its stream may hold; a single row may be larger. */
const MOST_BYTES = 1024 * 1024
const SHARE = 1 / 8

/**
 * How many rows to fetch at a time where the caller has not said: few at first, then as many as stay within a budget
 * of bytes, by the size of the rows that came last.
 */
export class FetchSize {
  #rows: number
  /** What a row of the last fetch took. */
  #rowBytes = 0
  readonly #isFixed: boolean
  readonly #bytes: number

  /** @param maxBytes what the stream may hold. */
  constructor(chunkSize: number | undefined, maxBytes: number) {
    this.#bytes = Math.min(MOST_BYTES, maxBytes * SHARE)
    this.#isFixed = chunkSize !== undefined
    this.#rows = chunkSize ?? FIRST_ROWS
  }

  /** Rows of the next fetch, as the protocol has it: 0 for all. */
  get rows(): number {
    return this.#rows === Infinity ? 0 : this.#rows
  }

  /** What the next fetch is likely to bring, by the rows of the last. */
  get expectedBytes(): number {
    return this.#rows * this.#rowBytes
  }

  /** What the last fetch has brought. */
  brought(rows: number, bytes: number): void {
    if (rows === 0) return
    this.#rowBytes = bytes / rows
    if (this.#isFixed) return
    const affordable = Math.max(1, Math.floor((this.#bytes * rows) / bytes))
    this.#rows = Math.min(MOST_ROWS, this.#rows * GROWTH, affordable)
  }
}
