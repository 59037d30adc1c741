import { CompiledQuery, type QueryExecutor } from 'kysely'
import type { SluiceConnection } from '../kysely/connection.js'
import { engineBehind, type KyselyHandle } from '../kysely/handle.js'
import { isPinned } from '../kysely/pinned.js'
import { withOwnValues } from '../kysely/read-request.js'

/** Runs a statement that a transaction is made of. */
export async function run(
  connection: SluiceConnection,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<readonly unknown[]> {
  return (await connection.executeQuery(withOwnValues(CompiledQuery.raw(sql, [...parameters])))).rows
}

export function onConnection<T>(
  executor: QueryExecutor,
  task: (connection: SluiceConnection) => Promise<T>,
): Promise<T> {
  // Our dialect's driver gives out no others.
  return executor.provideConnection((given) => task(given as SluiceConnection))
}

/**
 * Whether what a handle runs is in a transaction: one of Kysely's, or one that was begun by SQL on a connection that is kept.
 *
 * @throws {@link UsageError} for a handle of another dialect.
 */
export async function isInTransaction(kysely: KyselyHandle): Promise<boolean> {
  const { isTransaction } = kysely
  const executor = kysely.getExecutor()
  const engine = engineBehind(executor)
  if (isTransaction || !isPinned({ executor, engine, isTransaction })) return isTransaction
  return onConnection(executor, ({ status }) => Promise.resolve(status !== 'I'))
}
