import { UsageError } from '../errors.js'
import { engineBehind, executorOf, type KyselyHandle } from '../kysely/handle.js'
import { isPinned } from '../kysely/pinned.js'
import { TransactionState, type CommitFunction } from '../kysely/transaction-state.js'
import { onConnection } from './statements.js'

/**
 * Runs a function once the transaction of `db` is committed, the outermost one: after its connection was given back, in the
 * order of the calls, each to its end. It is dropped when the transaction, or the savepoint that it was asked for in, is
 * rolled back. Outside of a transaction it runs at once.
 *
 * ```ts
 * await atomic(db, async (trx) => {
 *   const order = await orders.using(trx).create(values)
 *   await afterCommit(trx, () => queue.send('order-placed', { id: order.id }))
 * })
 * ```
 *
 * What it throws does not keep the others from running, and undoes nothing: `atomic()` then rejects with a
 * {@link TransactionError} of the code `AFTER_COMMIT`, whose `outcome` is `'committed'`. In a transaction that Kysely's own
 * methods began, of which Kysely has nobody to tell, it is a warning with the code `SLUICE_AFTER_COMMIT`.
 *
 * @returns when it is noted; outside of a transaction, when it has run.
 * @throws {@link UsageError} in a transaction that is over, and in one that was begun by SQL, of whose end nobody tells us;
 * outside of a transaction what the function throws.
 */
export async function afterCommit(db: KyselyHandle, done: CommitFunction): Promise<void> {
  if (typeof done !== 'function') throw new UsageError('afterCommit() takes a function to run.')
  const executor = executorOf(db)
  const engine = engineBehind(executor)
  const { isTransaction } = db
  const isNoted =
    isPinned({ executor, engine, isTransaction }) &&
    (await onConnection(executor, ({ connection, status }) => {
      if (!isTransaction && status === 'I') return Promise.resolve(false)
      const state = TransactionState.of(connection)
      if (!state.isBegun)
        throw new UsageError(
          "afterCommit() was called in a transaction that is over, or was begun by SQL, or by Kysely on a dialect that is not sluice's: " +
            'nobody would tell of its COMMIT. Begin it by atomic(db, …).',
        )
      state.add(done)
      return Promise.resolve(true)
    }))
  if (!isNoted) await done()
}
