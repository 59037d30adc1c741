import { ConnectionError } from '../errors.js'

/**
 * SQLSTATEs after which the transaction is rolled back, or never began, for a reason that passes: of classes 40 and 53
 * all, of the others those of locks, of a server that goes down or comes up, and of conflicts with recovery.
 */
const PASSING = /^(?:40(?:001|P01)|53...|55P03|57P0[1-5]|08...|25P0[34])$/

/** SQLSTATEs that end the connection: what became of a write is then known only if it had not been sent. */
const CONNECTION_ENDED = /^(?:57P0[1245]|08...|25P0[34])$/

/** Whether to try again can help and can do no harm. */
export function isRetryable(
  error: unknown,
  sqlState: string | undefined,
  { action, mayWrite = action === 'writing' }: { readonly action?: 'writing'; readonly mayWrite?: boolean },
): boolean {
  if (error instanceof ConnectionError && error.isBeforeSending) return true
  const isLost =
    error instanceof ConnectionError || (sqlState !== undefined && CONNECTION_ENDED.test(sqlState))
  if (isLost) return !mayWrite
  return sqlState !== undefined && PASSING.test(sqlState)
}
