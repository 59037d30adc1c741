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
  /** Rows read by a slow consumer. */
  readonly slowRows: number
  /** How often the first row is waited for. */
  readonly firstRow: { readonly processes: number; readonly queries: number }
  readonly parents: number
  readonly written: number
  /** Small queries of each kind. */
  readonly calls: number
  /** Rows of 100 kB. */
  readonly largeRows: number
  /** Tables of the schema that is type-checked. */
  readonly typedTables: number
  /** Contenders, the first ones, in each section but those of reading, which have all. */
  readonly contenders: number
  /** Sections that are measured at once. */
  readonly atOnce: number
}

export const full: Sizes = {
  rows: 1_000_000,
  tables: ['mixed', 'narrow', 'wide', 'texts'],
  repeats: 5,
  fewRepeats: 3,
  chunkRows: 200_000,
  chunkSizes: [1, 10, 100, 500, 2000, 10_000],
  counts: [100_000, 300_000, 1_000_000, 3_000_000],
  slowRows: 500_000,
  firstRow: { processes: 7, queries: 10 },
  parents: 100_000,
  written: 50_000,
  calls: 20_000,
  largeRows: 1500,
  typedTables: 500,
  contenders: Infinity,
  atOnce: 1,
}

export const quick: Sizes = {
  rows: 100_000,
  tables: ['mixed', 'wide', 'texts'],
  repeats: 2,
  fewRepeats: 1,
  chunkRows: 20_000,
  chunkSizes: [10, 100, 2000],
  counts: [25_000, 200_000],
  slowRows: 50_000,
  firstRow: { processes: 2, queries: 5 },
  parents: 20_000,
  written: 5000,
  calls: 3000,
  largeRows: 1000,
  typedTables: 50,
  contenders: Infinity,
  atOnce: 1,
}

/** For a test of the benchmark itself: the figures mean nothing. */
export const tiny: Sizes = {
  rows: 2000,
  tables: ['mixed'],
  repeats: 1,
  fewRepeats: 1,
  chunkRows: 1000,
  chunkSizes: [2000],
  counts: [1000],
  slowRows: 2000,
  firstRow: { processes: 1, queries: 2 },
  parents: 500,
  written: 500,
  calls: 20,
  largeRows: 50,
  typedTables: 5,
  contenders: 2,
  atOnce: 3,
}
