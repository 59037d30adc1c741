import { CompiledQuery, type QueryExecutor } from 'kysely'
import type { HandedConnection } from '../kysely/handed-connection.js'
import { engineBehind, executorOf, type KyselyHandle } from '../kysely/handle.js'
import { isPinned } from '../kysely/pinned.js'
import { withOwnValues } from '../kysely/read-request.js'

/** Runs a statement that a transaction is made of. */
export async function run(
  connection: HandedConnection,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<readonly unknown[]> {
  return (await connection.executeQuery(withOwnValues(CompiledQuery.raw(sql, [...parameters])))).rows
}

export function onConnection<T>(
  executor: QueryExecutor,
  task: (connection: HandedConnection) => Promise<T>,
): Promise<T> {
  // Executors of bindings give out no others.
  return executor.provideConnection((given) => task(given as HandedConnection))
}

/**
 * Whether what a handle runs is in a transaction: one of Kysely's, or one that was begun by SQL on a connection that is kept.
 *
 * @throws {@link UsageError} for a handle of another database than PostgreSQL.
 */
export async function isInTransaction(kysely: KyselyHandle): Promise<boolean> {
  const { isTransaction } = kysely
  const executor = executorOf(kysely)
  const engine = engineBehind(executor)
  if (isTransaction || !isPinned({ executor, engine, isTransaction })) return isTransaction
  return onConnection(executor, ({ status }) => Promise.resolve(status !== 'I'))
}
