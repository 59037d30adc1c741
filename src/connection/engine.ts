import type { Pool } from 'pg'
import type { CompiledQuery, DatabaseConnection } from 'kysely'
import { version } from '../copies.js'
import { ConnectionError, UsageError } from '../errors.js'
import { checkOptions, oneOf, size, type OptionChecks } from '../options.js'
import type { Values } from '../pg/free-hand.js'
import { PoolWatch } from '../pg/pool-watch.js'
import type { Preparing } from '../pg/prepared/prepared-statements.js'
import { heldRetry, type HeldRetry, type RetrySettings } from './retry.js'
import { SilenceWatch, type Listening } from './lost/silence-watch.js'
import { ConnectionParameters } from '../settings/connection-parameters.js'
import { hostsOf } from '../settings/hosts.js'
import { clearTimeout, setTimeout } from '../real-timers.js'
import { heldFile } from '../options.js'
import { heldWorkerSession, type WorkerSession } from './worker-session.js'
import { heldLimits, type HeldLimits, type TimeLimits } from './time-limits.js'

const MAX_BYTES = 32 * 1024 * 1024
const MAX_PREPARED = 100
const CHECKS: OptionChecks<
  Required<Pick<SluiceDialectConfig, 'values' | 'maxBytes' | 'preparedStatements' | 'maxPreparedStatements'>>
> = {
  values: oneOf('choice', ['sluice', 'pg']),
  maxBytes: size,
  preparedStatements: oneOf('choice', ['auto', 'always', 'never']),
  maxPreparedStatements: size,
}

/** @throws {@link UsageError} for connection parameters that cannot be honoured, before anything is connected to. */
function checkParameters({ options }: Pool): void {
  // pg's types do not have it yet.
  if ((options as { pipeline?: unknown } | undefined)?.pipeline === true) {
    throw new UsageError(
      'The pool was made with `pipeline: true`, in which pg sends a query before the last was answered: streams and what ' +
        'else reads a connection in steps cannot run so. Make it without.',
    )
  }
  hostsOf(new ConnectionParameters(options ?? {}))
}

/** How {@link SluiceDialect} is set up. */
export interface SluiceDialectConfig extends TimeLimits {
  /** A pool of pg's JavaScript client, or a function that makes one when the first connection is needed. */
  readonly pool: Pool | (() => Promise<Pool>)
  /**
   * Whose values free-hand SQL has, executed and streamed. `'pg'`: those that Kysely's PostgresDialect has, parameters
   * included, by pg's type parsers, those of the pool (`types`) and of `pg.types.setTypeParser`. `'sluice'`: those that
   * querysets have, which are others for int8, date, timestamp, interval and more. Default: `'sluice'`, with a warning, once
   * in a process, when free-hand SQL first returns what PostgresDialect would not. Querysets and `toKysely()` have ours
   * either way.
   */
  readonly values?: Values
  /**
   * Repeats what is safe and may succeed then: connecting, within `acquireTimeoutMs`, and reads outside a transaction
   * before their first row. Default: nothing is repeated, so that whoever asks hears of a failure at once, and one who
   * has retries already does not get them squared.
   */
  readonly retry?: RetrySettings
  /**
   * The file of the worker thread of `iterator()`, a path or a file URL, in a bundle where it is not found by itself: what
   * the bundler has made of `sluice/worker`. Default: beside sluice's own code.
   */
  readonly iteratorWorker?: string | URL
  /**
   * How the connections of `iterator()` are set up, which are a worker thread's own. It refuses to run without it where
   * those of the pool are, or may be, set up by functions: a role or tenant would be missing.
   */
  readonly workerSession?: WorkerSession
  /**
   * What a stream may hold of its result at a time, in bytes; a positive 32-bit integer. Default 32 MiB. The option of
   * `aiterator` and `iterator` of the same name comes first.
   */
  readonly maxBytes?: number
  /**
   * Whether statements of repositories are prepared on the server: from the fifth run of the same SQL on a connection on,
   * it keeps them parsed under a name, and after five more it may keep a plan that is for any parameters
   * (`plan_cache_mode`). Streams and free-hand SQL are sent unnamed.
   *
   * `'auto'`: on connections to the server itself. They are told from those to a pooler by `pg_backend_pid()`, which is
   * asked once on a connection, before the first statement is prepared, and is not what the connection was told at its
   * start where its sessions share processes of the server. `'always'`: on every connection, for poolers that follow
   * prepared statements or keep to one process, such as PgBouncer from 1.21 on with `max_prepared_statements`, or in
   * session mode. `'never'`: on none. Default: `'auto'`, since it fails nowhere.
   */
  readonly preparedStatements?: 'auto' | 'always' | 'never'
  /**
   * How many statements may be prepared on one connection; a positive 32-bit integer. Past that, the one that was not used
   * for the longest time is closed. Default 100.
   */
  readonly maxPreparedStatements?: number
  /** Called once for each new connection, as Kysely's PostgresDialect does. */
  readonly onCreateConnection?: (connection: DatabaseConnection) => Promise<void>
  /** Called each time a connection is taken from the pool. */
  readonly onReserveConnection?: (connection: DatabaseConnection) => Promise<void>
}

