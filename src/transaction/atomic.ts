import { SingleConnectionProvider, type QueryExecutor, type Transaction } from 'kysely'
import type { Connection } from '../connection/connection.js'
import { heldRetry, retrying, type RetrySettings } from '../connection/retry.js'
import { UsageError } from '../errors.js'
import { connectionUnlessAborted } from '../kysely/abortable.js'
import type { SluiceConnection } from '../kysely/connection.js'
import type { KyselyHandle } from '../kysely/handle.js'
import { runCommitted, TransactionState, type CommitFunction } from '../kysely/transaction-state.js'
import { abortSignal, anything, checkOptions, flag, oneOf, type OptionChecks } from '../options.js'
import { sqlStateOf } from '../pg/database-error.js'
import { untilAborted } from '../shared-signal.js'
import { begin, type Mode } from './begin.js'
import { commit, refuseAborted } from './commit.js'
import { inSavepoint } from './savepoint.js'
import { Scope } from './scope.js'
import { isInTransaction, onConnection, run } from './statements.js'
import type { Transactional } from './with-settings.js'

/** Options of {@link atomic}. */
export interface AtomicOptions {
  /** Of the outermost transaction. Default: that of the session. */
  readonly isolationLevel?: (typeof LEVELS)[number]
  /** `'read only'` also holds for a part of a transaction that may write. Default: that of the session, or of what is around. */
  readonly accessMode?: (typeof MODES)[number]
  /**
   * Waits, before it begins, for a snapshot on which it cannot fail: of a transaction that is serializable and read only.
   * Without effect on others.
   */
  readonly deferrable?: boolean
  /**
   * Runs the function again, in a new transaction, after a serialization failure (40001) or a deadlock (40P01): three times
   * by `{}`. What the function does beside its transaction it does again. Default: never.
   */
  readonly retry?: RetrySettings
  /**
   * Calls it off: what is under way is cancelled on the server, nothing further is sent, all of it is rolled back, and the
   * promise rejects with the signal's reason, without waiting for the function. Too late for a COMMIT that was sent.
   */
  readonly signal?: AbortSignal
}

const LEVELS = ['read uncommitted', 'read committed', 'repeatable read', 'serializable'] as const
const MODES = ['read only', 'read write'] as const

const CHECKS: OptionChecks<AtomicOptions> = {
  isolationLevel: oneOf('level', LEVELS),
  accessMode: oneOf('mode', MODES),
  deferrable: flag,
  retry: anything,
  signal: abortSignal,
}

/** What a function is run in. */
type Body<DB, T> = (trx: Transaction<DB>) => Promise<T>

/** What a transaction that is committed has given, and what is to be done now. */
interface Committed<T> {
  readonly result: T
  readonly due: readonly CommitFunction[]
}

const CONFLICTS = new Set(['40001', '40P01'])

/**
 * Runs a function in a transaction: committed when it returns, rolled back by what it throws, which is thrown on. Inside of a
 * transaction, of `atomic()` or of Kysely's own methods, it is a savepoint: rolled back by what it throws, after which the
 * transaction around it goes on. The name is Django's.
 *
 * ```ts
 * const order = await atomic(db, async (trx) => {
 *   const { orders, orderItems } = repositories(trx)
 *   const order = await orders.create(values)
 *   await orderItems.bulkCreate(items.map((item) => ({ ...item, orderId: order.id })))
 *   return order
 * }, { isolationLevel: 'serializable', retry: { attempts: 5 } })
 * ```
 *
 * What the function has started without waiting for it is waited for; what it starts later is refused.
 *
 * @throws what the function throws; {@link OptionError}, and {@link UsageError} for options that cannot hold inside of a
 * transaction; {@link TransactionError} where a statement has failed and the function returned all the same, where the
 * connection is lost under COMMIT, and where a function of {@link afterCommit} fails; {@link IntegrityError} for a
 * constraint that is deferred until COMMIT; the reason of the signal.
 */
