import type { Client, Pool } from 'pg'
import type { DatabaseConnection } from 'kysely'
import { watchForLosses } from './lost-clients.js'
import { ConnectionError } from '../errors.js'
import { limitConnecting, type Connecting } from './connect-timeout.js'
import { heldLimits, type HeldLimits, type TimeLimits } from './time-limits.js'

/** How {@link SluiceDialect} is set up. */
export interface SluiceDialectConfig extends TimeLimits {
  /** A pool of pg's JavaScript client, or a function that makes one when the first connection is needed. */
  readonly pool: Pool | (() => Promise<Pool>)
  /** Called once for each new connection, as Kysely's PostgresDialect does. */
  readonly onCreateConnection?: (connection: DatabaseConnection) => Promise<void>
  /** Called each time a connection is taken from the pool. */
  readonly onReserveConnection?: (connection: DatabaseConnection) => Promise<void>
}

/** A stream that holds a connection, as error messages name it. */
export interface OpenStream {
  describe(): string
  /** Ends the stream from outside; its consumer gets `reason` at the next step. */
  abandon(reason: Error): Promise<void>
}

/** A connection that is handed out, for closing the database under whoever has it. */
export interface LeasedConnection {
  destroy(reason: Error): void
  release(): Promise<void>
}

/** What the connections of one dialect share. */
export class Engine {
  readonly config: SluiceDialectConfig
  readonly limits: HeldLimits
  readonly streams = new Set<OpenStream>()
  /** Connections that are handed out. */
  readonly leased = new Set<LeasedConnection>()
  /** Connections that are being made. */
  readonly connecting: Connecting = new Set()
  /** Counts connections as they are handed out: tells a connection taken just now from one that was pinned before. */
  leases = 0
  /** What else is to be closed with the dialect. */
  readonly closers = new Set<() => Promise<void>>()
  /** Clients of the pool whose sockets are not closed. */
  readonly #clients = new Set<Client>()
  #pool: Promise<Pool> | undefined
  #openedPool: Pool | undefined
  #closing: Promise<void> | undefined

  constructor(config: SluiceDialectConfig) {
    this.config = config
    this.limits = heldLimits(config)
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

  /** Who has the connections, as error messages say it. */
  describeUse(): string {
    const open = [...this.streams].map((stream) => `\n  ${stream.describe()}`)
    const made = this.connecting.size === 0 ? '' : `Still being made: ${this.connecting.size}. `
    return (
      made + (open.length === 0 ? 'No stream is open.' : `Open streams, each holding one:${open.join('')}`)
    )
  }

  /** Ends every stream, then the pool. What is still in use or open after `closeTimeoutMs` is cut. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    const reason = new ConnectionError('The database was closed while the stream was open.')
    await Promise.all([...this.streams].map((stream) => stream.abandon(reason)))
    await Promise.all([...this.closers].map((close) => close()))
    const pool = await this.#pool?.catch(() => undefined)
    const timer = setTimeout(() => this.#cutLeased(), this.limits.closeTimeoutMs)
    // Nobody will use a connection that is only being made: the server may never answer.
    for (const client of this.connecting) client.connection.stream.destroy()
    try {
      // Who made the pool may have ended it already.
      if (pool !== undefined && !pool.ending) await pool.end()
    } finally {
      clearTimeout(timer)
      this.#cutSilent()
    }
  }

  /** A server that does not answer the goodbye would keep its sockets open, and with them the process. */
  #cutSilent(): void {
    const cut = () => {
      for (const { connection } of this.#clients) connection.stream.destroy()
    }
    if (this.#clients.size > 0) setTimeout(cut, this.limits.closeTimeoutMs).unref()
  }

  #cutLeased(): void {
    const limit = this.limits.closeTimeoutMs
    for (const connection of this.leased) {
      connection.destroy(
        new ConnectionError(`The database was closed, and the connection still in use ${limit} ms later.`),
      )
      // Whoever has it may never come back.
      void connection.release()
    }
  }

  async #openPool(): Promise<Pool> {
    const { pool } = this.config
    const opened = typeof pool === 'function' ? await pool() : pool
    // Without a listener the loss of an idle connection would be an uncaught exception; the pool drops it by itself.
    opened.on('error', () => {})
    watchForLosses(opened)
    opened.on('acquire', (client) => this.#clients.add(client))
    opened.on('remove', (client) => this.#clients.delete(client))
    limitConnecting(opened, this.limits.connectTimeoutMs, this.connecting)
    this.#openedPool = opened
    return opened
  }
}
