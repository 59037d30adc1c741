import { CompiledQuery, type Driver, type TransactionSettings } from 'kysely'
import { escapeIdentifier, type Pool, type PoolClient } from 'pg'
import { ConnectionError } from '../errors.js'
import { SluiceConnection } from './connection.js'
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
    try {
      if (this.#destroyed)
        throw new ConnectionError('The database was closed while a connection was being taken.')
      let connection = this.#connections.get(client)
      if (connection === undefined) {
        connection = new SluiceConnection(client, this.#engine)
        this.#connections.set(client, connection)
        await config.onCreateConnection?.(connection)
      }
      await config.onReserveConnection?.(connection)
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
    await run(connection, `savepoint ${escapeIdentifier(name)}`)
  }

  async rollbackToSavepoint(connection: SluiceConnection, name: string): Promise<void> {
    await run(connection, `rollback to ${escapeIdentifier(name)}`)
  }

  async releaseSavepoint(connection: SluiceConnection, name: string): Promise<void> {
    await run(connection, `release ${escapeIdentifier(name)}`)
  }

  /** Ends the open streams, whose consumers get an error at their next step, and then the pool. */
  async destroy(): Promise<void> {
    this.#destroyed = true
    await this.#engine.close()
  }

  #acquireClient(pool: Pool): Promise<PoolClient> {
    const { acquireTimeoutMs, streams } = this.#engine
    return new Promise((resolve, reject) => {
      let waiting = true
      const timer = setTimeout(() => {
        waiting = false
        const open = [...streams].map((stream) => `\n  ${stream.describe()}`)
        reject(
          new ConnectionError(
            `No connection became free within ${acquireTimeoutMs} ms (acquireTimeoutMs). ` +
              (open.length === 0 ? 'No stream is open.' : `Open streams, each holding one:${open.join('')}`),
          ),
        )
      }, acquireTimeoutMs)
      pool.connect().then(
        (client) => {
          clearTimeout(timer)
          if (waiting) resolve(client)
          else client.release()
        },
        (error: Error) => {
          clearTimeout(timer)
          reject(new ConnectionError(`Cannot connect to the database: ${reasonOf(error)}`, { cause: error }))
        },
      )
    })
  }
}

async function run(connection: SluiceConnection, sql: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(sql))
}

/** A refused connection to a name with several addresses has its reasons inside and an empty message. */
function reasonOf(error: Error): string {
  return error instanceof AggregateError
    ? error.errors.map((each: Error) => each.message).join('; ')
    : error.message
}
