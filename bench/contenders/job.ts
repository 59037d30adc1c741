/** What a contender's process is told. */
export interface ReadJob {
  /** URL of the contender's module. */
  readonly module: string
  /** URL of the folder of the contenders that are not compiled. */
  readonly peers: string
  /** URL of the folder of those that are. */
  readonly built: string
  /** URL of the folder of this package as it is published, with repositories beside. */
  readonly published: string
  /** Of the database. */
  readonly url: string
  readonly table: string
  /** The table's name among the generated repositories. */
  readonly property: string
  /** PostgreSQL types by column name. */
  readonly columns: Readonly<Record<string, string>>
  /** Which of several ways of one module. */
  readonly form: string
  readonly chunkSize: number
  readonly batchSize: number
  /** At most this many rows. Absent: all. */
  readonly limit?: number
  /** How many times the rows are read. Absent: once. */
  readonly queries?: number
  /** Of small queries: how many are under way at a time, and how many rows there are to ask for. */
  readonly atOnce?: number
  readonly tableRows?: number
  readonly parents?: number
  /** Milliseconds that the consumer takes for each chunk. Absent: none. */
  readonly timer?: number
  /** Whether to measure for how long the event loop is held. */
  readonly watched?: boolean
}

/** Told of rows as they arrive; who reads in arrays waits for what it returns. */
export type OnRows = (rows: number) => Promise<unknown> | undefined

/** A contender, connected. */
export interface Contender {
  /** Goes the same way once for a single row. */
  warm(): Promise<unknown>
  read(onRows: OnRows): Promise<unknown>
  close(): Promise<unknown>
}

/** What is used of a generated repository or queryset. */
export interface Table {
  all(): Table
  slice(start: number, end: number): Table
  prefetchRelated(name: string): Table
  toArray(): Promise<readonly unknown[]>
  aiterator(options?: { chunkSize?: number; batchYieldSize?: number }): AsyncIterable<unknown>
  iterator(options?: { chunkSize?: number; batchYieldSize?: number }): Iterable<unknown>
}

/** What is used of the generated repository that is written to. */
export interface WrittenTable {
  first(): Promise<unknown>
  bulkCreate(rows: readonly object[]): Promise<readonly unknown[]>
  bulkUpdate(rows: readonly object[], fields: readonly string[]): Promise<number>
}

/** What is used of the generated repository that rows are loaded into. */
export interface LoadedTable {
  first(): Promise<unknown>
  bulkCreate(rows: Iterable<object>): Promise<number>
}

/** What `loaded-rows.mjs` exports. */
export interface LoadHelpers {
  readonly emptied: string
  readonly loadedRows: (count: number) => Iterable<object>
}

/** What `targets.mjs` exports. */
export interface WriteHelpers {
  readonly changed: readonly string[]
  readonly newRows: (count: number) => readonly object[]
  readonly setUp: (form: string, count: number) => string
}

/** What is used of a repository, or a queryset, by small queries. */
export interface CalledTable {
  get(condition: object): Promise<unknown>
  create(row: object): Promise<unknown>
  filter(condition: object): CalledTable
  orderBy(key: string): CalledTable
  slice(start: number, end: number): CalledTable
  prefetchRelated(...names: string[]): CalledTable
  toArray(): Promise<readonly unknown[]>
  count(): Promise<number>
  update(values: object): Promise<number>
}

/** What `calls.mjs` exports. */
export interface CallHelpers {
  readonly caller: (
    job: ReadJob,
    calls: Readonly<Record<string, (number: number) => Promise<unknown>>>,
  ) => Pick<Contender, 'warm' | 'read'>
  readonly keyOf: (job: ReadJob, number: number) => number
  readonly newNote: (number: number) => object
}
