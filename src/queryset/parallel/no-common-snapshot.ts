import { ConnectionError, TimeoutError, UsageError } from '../../errors.js'
import { isDatabaseError, sqlStateOf } from '../../pg/database-error.js'

const INSTEAD =
  'Connect to the server itself, or read without one common snapshot: partitions(), each streamed or walked by itself.'

/** PgBouncer's word for all that it refuses. */
const REFUSED_BY_POOLER = '08P01'

/**
 * What whoever reads in parallel gets for a transaction that could not begin, or not see what the others see.
 *
 * @param isImport whether it was about to see what another does.
 */
export function noCommonSnapshot(error: Error, isImport: boolean, limitMs: number): Error {
  const options = { cause: error }
  if (isImport && isDatabaseError(error) && error.severity === 'ERROR') {
    return new UsageError(
      'parallel() reads all parts by one snapshot, and a connection does not know the one that another has exported: ' +
        `${error.message}. They lead to different servers, or the transaction that exported it did not stay open, as behind a ` +
        `pooler or proxy. ${INSTEAD}`,
      options,
    )
  }
  if (sqlStateOf(error) === REFUSED_BY_POOLER) {
    return new UsageError(
      `parallel() keeps a transaction open on each of its connections, which the pooler in between refuses: ${error.message}. ` +
        `In transaction mode it can. ${INSTEAD}`,
      options,
    )
  }
  if (error instanceof TimeoutError) {
    return new ConnectionError(
      `A transaction of parallel() did not begin within ${limitMs} ms (acquireTimeoutMs), while the others wait for it. A pooler ` +
        'in between has to have as many connections to the server as are read at once: raise its pool size, or lower concurrency.',
      { ...options, code: 'ACQUIRE_TIMEOUT' },
    )
  }
  return error
}
