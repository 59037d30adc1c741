import type { PoolClient } from 'pg'
import { asError, ConnectionError, reasonsOf } from '../errors.js'
import { isDatabaseError, withoutValues } from '../pg/database-error.js'
import { Session } from '../pg/session.js'
import { Connection } from './connection.js'
import { explainUnreadable } from './connection-string.js'
import { Deadline } from './deadline.js'
import { databaseClosed, type Engine } from './engine.js'
import { retrying } from './retry.js'
import { mayPass } from './retryable.js'

/** What connections are set up by. */
export interface ConnectionSetUp {
  /** Once for each new one. */
  readonly created?: ((connection: Connection) => Promise<void> | undefined) | undefined
  /** Each time that one is taken. */
  readonly taken?: ((connection: Connection) => Promise<void> | undefined) | undefined
}

/** Takes connections from the pool; each gives itself back. */
export class PoolConnections {
  readonly #engine: Engine
  readonly #setUp: ConnectionSetUp
  readonly #known = new WeakMap<PoolClient, Connection>()

  constructor(engine: Engine, setUp: ConnectionSetUp = {}) {
    this.#engine = engine
    this.#setUp = setUp
  }

  /** @throws {@link ConnectionError} where none can be had in time, the database is closed, or it cannot be set up. */
  async take(): Promise<Connection> {
    if (this.#engine.isClosed) throw databaseClosed()
    const client = await this.#acquireClient()
    const isNew = !this.#known.has(client)
    const connection = this.#lease(client)
    const { created, taken } = this.#setUp
    try {
      if (isNew && created) await connection.whileAlive(created(connection))
      if (taken) await connection.whileAlive(taken(connection))
      return connection
    } catch (error) {
      await connection.discard(new ConnectionError('The connection could not be set up.', { cause: error }))
      throw error
    }
  }

  /** From here on closing the database cuts the connection, whatever those who set it up wait for. */
  #lease(client: PoolClient): Connection {
    try {
      if (this.#engine.isClosed) throw closedWhileTaken()
      const connection = this.#known.get(client) ?? new Connection(client, this.#engine)
      this.#known.set(client, connection)
      connection.leased()
      return connection
    } catch (error) {
      client.release(true)
      throw error
    }
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

/** A refused connection to a name with several addresses has its reasons inside and an empty message. */
function reasonOf(error: Error): string {
  if (error.message.endsWith('client password must be a string'))
    return 'the server asks for a password, and none was given, by settings, connection string, PGPASSWORD or a password file'
  const reasons = reasonsOf(error)
    ?.map(({ message }) => message)
    .join('; ')
  return reasons ?? explainUnreadable(error) ?? error.message
}
