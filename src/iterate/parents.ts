import type { IterationRequest } from '../request.js'
import { ByteBudget } from '../rows/byte-budget.js'
import type { KeyedRow } from '../rows/keyed-reader.js'

const GROWTH = 8
/** Of what the stream may hold: the rest is for the rows themselves. */
const SHARE = 3 / 4
/** Where the number of rows is ours to choose, what their children are to come to, in bytes. */
const CHILDREN_BYTES = 2 * 1024 * 1024

/** Rows that are completed together, and what may be read for that. */
export interface Siblings {
  readonly rows: readonly KeyedRow[]
  readonly budget: ByteBudget
}

/**
 * The rows of a chunk that wait for what belongs to them: all together, or as many at a time as the children of the last
 * ones say. Where the children turn out to be more than the stream may hold, those are read again for fewer rows.
 */
export class Parents {
  readonly #maxBytes: number
  readonly #bytes: number
  #rows: (KeyedRow | undefined)[] = []
  #at = 0
  /** How many to complete at a time. */
  #count = Infinity
  /** What the children of those that were completed last came to, in bytes. */
  #lent = 0

  constructor({ maxBytes, options }: IterationRequest) {
    this.#maxBytes = maxBytes * SHARE
    const most = options.chunkSize === undefined ? CHILDREN_BYTES : Infinity
    this.#bytes = Math.min(most, this.#maxBytes / 2)
  }

  /** None waits. */
  get isEmpty(): boolean {
    return this.#at === this.#rows.length
  }

  /** @param rows are emptied as they are handed out: whoever gave them holds them until it is asked for more. */
  add(rows: KeyedRow[]): void {
    this.#rows = rows
    this.#at = 0
  }

  /** Whether as many again could be there beside those that were completed last. */
  get leaveRoom(): boolean {
    return this.#lent <= this.#maxBytes / 2
  }

  /**
   * Those to be completed next; a single one whatever its children weigh.
   *
   * @param isBeside the loop still has those before.
   */
  next(isBeside: boolean): Siblings {
    // Only those that were handed out are gone.
    const rows = this.#rows.slice(this.#at, this.#at + this.#count) as KeyedRow[]
    const most = isBeside ? this.#maxBytes - this.#lent : this.#maxBytes
    return { rows, budget: new ByteBudget(rows.length === 1 ? Infinity : most) }
  }

  /** The rows without their keys if they were completed; undefined if their children were too many. */
  completed({ rows, budget }: Siblings): unknown[] | undefined {
    const { length } = rows
    const affordable = (length * this.#bytes) / budget.spent
    const most = budget.isPassed ? length / GROWTH : Math.max(length * GROWTH, this.#count)
    this.#count = Math.max(1, Math.floor(Math.min(affordable, most)))
    if (budget.isPassed) return undefined
    this.#lent = budget.spent
    // The loop lets go of them, and so must what waits behind them.
    this.#rows.fill(undefined, this.#at, (this.#at += length))
    return rows.map(({ row }) => row)
  }
}
