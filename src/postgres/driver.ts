import { CompiledQuery, type Driver, type TransactionSettings } from 'kysely'
import { escapeIdentifier, type Pool, type PoolClient } from 'pg'
import { isStorable } from '../codec/text.js'
import { ConnectionError, UsageError } from '../errors.js'
import { SluiceConnection } from './connection.js'
import { Deadline } from './deadline.js'
import { explainUnreadable } from './connection-string.js'
import type { Engine } from './engine.js'

/** Takes connections from the pool for Kysely, and gives them back. */
export class SluiceDriver implements Driver {
  readonly #engine: Engine
  readonly #connections = new WeakMap<PoolClient, SluiceConnection>()
  #destroyed = false

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async init(): Promise<void> {
    await this.#engine.pool()
  }

  async acquireConnection(): Promise<SluiceConnection> {
    const { config } = this.#engine
    const client = await this.#acquireClient(await this.#engine.pool())
    const known = this.#connections.get(client)
    const connection = this.#lease(client, known)
    try {
      if (known === undefined) await config.onCreateConnection?.(connection)
      await config.onReserveConnection?.(connection)
      return connection
    } catch (error) {
      await connection.discard(new ConnectionError('The connection could not be set up.', { cause: error }))
      throw error
    }
  }

  /** From here on closing the database cuts the connection, whatever the callbacks of the configuration wait for. */
  #lease(client: PoolClient, known: SluiceConnection | undefined): SluiceConnection {
    try {
      if (this.#destroyed) throw closedWhileTaken()
      const connection = known ?? new SluiceConnection(client, this.#engine)
      this.#connections.set(client, connection)
      connection.leased()
      return connection
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async releaseConnection(connection: SluiceConnection): Promise<void> {
    await connection.release()
  }

  async beginTransaction(connection: SluiceConnection, settings: TransactionSettings): Promise<void> {
    const isolation = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : ''
    const access = settings.accessMode ? ` ${settings.accessMode}` : ''
    await run(connection, `begin${isolation}${access}`)
  }

  async commitTransaction(connection: SluiceConnection): Promise<void> {
    await run(connection, 'commit')
  }

  async rollbackTransaction(connection: SluiceConnection): Promise<void> {
    await run(connection, 'rollback')
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
    this.#destroyed = true
    await this.#engine.close()
  }

  #acquireClient(pool: Pool): Promise<PoolClient> {
    const { acquireTimeoutMs } = this.#engine.limits
    return new Promise((resolve, reject) => {
      let waiting = true
      const deadline = new Deadline(acquireTimeoutMs, () => {
        waiting = false
        reject(
          new ConnectionError(
            `No connection became free within ${acquireTimeoutMs} ms (acquireTimeoutMs). ${this.#engine.describeUse()}`,
            { isBeforeSending: true },
          ),
        )
      })
      connectTo(pool).then(
        (client) => {
          deadline.clear()
          if (waiting) resolve(client)
          else client.release()
        },
        (error: Error) => {
          deadline.clear()
          reject(this.#cannotConnect(error))
        },
      )
    })
  }

  #cannotConnect(error: Error): ConnectionError {
    if (this.#destroyed) return closedWhileTaken(error)
    const { connectTimeoutMs } = this.#engine.limits
    const reason =
      error.message === 'timeout expired'
        ? `the server did not answer within ${connectTimeoutMs} ms (connectTimeoutMs)`
        : reasonOf(error)
    return new ConnectionError(`Cannot connect to the database: ${reason}`, {
      cause: error,
      isBeforeSending: true,
    })
  }
}

/** pg throws at once for settings that it cannot read. */
async function connectTo(pool: Pool): Promise<PoolClient> {
  return pool.connect()
}

function closedWhileTaken(cause?: Error): ConnectionError {
  return new ConnectionError(
    'The database was closed while a connection was being taken.',
    cause && { cause },
  )
}

/** @throws {@link UsageError} for a name that PostgreSQL would cut or could not hold: it might be another's then. */
function savepointName(name: string): string {
  if (name === '' || !isStorable(name) || Buffer.byteLength(name) > 63) {
    throw new UsageError(`"${name}" cannot name a savepoint: well-formed text of 1 to 63 bytes can.`)
  }
  return escapeIdentifier(name)
}

async function run(connection: SluiceConnection, sql: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(sql))
}

/** A refused connection to a name with several addresses has its reasons inside and an empty message. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join('; ')
  return explainUnreadable(error) ?? error.message
}
