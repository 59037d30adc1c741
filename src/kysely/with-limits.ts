import { checkOptions, milliseconds, type OptionChecks } from '../options.js'
import { changingStatements } from './changed-statements.js'
import { engineBehind, type KyselyHandle } from './handle.js'
import { withQueryTimeout } from './read-request.js'

/** Limits of single calls. */
export interface CallLimits {
  /**
   * For each statement that is not a fetch of a stream, in milliseconds from when it is sent; a positive 32-bit integer.
   * Instead of that of the dialect.
   */
  readonly queryTimeoutMs: number
}

const CHECKS: OptionChecks<CallLimits> = { queryTimeoutMs: milliseconds }

/**
 * A Kysely instance or transaction for repositories and querysets whose statements have limits of their own.
 *
 * ```ts
 * const total = await users.using(withLimits(db, { queryTimeoutMs: 500 })).count()
 * ```
 *
 * @throws {@link OptionError}; {@link UsageError} when the instance is on another dialect.
 */
export function withLimits(kysely: KyselyHandle, limits: CallLimits): KyselyHandle {
  const { queryTimeoutMs } = checkOptions(limits, CHECKS, 'withLimits')
  const { isTransaction } = kysely
  // With its plugins: `withSchema` is one.
  const executor = kysely.getExecutor()
  engineBehind(executor)
  const limited = changingStatements(executor, {
    executed: (query) => withQueryTimeout(query, queryTimeoutMs),
  })
  return { isTransaction, getExecutor: () => limited }
}