/** What is met by whoever wants something of a database that was closed, or still has it. */
export function databaseClosed(
  message = 'The database is closed: its close() or destroy() was called.',
  cause?: Error,
): ConnectionError {
  return new ConnectionError(message, { code: 'DATABASE_CLOSED', isFinal: true, ...(cause && { cause }) })
}

/** A stream that holds a connection, as error messages name it. */
export interface OpenStream {
  describe(): string
  /** Ends the stream from outside; its consumer gets `reason` at the next step. */
  abandon(reason: Error): Promise<void>
}

/** A connection that is handed out, for closing the database under whoever has it. */
export interface LeasedConnection extends Listening {
  release(): Promise<void>
}

/** What the connections of one dialect share. */
export class Engine {
  readonly version = version
  readonly #config: SluiceDialectConfig
  readonly limits: HeldLimits
  readonly retry: HeldRetry
  /** Undefined: beside our own code. */
  readonly iteratorWorker: string | URL | undefined
  readonly silence: SilenceWatch
  /** Whose values free-hand SQL has. */
  readonly values: Values
  /** Whether somebody has said so. */
  readonly areValuesChosen: boolean
  /** What a stream may hold, in bytes. */
  readonly maxBytes: number
  /** How statements are prepared; undefined: not at all. */
  readonly preparing: Preparing | undefined
  /** What a stream's own transaction waits for a lock; undefined: as the session has it. */
  readonly lockTimeoutMs: number | undefined
  readonly streams = new Set<OpenStream>()
  /** Connections that are handed out. */
  readonly leased = new Set<LeasedConnection>()
  /** Whoever waits for a connection, to be told that none will come. */
  readonly waiting = new Set<() => void>()
  /** Counts connections as they are handed out: tells a connection taken just now from one that was pinned before. */
  leases = 0
  /** Whoever is asked for a connection is only to say that it was: see `isPinned`. */
  isProbed = false
  /** Whoever is asked for a connection is to give one that reports: see `reportingTo`. */
  isReporting = false
  readonly workerSession: WorkerSession | undefined
  /** Kysely's log, as far as we know it, for what does not run on a connection of Kysely's. */
  logged: ((query: CompiledQuery, ms: number, error: unknown) => void) | undefined
  /** What else is to be closed with the dialect. */
  readonly closers = new Set<() => Promise<void>>()
  #pool: Promise<Pool> | undefined
  #openedPool: Pool | undefined
  #watch: PoolWatch | undefined
  #closing: Promise<void> | undefined

