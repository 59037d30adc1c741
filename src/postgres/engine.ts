import type { Pool } from 'pg'
import { ConnectionError, OptionError } from '../errors.js'
import type { DatabaseConnection } from 'kysely'
import { watchForLosses } from './lost-clients.js'

/** How {@link SluiceDialect} is set up. */
export interface SluiceDialectConfig {
  /** A pool of pg's JavaScript client, or a function that makes one when the first connection is needed. */
  readonly pool: Pool | (() => Promise<Pool>)
  /** Called once for each new connection, as Kysely's PostgresDialect does. */
  readonly onCreateConnection?: (connection: DatabaseConnection) => Promise<void>
  /** Called each time a connection is taken from the pool. */
  readonly onReserveConnection?: (connection: DatabaseConnection) => Promise<void>
  /** How long to wait for a free connection, in milliseconds; default 30,000. */
  readonly acquireTimeoutMs?: number
  /**
   * How long closing a portal, committing or rolling back a stream's transaction may take, in milliseconds; then
   * the connection's socket is destroyed. Default 5,000.
   */
  readonly closeTimeoutMs?: number
  /**
   * How long the worker thread of `iterator()` is kept for the next iteration, in milliseconds; then it ends with its
   * connections. Default 30,000.
   */
  readonly workerIdleTimeoutMs?: number
}

/** A stream that holds a connection, as error messages name it. */
export interface OpenStream {
  describe(): string
  /** Ends the stream from outside; its consumer gets `reason` at the next step. */
  abandon(reason: Error): Promise<void>
}

/** What the connections of one dialect share. */
export class Engine {
  readonly config: SluiceDialectConfig
  readonly acquireTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly workerIdleTimeoutMs: number
  readonly streams = new Set<OpenStream>()
  /** Counts connections as they are handed out: tells a connection taken just now from one that was pinned before. */
  leases = 0
  /** What else is to be closed with the dialect. */
  readonly closers = new Set<() => Promise<void>>()
  #pool: Promise<Pool> | undefined
  #openedPool: Pool | undefined
  #closing: Promise<void> | undefined

  constructor(config: SluiceDialectConfig) {
    this.config = config
    this.acquireTimeoutMs = milliseconds('acquireTimeoutMs', config.acquireTimeoutMs, 30_000)
    this.closeTimeoutMs = milliseconds('closeTimeoutMs', config.closeTimeoutMs, 5_000)
    this.workerIdleTimeoutMs = milliseconds('workerIdleTimeoutMs', config.workerIdleTimeoutMs, 30_000)
  }

  pool(): Promise<Pool> {
    if (this.#pool === undefined) {
      const pool = this.#openPool()
      this.#pool = pool
      // The next connection asks again.
      pool.catch(() => (this.#pool = undefined))
    }
    return this.#pool
  }

  /** The pool if it is there already. */
  get openedPool(): Pool | undefined {
    const { pool } = this.config
    return this.#openedPool ?? (typeof pool === 'function' ? undefined : pool)
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  /** Ends every stream, then the pool. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    const reason = new ConnectionError('The database was closed while the stream was open.')
    await Promise.all([...this.streams].map((stream) => stream.abandon(reason)))
    await Promise.all([...this.closers].map((close) => close()))
    const pool = await this.#pool
    await pool?.end()
  }

  async #openPool(): Promise<Pool> {
    const { pool } = this.config
    const opened = typeof pool === 'function' ? await pool() : pool
    // Without a listener the loss of an idle connection would be an uncaught exception; the pool drops it by itself.
    opened.on('error', () => {})
    watchForLosses(opened)
    this.#openedPool = opened
    return opened
  }
}

function milliseconds(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback
  if (!Number.isInteger(value) || value < 1 || value > 0x7fffffff) {
    throw new OptionError(
      `${name} must be a positive number of milliseconds below 2^31, not ${String(value)}.`,
    )
  }
  return value
}
