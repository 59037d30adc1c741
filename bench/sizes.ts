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
  /** Parents of 250 children each. */
  readonly families: number
  /** Rows of a byte, and after them rows of 400 kB. */
  readonly growing: { readonly narrow: number; readonly wide: number }
  /** Rows read from a server that is far away. */
  readonly distantRows: number
  /** How far, in milliseconds one way. */
  readonly oneWays: readonly number[]
  readonly written: number
  /** Rows that are written from an iterable. */
  readonly loaded: readonly number[]
  /** Small queries of each kind. */
  readonly calls: number
  /** Processes that begin anew. */
  readonly coldStarts: number
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
  families: 2000,
  growing: { narrow: 4000, wide: 2500 },
  distantRows: 1_000_000,
  oneWays: [0, 1, 5, 25],
  written: 50_000,
  loaded: [300_000, 1_000_000],
  calls: 20_000,
  coldStarts: 15,
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
  families: 500,
  growing: { narrow: 4000, wide: 500 },
  distantRows: 100_000,
  oneWays: [0, 5, 25],
  written: 5000,
  loaded: [20_000, 100_000],
  calls: 3000,
  coldStarts: 5,
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
  families: 20,
  growing: { narrow: 400, wide: 20 },
  distantRows: 2000,
  oneWays: [0, 5],
  written: 500,
  loaded: [2000],
  calls: 20,
  coldStarts: 1,
  largeRows: 50,
  typedTables: 5,
  contenders: 2,
  atOnce: 3,
}