export function atomic<DB, T>(db: Transactional<DB>, body: Body<DB, T>, options?: AtomicOptions): Promise<T>
export function atomic<T>(db: KyselyHandle, body: Body<object, T>, options?: AtomicOptions): Promise<T>
export async function atomic<T>(
  db: KyselyHandle,
  body: Body<object, T>,
  options: AtomicOptions = {},
): Promise<T> {
  const { retry, signal, ...mode } = checkOptions(options, CHECKS, 'atomic')
  const held = heldRetry(retry)
  signal?.throwIfAborted()
  const executor = db.getExecutor()
  if (await isInTransaction(db)) {
    refuseOutermost(options)
    return part(executor, body, mode, signal)
  }
  const attempt = () => transact(executor, body, mode, signal)
  const { result, due } = await retrying(held, attempt, isConflict, signal).catch((error: unknown) => {
    // It was called off in a pause.
    if (isConflict(error)) signal?.throwIfAborted()
    throw error
  })
  await runCommitted(due)
  return result
}

function isConflict(error: unknown): boolean {
  return CONFLICTS.has(sqlStateOf(error) ?? '')
}

function refuseOutermost({ isolationLevel, deferrable, retry }: AtomicOptions): void {
  const [name] =
    Object.entries({ isolationLevel, deferrable, retry }).find(([, value]) => value !== undefined) ?? []
  if (name === undefined) return
  const why =
    name === 'retry'
      ? 'what has failed there is over with the whole transaction, which only the outermost call can repeat'
      : 'that is settled when the transaction begins'
  throw new UsageError(
    `atomic() was called inside a transaction with the option ${name}: ${why}. Give it to the outermost call.`,
  )
}

async function transact<DB, T>(
  executor: QueryExecutor,
  body: Body<DB, T>,
  mode: Mode,
  signal: AbortSignal | undefined,
): Promise<Committed<T>> {
  const task = async (one: SluiceConnection): Promise<Committed<T>> => {
    const { connection } = one
    const state = TransactionState.of(connection)
    await begin(one, mode)
    state.begin()
    const scope = new Scope()
    state.innermost = scope
    try {
      const alone = executor.withConnectionProvider(new SingleConnectionProvider(one))
      const result = await within(scope, connection, signal, () => body(scope.transactionOf<DB>(alone)))
      refuseAborted(one, false)
      await commit(one)
      state.commit()
      return { result, due: state.takeDue() }
    } catch (error) {
      state.end()
      // One that cannot be rolled back goes with its connection; what it failed by is to be told.
      if (one.status !== 'I') await run(one, 'rollback').catch(() => {})
      throw error
    }
  }
  return signal === undefined ? onConnection(executor, task) : connectionUnlessAborted(executor, signal, task)
}

function part<DB, T>(
  executor: QueryExecutor,
  body: Body<DB, T>,
  { accessMode }: Mode,
  signal: AbortSignal | undefined,
): Promise<T> {
  const scope = new Scope()
  return inSavepoint(executor, {
    scope,
    enter: async (one) => {
      // Until its savepoint is released.
      if (accessMode !== undefined) await run(one, `set transaction ${accessMode}`)
    },
    body: (connection) => within(scope, connection, signal, () => body(scope.transactionOf<DB>(executor))),
  })
}

/** Runs the function of a scope, and what that has started, to its end, or until the signal is aborted. */
async function within<T>(
  scope: Scope,
  connection: Connection,
  signal: AbortSignal | undefined,
  body: () => Promise<T>,
): Promise<T> {
  const running = toItsEnd(scope, body)
  try {
    return await untilAborted(running, signal)
  } catch (error) {
    if (signal?.aborted === true) {
      // It may never end, and nobody is left to hear of how it does.
      running.catch(() => {})
      scope.end(() => signal.reason)
      await connection.cancelAll()
      throw signal.reason
    }
    throw error
  }
}

async function toItsEnd<T>(scope: Scope, body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } finally {
    await scope.settled()
    scope.end(
      () =>
        new UsageError(
          'This atomic() is over: nothing runs in it any more. Await in its function all that it starts.',
        ),
    )
  }
}
