/** How much is measured. */
export interface Sizes {
  /** Rows of the table "mixed", and of "narrow"; "wide" and "texts" have a tenth. */
  readonly rows: number
  /** The tables that every contender reads. */
  readonly tables: readonly string[]
  /** Rounds on the main table. */
  readonly repeats: number
  /** Rounds elsewhere. */
  readonly fewRepeats: number
  /** Rows read with each chunk size; at chunk size 1 a twentieth of it. */
  readonly chunkRows: number
  /** Rows per fetch. */
  readonly chunkSizes: readonly number[]
  /** Row counts for memory. */
  readonly counts: readonly number[]
  readonly parents: number
  readonly written: number
  /** Tables of the schema that is type-checked. */
  readonly typedTables: number
}

export const full: Sizes = {
  rows: 1_000_000,
  tables: ['mixed', 'narrow', 'wide', 'texts'],
  repeats: 7,
  fewRepeats: 3,
  chunkRows: 300_000,
  chunkSizes: [1, 100, 1000, 2000, 10_000],
  counts: [100_000, 300_000, 1_000_000, 3_000_000],
  parents: 100_000,
  written: 100_000,
  typedTables: 500,
}

export const quick: Sizes = {
  rows: 100_000,
  tables: ['mixed', 'wide', 'texts'],
  repeats: 2,
  fewRepeats: 1,
  chunkRows: 20_000,
  chunkSizes: [1, 100, 2000],
  counts: [25_000, 200_000],
  parents: 20_000,
  written: 5000,
  typedTables: 50,
}

/** For a test of the benchmark itself: the figures mean nothing. */
export const tiny: Sizes = {
  rows: 2000,
  tables: ['mixed'],
  repeats: 1,
  fewRepeats: 1,
  chunkRows: 1000,
  chunkSizes: [1, 2000],
  counts: [1000, 2000],
  parents: 500,
  written: 500,
  typedTables: 5,
}
