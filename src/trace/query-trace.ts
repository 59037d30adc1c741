/** The server and the database that a pool is for, as its settings or the connection in use have them. */
export interface TracedServer {
  /** The name of the database. */
  readonly database?: string | undefined
  /** The host, or the folder of the socket. */
  readonly host?: string | undefined
  /** The port. */
  readonly port?: number | undefined
}

/**
 * What repositories have the database do, as `tracingChannel('sluice:query')` of `node:diagnostics_channel` publishes it:
 * one object for all events of one statement, with what is known of it by then. It has no parameter and no value of a row;
 * an error may.
 *
 * `start` and `end` come when it begins, `error` when it fails, `asyncStart` and `asyncEnd` when it is over, whether it was
 * `iterator()` or not.
 */
export interface QueryTrace {
  /** A `prefetch` reads what belongs to the rows of another; of a `stream` all fetches are one. */
  readonly kind: 'query' | 'stream' | 'prefetch' | 'write'
  /** It is `iterator()`'s, whose statements run on another thread. */
  readonly isSync: boolean
  /** The first word of the SQL, in capitals: `SELECT`, `INSERT`, `BEGIN`. */
  readonly operation: string
  /** `schema.name`. */
  readonly table: string
  /** The text, with `$1` and on for its parameters. */
  readonly sql: string
  /** How many parameters were sent. */
  readonly parameterCount: number
  /** Where it runs. */
  readonly server: TracedServer
  /** Rows that were read, or written. */
  readonly rows: number
  /** Fetches that brought rows, or the parts of one that passed `maxBytes`. */
  readonly chunks: number
  /** From the start until the first rows were there, in milliseconds; undefined while there are none. */
  readonly firstRowMs: number | undefined
  /**
   * Waiting for a connection, in milliseconds, those of repeated attempts together; undefined for `iterator()`, whose
   * worker takes its own. Of a transaction of our own its BEGIN has it.
   */
  readonly waitMs: number | undefined
  /**
   * Waiting for rows, in milliseconds: without the loop's body and without `waitMs`. Of a stream or query with
   * prefetches those are part of it.
   */
  readonly fetchMs: number
  /** From the start to the end, in milliseconds, the loop's body included; undefined before. */
  readonly durationMs: number | undefined
  /** What the caller gets, once it has failed; of a prefetch what the caller's error is made of. */
  readonly error?: unknown
  /**
   * Runs what sends the statement; a subscriber to `start` may set it, so that whatever else looks at the statement on its
   * way does so within its context. The body of a loop never runs in it.
   */
  within?: (<T>(task: () => T) => T) | undefined
}
