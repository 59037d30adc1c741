import type { QueryExecutor } from 'kysely'
import { UsageError } from '../errors.js'
import type { HandedConnection } from '../kysely/handed-connection.js'
import { TransactionState } from '../kysely/transaction-state.js'
import { refuseAborted } from './commit.js'
import { Scope } from './scope.js'
import { onConnection, run } from './statements.js'

/** A part of a transaction, which can be undone by itself. */
export interface Part<T> {
  readonly scope: Scope
  /** Called once its savepoint is made. */
  readonly enter?: (connection: HandedConnection) => Promise<void>
  /** What it is for. */
  readonly body: (connection: HandedConnection['connection']) => Promise<T>
  /** Called once its savepoint is released. */
  readonly leave?: (connection: HandedConnection) => Promise<void>
}

/**
 * Runs a part of a transaction in a savepoint, to which it is rolled back should it throw; the transaction goes on.
 *
 * @throws {@link UsageError} beside another one in the same transaction; {@link TransactionError} where a statement of it has
 * failed and its body says nothing of that; what the body throws.
 */
export async function inSavepoint<T>(
  executor: QueryExecutor,
  { scope, enter, body, leave }: Part<T>,
): Promise<T> {
  const { connection, undo, outer } = await onConnection(executor, async (one) => {
    const state = TransactionState.of(one.connection)
    const outer = Scope.of(one)
    refuseBeside(state.innermost, outer)
    const { mark } = state
    const undo = async (one: HandedConnection) => {
      state.undo(mark)
      state.innermost = outer
      await run(one, 'rollback to sluice_part')
      await run(one, 'release sluice_part')
    }
    await run(one, 'savepoint sluice_part')
    state.innermost = scope
    try {
      await enter?.(one)
    } catch (error) {
      await undo(one)
      throw error
    }
    return { connection: one.connection, undo, outer }
  })
  let isReleased = false
  try {
    const result = await body(connection)
    await onConnection(executor, async (one) => {
      refuseAborted(one, true)
      await run(one, 'release sluice_part')
      isReleased = true
      TransactionState.of(connection).innermost = outer
      await leave?.(one)
    })
    return result
  } catch (error) {
    // Without its connection, or its transaction, there is nothing to undo.
    if (!isReleased) await onConnection(executor, undo).catch(() => {})
    throw error
  }
}

/** Their savepoints would be released and rolled back in another order than they were made in. */
function refuseBeside(innermost: object | undefined, outer: Scope | undefined): void {
  if (innermost === outer) return
  throw new UsageError(
    'Another part of this transaction is under way, of atomic() or withSettings(): await one before the next, and inside of ' +
      'it use the transaction that its function is given.',
  )
}
