import { abortSignal, checkOptions, milliseconds, type OptionChecks } from '../options.js'
import { signalOfCall } from './abortable.js'
import { changingStatements } from './changed-statements.js'
import { engineBehind, handleOf, replayOfHandle, signalOfHandle, type KyselyHandle } from './handle.js'
import { withQueryTimeout } from './read-request.js'

/** Limits of single calls. */
export interface CallLimits {
  /**
   * For each statement that is not a fetch of a stream, in milliseconds from when it is sent; a positive 32-bit integer.
   * Instead of that of the dialect.
   */
  readonly queryTimeoutMs?: number
  /** Calls off all that runs by the handle, streams too; else as the option of single calls, together with which it goes. */
  readonly signal?: AbortSignal
}

const CHECKS: OptionChecks<CallLimits> = { queryTimeoutMs: milliseconds, signal: abortSignal }

/**
 * A Kysely instance or transaction for repositories and querysets whose calls have limits of their own.
 *
 * ```ts
 * const total = await users.using(withLimits(db, { queryTimeoutMs: 500, signal: request.signal })).count()
 * ```
 *
 * @throws {@link OptionError}; {@link UsageError} when the instance is on another dialect.
 */
export function withLimits(kysely: KyselyHandle, limits: CallLimits): KyselyHandle {
  const { queryTimeoutMs, signal: own } = checkOptions(limits, CHECKS, 'withLimits')
  const { isTransaction } = kysely
  // With its plugins: `withSchema` is one.
  const executor = kysely.getExecutor()
  engineBehind(executor)
  const limited =
    queryTimeoutMs === undefined
      ? executor
      : changingStatements(executor, { executed: (query) => withQueryTimeout(query, queryTimeoutMs) })
  const signal = signalOfCall(signalOfHandle(kysely), own)
  return handleOf({ executor: limited, isTransaction, signal, replay: replayOfHandle(kysely) })
}
