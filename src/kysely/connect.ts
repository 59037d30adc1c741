import { Kysely, type KyselyConfig } from 'kysely'
import pg, { type PoolConfig } from 'pg'
import { UsageError } from '../errors.js'
import { engineOf } from './adapter.js'
import type { LibpqParameters } from '../settings/connection-parameters.js'
import { checkConnectionString } from '../connection/connection-string.js'
import { SluiceDialect } from './dialect.js'
import { isOptionsObject } from '../options.js'
import { describe } from '../types/describe.js'
import { engineBehind } from './handle.js'
import { logEvent, logOf } from './log/log.js'
import type { SluiceDialectConfig } from '../connection/engine.js'
import { timeLimitsOf, withoutTimeLimits } from '../connection/time-limits.js'

/** What {@link connect} takes: pg's pool settings, parameters of libpq that pg ignores, Kysely's `log` and `plugins`, and our time limits. */
export type ConnectOptions = PoolConfig &
  LibpqParameters &
  Pick<KyselyConfig, 'log' | 'plugins'> &
  Omit<SluiceDialectConfig, 'pool'>

/** A Kysely instance on our dialect. */
export class Database<DB> extends Kysely<DB> {
  /**
   * Not by Kysely's own, which leaves a driver alone that took no connection, and says of one that was destroyed no more
   * than that.
   */
  override async destroy(): Promise<void> {
    await engineOf(this.getExecutor().adapter)?.close()
  }

  /** Ends open streams and closes every connection; the same as Kysely's `destroy()`. */
  async close(): Promise<void> {
    await this.destroy()
  }
}

/** A variable of the environment that is not set would otherwise have pg connect to whatever its defaults say. */
function checkOptionsGiven(options: ConnectOptions): void {
  if (!isOptionsObject(options))
    throw new UsageError(
      `connect() takes its settings as an object such as { connectionString }, not ${describe(options)}.`,
    )
  if ('connectionString' in options && !options.connectionString && !options.host) {
    throw new UsageError(
      `The connectionString of connect() is ${options.connectionString === '' ? 'empty' : String(options.connectionString)}: is the variable that it is taken from set, ` +
        'and its file loaded? Leave it out to connect by host, port, user and so on, or by PGHOST and the like.',
    )
  }
}

/**
 * Opens a database: a Kysely instance on {@link SluiceDialect} with a pool of its own. Connections are made when they
 * are first needed.
 *
 * ```ts
 * const db = connect<DB>({ connectionString: process.env.DATABASE_URL })
 * const { users } = repositories(db)
 * ```
 *
 * @throws {@link UsageError} for a connection string that cannot be read, without repeating it, and for a connection
 * parameter that cannot be honoured; {@link OptionError} for a time limit or size that is not a positive 32-bit integer.
 */
export function connect<DB>(options: ConnectOptions): Database<DB> {
  checkOptionsGiven(options)
  const { log, plugins, ...others } = options
  const {
    onCreateConnection,
    onReserveConnection,
    retry,
    values = 'sluice',
    maxBytes,
    preparedStatements,
    maxPreparedStatements,
    iteratorWorker,
    workerSession,
    ...settings
  } = others
  if (settings.connectionString) checkConnectionString(settings.connectionString)
  const dialect = new SluiceDialect({
    pool: new pg.Pool(withoutTimeLimits(settings)),
    ...timeLimitsOf(settings),
    ...(retry !== undefined && { retry }),
    values,
    ...(iteratorWorker !== undefined && { iteratorWorker }),
    ...(workerSession !== undefined && { workerSession }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(preparedStatements !== undefined && { preparedStatements }),
    ...(maxPreparedStatements !== undefined && { maxPreparedStatements }),
    ...(onCreateConnection && { onCreateConnection }),
    ...(onReserveConnection && { onReserveConnection }),
  })
  const hear = log && logOf(log)
  const database = new Database<DB>({ dialect, ...(hear && { log: hear }), ...(plugins && { plugins }) })
  if (hear !== undefined) {
    engineBehind(database.getExecutor()).logged = (query, ms, error) => void hear(logEvent(query, ms, error))
  }
  return database
}
