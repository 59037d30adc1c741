import type { DatabaseConnection, Driver, TransactionSettings } from 'kysely'
import { escapeIdentifier, type PoolClient } from 'pg'
import { isStorable } from '../types/text/text.js'
import { asError, ConnectionError, reasonsOf, UsageError } from '../errors.js'
import { Connection } from '../connection/connection.js'
import { isDatabaseError, withoutValues } from '../pg/database-error.js'
import { Session } from '../pg/session.js'
import { SluiceConnection } from './connection.js'
import { ReportingConnection } from './log/reporting.js'
import { Deadline } from '../connection/deadline.js'
import { explainUnreadable } from '../connection/connection-string.js'
import { databaseClosed, type Engine } from '../connection/engine.js'
import { retrying } from '../connection/retry.js'
import { mayPass } from '../connection/retryable.js'

/** Takes connections from the pool for Kysely, and gives them back. */
export class SluiceDriver implements Driver {
  readonly #engine: Engine
  readonly #connections = new WeakMap<PoolClient, SluiceConnection>()
  /** What asked first has asked for nothing but whether we would be asked. */
  #isProbed = false
  /** What asked first has something to report. */
  #isReporting = false
  readonly #reporting = new ReportingConnection()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** The pool is made when the first connection is taken, within the time limit on that. */
  init(): Promise<void> {
    if (this.#wasProbed()) this.#isProbed = true
    if (this.#wasReporting()) this.#isReporting = true
    return Promise.resolve()
  }

  async acquireConnection(): Promise<SluiceConnection> {
    if (this.#isReporting || this.#wasReporting()) {
      this.#isReporting = false
      // Only who reports gets it, and looks at what it is.
      return this.#reporting as DatabaseConnection as SluiceConnection
    }
    if (this.#isProbed || this.#wasProbed()) {
      this.#isProbed = false
      throw new Error('Nothing was asked for.')
    }
    const { config } = this.#engine
    if (this.#engine.isClosed) throw databaseClosed()
    const client = await this.#acquireClient()
    const known = this.#connections.get(client)
    const leased = this.#lease(client, known)
    const { connection } = leased
    try {
      if (known === undefined && config.onCreateConnection)
        await connection.whileAlive(config.onCreateConnection(leased))
      if (config.onReserveConnection) await connection.whileAlive(config.onReserveConnection(leased))
      return leased
    } catch (error) {
      await connection.discard(new ConnectionError('The connection could not be set up.', { cause: error }))
      throw error
    }
  }

  #wasProbed(): boolean {
    const { isProbed } = this.#engine
    this.#engine.isProbed = false
    return isProbed
  }

  #wasReporting(): boolean {
    const { isReporting } = this.#engine
    this.#engine.isReporting = false
    return isReporting
  }

  /** From here on closing the database cuts the connection, whatever the callbacks of the configuration wait for. */
  #lease(client: PoolClient, known: SluiceConnection | undefined): SluiceConnection {
    try {
      if (this.#engine.isClosed) throw closedWhileTaken()
      const leased = known ?? new SluiceConnection(new Connection(client, this.#engine))
      this.#connections.set(client, leased)
      leased.connection.leased()
      return leased
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async releaseConnection({ connection }: SluiceConnection): Promise<void> {
    // What reports has none.
    await (connection as typeof connection | undefined)?.release()
  }

  async beginTransaction(connection: SluiceConnection, settings: TransactionSettings): Promise<void> {
    const isolation = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : ''
    const access = settings.accessMode ? ` ${settings.accessMode}` : ''
    await run(connection, `begin${isolation}${access}`)
  }

  async commitTransaction(connection: SluiceConnection): Promise<void> {
    connection.connection.settingsScope = undefined
    await run(connection, 'commit')
  }

  async rollbackTransaction(connection: SluiceConnection): Promise<void> {
    connection.connection.settingsScope = undefined
    try {
      await run(connection, 'rollback')
    } catch (error) {
      // Without its connection there is no transaction any more; what it failed by is to be told.
      if (!connection.connection.isLost) throw error
    }
  }

  async savepoint(connection: SluiceConnection, name: string): Promise<void> {
    await run(connection, `savepoint ${savepointName(name)}`)
  }

  async rollbackToSavepoint(connection: SluiceConnection, name: string): Promise<void> {
    await run(connection, `rollback to ${savepointName(name)}`)
  }

  async releaseSavepoint(connection: SluiceConnection, name: string): Promise<void> {
    await run(connection, `release ${savepointName(name)}`)
  }

  /** Ends the open streams, whose consumers get an error at their next step, and then the pool. */
  async destroy(): Promise<void> {
    await this.#engine.close()
  }

  async #acquireClient(): Promise<PoolClient> {
    // Comes at once, so that it needs no limit in time, and mostly fit to be used.
    const idle = await this.#engine.idlePool?.connect().catch(() => undefined)
    return idle !== undefined && Session.of(idle).isFit ? idle : this.#waitForClient(idle)
  }

  /** @param first one that was taken already. */
  #waitForClient(first: PoolClient | undefined): Promise<PoolClient> {
    const { limits, retry, waiting } = this.#engine
    const leaving = retry.attempts > 1 ? new AbortController() : undefined
    let failure: Error | undefined
    const mayHelp = (error: Error) => {
      failure = error
      return error instanceof ConnectionError && !error.isFinal
    }
    return new Promise((resolve, reject) => {
      const end = () => {
        deadline.clear()
        leaving?.abort()
        return waiting.delete(close)
      }
      const giveUp = (error: Error) => {
        end()
        reject(error)
      }
      const close = () => giveUp(closedWhileTaken())
      const deadline = new Deadline(limits.acquireTimeoutMs, () => giveUp(failure ?? this.#noneFree()))
      waiting.add(close)
      let taken = first
      const connect = () => {
        const client = taken
        taken = undefined
        return this.#connect(client)
      }
      retrying(retry, connect, mayHelp, leaving?.signal).then((client) => {
        if (end()) resolve(client)
        else client.release()
      }, giveUp)
    })
  }

  async #connect(first: PoolClient | undefined): Promise<PoolClient> {
    const pool = await this.#engine.pool()
    try {
      for (let taken = first; ; taken = undefined) {
        // pg throws at once for settings that it cannot read.
        const client = taken ?? (await pool.connect())
        const session = Session.of(client)
        if (session.isFit) return client
        // What others have under way on it may begin a transaction.
        await session.settled(this.#engine.limits.acquireTimeoutMs)
        if (session.status === 'I' && !(await session.hasEnded())) return client
        // It ended in the pool, or others gave it back in the middle of a transaction, in which what is written now
        // would be lost.
        client.release(true)
      }
    } catch (error) {
      throw this.#cannotConnect(asError(error))
    }
  }

  #noneFree(): ConnectionError {
    const limit = this.#engine.limits.acquireTimeoutMs
    return new ConnectionError(
      `No connection became free within ${limit} ms (acquireTimeoutMs). ${this.#engine.describeUse()}`,
      { code: 'ACQUIRE_TIMEOUT', isBeforeSending: true },
    )
  }

  #cannotConnect(error: Error): ConnectionError {
    if (isDatabaseError(error)) withoutValues(error)
    if (this.#engine.isClosed) return closedWhileTaken(error)
    const { limits, streams } = this.#engine
    const open = streams.size === 0 ? '' : `. ${this.#engine.describeUse()}`
    const reason =
      error.message === 'timeout expired'
        ? `the server did not answer within ${limits.connectTimeoutMs} ms (connectTimeoutMs)${open}`
        : reasonOf(error)
    return new ConnectionError(`Cannot connect to the database: ${reason}`, {
      cause: error,
      isBeforeSending: true,
      isFinal: !mayPass(error),
    })
  }
}

function closedWhileTaken(cause?: Error): ConnectionError {
  return databaseClosed('The database was closed while a connection was being taken.', cause)
}

/** @throws {@link UsageError} for a name that PostgreSQL would cut or could not hold: it might be another's then. */
function savepointName(name: string): string {
  if (name === '' || !isStorable(name) || Buffer.byteLength(name) > 63) {
    throw new UsageError(`"${name}" cannot name a savepoint: well-formed text of 1 to 63 bytes can.`)
  }
  return escapeIdentifier(name)
}

async function run(connection: SluiceConnection, sql: string): Promise<void> {
  await connection.executeQuery({ sql, parameters: [] })
}

/** A refused connection to a name with several addresses has its reasons inside and an empty message. */
function reasonOf(error: Error): string {
  if (error.message.endsWith('client password must be a string'))
    return 'the server asks for a password, and none was given, by settings, connection string, PGPASSWORD or a password file'
  const reasons = reasonsOf(error)
    ?.map(({ message }) => message)
    .join('; ')
  return reasons ?? explainUnreadable(error) ?? error.message
}
