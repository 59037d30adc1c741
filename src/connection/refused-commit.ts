import { UsageError } from '../errors.js'

const COMMIT = /^\s*(?:commit|end)\b/i

/**
 * To a COMMIT of a failed transaction the server answers with a rollback, which would pass for success.
 *
 * @throws {@link UsageError} if the statement that was answered so is a COMMIT.
 */
export function refuseAsCommit(sql: string, cause: Error): void {
  if (!COMMIT.test(sql)) return
  throw new UsageError(
    `The transaction was rolled back, not committed: a query in it had failed: ${cause.message}`,
    { cause },
  )
}