  constructor(config: SluiceDialectConfig, lockTimeoutMs?: number) {
    this.#config = config
    this.lockTimeoutMs = lockTimeoutMs
    this.limits = heldLimits(config)
    this.retry = heldRetry(config.retry)
    this.iteratorWorker = heldFile('iteratorWorker', config.iteratorWorker)
    this.workerSession = heldWorkerSession(config.workerSession)
    this.silence = new SilenceWatch(this.limits, this.leased)
    const { values = 'sluice', maxBytes = MAX_BYTES } = config
    const { preparedStatements = 'auto', maxPreparedStatements = MAX_PREPARED } = config
    checkOptions({ values, maxBytes, preparedStatements, maxPreparedStatements }, CHECKS)
    if (preparedStatements !== 'never') {
      const areKept = preparedStatements === 'always' ? true : undefined
      this.preparing = { most: maxPreparedStatements, areKept }
    }
    this.values = values
    this.areValuesChosen = config.values !== undefined
    this.maxBytes = maxBytes
    if (typeof config.pool !== 'function') checkParameters(config.pool)
  }

  get config(): SluiceDialectConfig {
    return this.#config
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

  /** The pool where it has connections that nobody waits for. */
  get idlePool(): Pool | undefined {
    const pool = this.#openedPool
    return pool !== undefined && pool.idleCount > pool.waitingCount ? pool : undefined
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  /** Who has the connections, as error messages say it. */
  describeUse(): string {
    const open = [...this.streams].map((stream) => `\n  ${stream.describe()}`)
    const connecting = this.#watch?.connecting.size ?? 0
    const made = connecting === 0 ? '' : `Still being made: ${connecting}. `
    return (
      made + (open.length === 0 ? 'No stream is open.' : `Open streams, each holding one:${open.join('')}`)
    )
  }

  /**
   * Ends every stream, then the pool. What is still in use or open after `closeTimeoutMs` is cut. A client that others
   * have taken from the pool is waited for as long, too.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    for (const tell of this.waiting) tell()
    const ended = this.#end()
    let timer: NodeJS.Timeout | undefined
    const passed = new Promise<void>((resolve) => {
      timer = setTimeout(() => void this.#cutLeased().then(resolve), this.limits.closeTimeoutMs)
    })
    try {
      await Promise.race([ended, passed])
    } finally {
      clearTimeout(timer)
      this.#cutSilent()
    }
  }

  async #end(): Promise<void> {
    const reason = databaseClosed('The database was closed while the stream was open.')
    await Promise.all([...this.streams].map((stream) => stream.abandon(reason)))
    await Promise.all([...this.closers].map((close) => close()))
    const pool = await this.#pool?.catch(() => undefined)
    // Nobody will use a connection that is only being made: the server may never answer.
    for (const client of this.#watch?.connecting ?? []) client.connection.stream.destroy()
    // Who made the pool may have ended it already.
    if (pool !== undefined && !pool.ending) await pool.end()
  }

  /** A server that does not answer the goodbye would keep its sockets open, and with them the process. */
  #cutSilent(): void {
    const clients = this.#watch?.clients ?? new Set()
    const cut = () => {
      for (const { connection } of clients) connection.stream.destroy()
    }
    if (clients.size > 0) setTimeout(cut, this.limits.closeTimeoutMs).unref()
  }

  async #cutLeased(): Promise<void> {
    const limit = this.limits.closeTimeoutMs
    const cut = [...this.leased].map((connection) => {
      connection.destroy(
        databaseClosed(`The database was closed, and the connection still in use ${limit} ms later.`),
      )
      // Whoever has it may never come back.
      return connection.release()
    })
    await Promise.all(cut)
  }

  async #openPool(): Promise<Pool> {
    const { pool } = this.config
    const opened = typeof pool === 'function' ? await pool() : pool
    checkParameters(opened)
    this.#watch = PoolWatch.of(opened, this.limits.connectTimeoutMs)
    this.#openedPool = opened
    return opened
  }
}
