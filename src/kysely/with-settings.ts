import { CompiledQuery, type QueryExecutor, type Transaction } from 'kysely'
import type { Connection } from '../connection/connection.js'
import { UsageError } from '../errors.js'
import { checkOptions } from '../options.js'
import {
  askConfig,
  restoreConfig,
  sessionSettings,
  setConfig,
  setsSearchPath,
  type HeldSetting,
  type SessionSettings,
  type SettingStatement,
} from '../session-settings.js'
import type { SluiceConnection } from './connection.js'
import { engineBehind, type KyselyHandle } from './handle.js'
import { isPinned } from './pinned.js'
import { withOwnValues } from './read-request.js'
import { SettingsScope } from './settings-scope.js'

/** A Kysely instance or transaction, as far as it is needed: from the whole of it TypeScript would not infer `DB`. */
export interface Transactional<DB> extends KyselyHandle {
  transaction(): { execute<T>(callback: (transaction: Transaction<DB>) => Promise<T>): Promise<T> }
}

type Body<DB, T> = (db: Transaction<DB>) => Promise<T>

/**
 * Runs a function in a transaction with settings of its own, as policies of row-level security go by them. They are gone
 * when it ends, whoever gets the connection then, also behind a pooler.
 *
 * ```ts
 * const open = await withSettings(db, { 'app.tenant': tenantId }, (db) => orders.using(db).filter({ isOpen: true }).toArray())
 * ```
 *
 * `role` is a setting as well. Inside a transaction they hold for the function alone, which then is a savepoint: should it
 * throw, what it did is undone and the transaction goes on. What the function has started without waiting for it is
 * waited for; nothing of it is sent when the function is over.
 *
 * @throws {@link OptionError} for what cannot name a setting or be its value; {@link UsageError} when the instance is on
 * another dialect, for a stream that is open in the transaction, and for a statement of the transaction around it while
 * the function runs; what the server, or the function, throws.
 */
export async function withSettings<DB, T>(
  db: Transactional<DB>,
  settings: SessionSettings,
  body: Body<DB, T>,
): Promise<T> {
  const given = checkOptions({ settings }, { settings: sessionSettings }, 'withSettings').settings
  const executor = db.getExecutor()
  const engine = engineBehind(executor)
  const { isTransaction } = db
  const isOpen =
    isTransaction ||
    (isPinned({ executor, engine, isTransaction }) &&
      (await onConnection(executor, ({ status }) => Promise.resolve(status !== 'I'))))
  if (isOpen) return within(executor, given, body)
  return db.transaction().execute(async (transaction) => {
    const inner = transaction.getExecutor()
    const connection = await onConnection(inner, async (one) => {
      await set(one, given)
      return one.connection
    })
    return scoped(inner, connection, body)
  })
}

/** In a transaction that goes on after it. */
async function within<DB, T>(
  executor: QueryExecutor,
  settings: SessionSettings,
  body: Body<DB, T>,
): Promise<T> {
  const { connection, before } = await onConnection(executor, async (one) => {
    refuseDuringStream(one.connection)
    await run(one, SAVEPOINT)
    try {
      const before = (await run(one, askConfig(settings))) as HeldSetting[]
      await set(one, settings)
      return { connection: one.connection, before }
    } catch (error) {
      await undo(one)
      throw error
    }
  })
  let result: T
  try {
    result = await scoped(executor, connection, body)
    await onConnection(executor, async (one) => {
      await run(one, RELEASE)
      await run(one, restoreConfig(before))
    })
  } catch (error) {
    await onConnection(executor, undo).catch(() => {})
    throw error
  }
  return result
}

/** Runs the function, with the connection to itself. */
async function scoped<DB, T>(executor: QueryExecutor, connection: Connection, body: Body<DB, T>): Promise<T> {
  const scope = new SettingsScope()
  const outer = connection.settingsScope
  connection.settingsScope = scope
  try {
    return await body(scope.transactionOf<DB>(executor))
  } finally {
    await scope.settled()
    const reason = new UsageError(
      'withSettings() was over while a stream in it was open: finish or leave the loop before.',
    )
    await Promise.all([...connection.openPortals].map((portal) => portal.abandon(reason)))
    connection.settingsScope = outer
  }
}

const SAVEPOINT: SettingStatement = { sql: 'savepoint sluice_settings', parameters: [] }
const RELEASE: SettingStatement = { sql: 'release sluice_settings', parameters: [] }
const UNDO: SettingStatement = { sql: 'rollback to sluice_settings', parameters: [] }

/** Until the transaction ends. */
async function set(connection: SluiceConnection, settings: SessionSettings): Promise<void> {
  await run(connection, setConfig(settings, true))
  if (setsSearchPath(settings)) connection.connection.session.prepared.unsettle()
}

/** The settings go back with it. */
async function undo(connection: SluiceConnection): Promise<void> {
  await run(connection, UNDO)
  await run(connection, RELEASE)
}

async function run(
  connection: SluiceConnection,
  { sql, parameters }: SettingStatement,
): Promise<readonly unknown[]> {
  return (await connection.executeQuery(withOwnValues(CompiledQuery.raw(sql, [...parameters])))).rows
}

function onConnection<T>(
  executor: QueryExecutor,
  task: (connection: SluiceConnection) => Promise<T>,
): Promise<T> {
  // Our dialect's driver gives out no others.
  return executor.provideConnection((given) => task(given as SluiceConnection))
}

/** @throws {@link UsageError} since what a stream has still to fetch would be read by other settings. */
function refuseDuringStream({ openPortals }: Connection): void {
  for (const portal of openPortals) {
    throw new UsageError(
      `withSettings() was called in a transaction with an open stream: ${portal.describe()}. Finish or leave the loop before.`,
    )
  }
}
