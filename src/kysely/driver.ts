import type { DatabaseConnection, Driver, TransactionSettings } from 'kysely'
import { escapeIdentifier } from 'pg'
import type { Connection } from '../connection/connection.js'
import type { Engine } from '../connection/engine.js'
import { PoolConnections, type ConnectionSetUp } from '../connection/pool-connections.js'
import { asError, UsageError, type TransactionError } from '../errors.js'
import { isStorable } from '../types/text/text.js'
import { SluiceConnection } from './connection.js'
import { runCommitted, TransactionState } from './transaction-state.js'
import { ReportingConnection } from './log/reporting.js'
import { ValuesNotice } from './statements/values-notice.js'

/** Takes connections from the pool for Kysely, and gives them back. */
export class SluiceDriver implements Driver {
  readonly #engine: Engine
  readonly #connections: PoolConnections
  readonly #ofKysely = new WeakMap<Connection, SluiceConnection>()
  readonly #valuesNotice: ValuesNotice | undefined
  /** What asked first has asked for nothing but whether we would be asked. */
  #isProbed = false
  /** What asked first has something to report. */
  #isReporting = false
  readonly #reporting = new ReportingConnection()

  constructor(engine: Engine) {
    this.#engine = engine
    this.#valuesNotice = engine.areValuesChosen ? undefined : new ValuesNotice()
    this.#connections = new PoolConnections(engine, {
      created: this.#callback('onCreateConnection'),
      taken: this.#callback('onReserveConnection'),
    })
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
    return this.#asOfKysely(await this.#connections.take())
  }

  #callback(name: 'onCreateConnection' | 'onReserveConnection'): ConnectionSetUp['taken'] {
    const { config } = this.#engine
    return config[name] && ((connection) => config[name]?.(this.#asOfKysely(connection)))
  }

  #asOfKysely(connection: Connection): SluiceConnection {
    let known = this.#ofKysely.get(connection)
    if (known === undefined) {
      known = new SluiceConnection(connection, this.#valuesNotice)
      this.#ofKysely.set(connection, known)
    }
    return known
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

  async releaseConnection(given: SluiceConnection): Promise<void> {
    // What reports has none.
    const { connection } = given as Partial<SluiceConnection>
    if (connection === undefined) return
    const due = TransactionState.due(connection)
    await connection.release()
    // Kysely has nobody to tell of what fails once a transaction is committed.
    if (due.length > 0) await runCommitted(due).catch(warnOfCommitted)
  }

  async beginTransaction(connection: SluiceConnection, settings: TransactionSettings): Promise<void> {
    const isolation = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : ''
    const access = settings.accessMode ? ` ${settings.accessMode}` : ''
    await run(connection, `begin${isolation}${access}`)
    TransactionState.of(connection.connection).begin()
  }

  async commitTransaction(connection: SluiceConnection): Promise<void> {
    connection.connection.settingsScope = undefined
    await run(connection, 'commit')
    TransactionState.of(connection.connection).commit()
  }

  async rollbackTransaction(connection: SluiceConnection): Promise<void> {
    connection.connection.settingsScope = undefined
    TransactionState.of(connection.connection).end()
    try {
      await run(connection, 'rollback')
    } catch (error) {
      // Without its connection there is no transaction any more; what it failed by is to be told.
      if (!connection.connection.isLost) throw error
    }
  }

  async savepoint(connection: SluiceConnection, name: string): Promise<void> {
    await run(connection, `savepoint ${savepointName(name)}`)
    TransactionState.of(connection.connection).savepoint(name)
  }

  async rollbackToSavepoint(connection: SluiceConnection, name: string): Promise<void> {
    await run(connection, `rollback to ${savepointName(name)}`)
    TransactionState.of(connection.connection).rollbackTo(name)
  }

  async releaseSavepoint(connection: SluiceConnection, name: string): Promise<void> {
    await run(connection, `release ${savepointName(name)}`)
  }

  /** Ends the open streams, whose consumers get an error at their next step, and then the pool. */
  async destroy(): Promise<void> {
    await this.#engine.close()
  }
}

function warnOfCommitted(error: unknown): void {
  const { message, errors } = error as TransactionError
  const reasons = errors.map((each) => asError(each).message).join('; ')
  process.emitWarning(`${message} (${reasons})`, { type: 'SluiceWarning', code: 'SLUICE_AFTER_COMMIT' })
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
