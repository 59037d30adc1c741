import type { QueryExecutor, Transaction } from 'kysely'
import type { HeldConnection } from '../connection/held/held-connection.js'
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
import type { HandedConnection } from '../kysely/handed-connection.js'
import { executorOf, type KyselyHandle } from '../kysely/handle.js'
import { TransactionState } from '../kysely/transaction-state.js'
import { inSavepoint } from './savepoint.js'
import { Scope } from './scope.js'
import { isInTransaction, onConnection, run } from './statements.js'

/** A Kysely instance or transaction, as far as it is needed: from the whole of it TypeScript would not infer `DB`. */
export interface Transactional<DB> extends KyselyHandle {
  /** Kysely's own. */
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
 * @throws {@link OptionError} for what cannot name a setting or be its value; {@link UsageError} for another database than
 * PostgreSQL, for a stream that is open in the transaction, and for a statement of the transaction around it while
 * the function runs; what the server, or the function, throws.
 */
export async function withSettings<DB, T>(
  db: Transactional<DB>,
  settings: SessionSettings,
  body: Body<DB, T>,
): Promise<T> {
  const given = checkOptions({ settings }, { settings: sessionSettings }, 'withSettings').settings
  const executor = executorOf(db)
  if (await isInTransaction(db)) return within(executor, given, body)
  return db.transaction().execute(async (transaction) => {
    const inner = executorOf(transaction)
    const scope = new Scope(true)
    const connection = await onConnection(inner, async (one) => {
      await setLocally(one, given)
      TransactionState.of(one.connection).innermost = scope
      return one.connection
    })
    return scoped(scope, inner, connection, body)
  })
}

/** In a transaction that goes on after it. */
function within<DB, T>(executor: QueryExecutor, settings: SessionSettings, body: Body<DB, T>): Promise<T> {
  const scope = new Scope(true)
  let before: readonly HeldSetting[] = []
  return inSavepoint(executor, {
    scope,
    enter: async (one) => {
      refuseDuringStream(one.connection)
      before = (await runSetting(one, askConfig(settings))) as HeldSetting[]
      await setLocally(one, settings)
    },
    body: (connection) => scoped(scope, executor, connection, body),
    leave: async (one) => void (await runSetting(one, restoreConfig(before))),
  })
}

/** Runs the function, with the connection to itself. */
async function scoped<DB, T>(
  scope: Scope,
  executor: QueryExecutor,
  connection: HeldConnection,
  body: Body<DB, T>,
): Promise<T> {
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

/** Until the transaction ends. */
export async function setLocally(connection: HandedConnection, settings: SessionSettings): Promise<void> {
  await runSetting(connection, setConfig(settings, true))
  if (setsSearchPath(settings)) connection.connection.searchPathChanged()
}

function runSetting(
  connection: HandedConnection,
  { sql, parameters }: SettingStatement,
): Promise<readonly unknown[]> {
  return run(connection, sql, parameters)
}

/** @throws {@link UsageError} since what a stream has still to fetch would be read by other settings. */
function refuseDuringStream({ openPortals }: HeldConnection): void {
  for (const portal of openPortals) {
    throw new UsageError(
      `withSettings() was called in a transaction with an open stream: ${portal.describe()}. Finish or leave the loop before.`,
    )
  }
}
