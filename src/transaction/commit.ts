import { asError, QueryError, TransactionError, UsageError, type ConnectionError } from '../errors.js'
import { abbreviate } from '../connection/abbreviate.js'
import { isRetryable } from '../connection/retryable.js'
import { failureMessage } from '../failure/query-failure.js'
import { violationOf } from '../failure/violation.js'
import type { HandedConnection } from '../kysely/handed-connection.js'
import { isDatabaseError } from '../pg/database-error.js'
import { qualifiedName } from '../schema/qualified-name.js'
import { run } from './statements.js'

/**
 * Commits.
 *
 * @throws {@link TransactionError} where it cannot be known what became of it; {@link IntegrityError} for a constraint that
 * is deferred until now; {@link QueryError} for another refusal, which has rolled it back.
 */
export async function commit(one: HandedConnection): Promise<void> {
  try {
    await run(one, 'commit')
  } catch (error) {
    throw explainCommit(asError(error), one)
  }
}

function explainCommit(error: Error, { connection }: HandedConnection): Error {
  // Of an error that the server sent, too.
  const { isBeforeSending } = error as Partial<ConnectionError>
  if (connection.isLost && isBeforeSending !== true) {
    return new TransactionError(
      'COMMIT_UNKNOWN',
      `It is not known whether the transaction was committed: the connection was lost before its COMMIT was answered ` +
        `(${error.message}). Look for what it wrote before you repeat it.`,
      { cause: error },
    )
  }
  // It was answered by rolling back: what was still under way has failed.
  if (error instanceof UsageError) return aborted(error.cause, false)
  if (!isDatabaseError(error)) return error
  const { code: sqlState = '', detail, schema, table: name } = error
  const message = failureMessage('The COMMIT of a transaction', error)
  const table = schema === undefined || name === undefined ? undefined : qualifiedName({ schema, name })
  const Violation = violationOf(sqlState)
  if (Violation !== undefined) {
    const { constraint } = error
    const details = { sqlState, table: table ?? '', sql: 'commit', detail, constraint, columns: [] }
    return new Violation(message, details, { cause: error })
  }
  const isSafe = isRetryable(error, { action: 'writing' })
  return new QueryError(
    message,
    { sqlState, table, sql: 'commit', detail, isRetryable: isSafe },
    { cause: error },
  )
}

/**
 * Refuses to go on as if nothing had failed: PostgreSQL would answer a COMMIT of a transaction that is aborted by rolling it
 * back, without a word. The idea is Django's TransactionManagementError.
 */
export function refuseAborted({ status, connection }: HandedConnection, isSavepoint: boolean): void {
  if (status === 'E') throw aborted(connection.transactionFailure, isSavepoint)
}

function aborted(cause: unknown, isSavepoint: boolean): TransactionError {
  const failure = cause === undefined ? '' : `: ${abbreviate(asError(cause).message)}`
  return new TransactionError(
    'TRANSACTION_ABORTED',
    `A statement failed${failure}. That has aborted its ${isSavepoint ? 'savepoint' : 'transaction'}, whose function returned ` +
      'all the same: what it did was rolled back. Let the error through, or run what may fail in an atomic(trx, …) of its own ' +
      'and catch the error outside of that.',
    { cause },
  )
}
