import type { OpenStream } from '../connection/engine.js'
import type { RoundTripLimit } from '../connection/pipeline.js'
import { ConnectionError, TimeoutError, UsageError, type TimeoutCode } from '../errors.js'
import { sqlStateOf } from '../pg/database-error.js'
import { brokenProtocol } from '../pg/server-messages.js'

/**
 * What a stream's consumer gets for what a fetch met.
 *
 * @param transactionFailure what aborted the transaction before, if it is in its failed state.
 */
export function explainPortalFailure(error: Error, transactionFailure: Error | undefined): Error {
  switch (sqlStateOf(error)) {
    case '25P02':
      if (transactionFailure === undefined) return error
      return new UsageError(
        `The stream cannot go on: an earlier query failed and aborted its transaction: ${transactionFailure.message}`,
        { cause: transactionFailure },
      )
    case '34000':
      return new UsageError(
        'The stream cannot go on: its portal is gone. Ending the transaction closes it, and so does rolling back to a ' +
          'savepoint set before the stream began.',
        { cause: error },
      )
    case '25P03':
      return new ConnectionError(
        'The server closed the stream: the loop body took longer than idle_in_transaction_session_timeout. ' +
          'Raise that setting, or use a smaller chunkSize so that the next fetch comes sooner.',
        { cause: error },
      )
    default:
      return error
  }
}

/** A result has more rows, and its portal went with the transaction. */
export function lostPortal(): ConnectionError {
  return brokenProtocol('it ended the transaction of a result that has more rows')
}

/** Why nothing is committed. */
export function abortedBy(transactionFailure: Error | undefined): Error {
  return transactionFailure ?? brokenProtocol('it says that a transaction has failed, and sent no error')
}

/** How long each fetch of a stream may take, without the time in which the server is made to wait. */
export function fetchLimit(ms: number, stream: OpenStream, isSuspended: () => boolean): RoundTripLimit {
  const what = `A fetch took longer than ${ms} ms (fetchTimeoutMs)`
  return { ms, isSuspended, error: () => timeout('FETCH_TIMEOUT', what, stream) }
}

export function idleTimeout(ms: number, stream: OpenStream): TimeoutError {
  return timeout('IDLE_TIMEOUT', `The loop took no row for ${ms} ms (idleTimeoutMs)`, stream)
}

function timeout(code: TimeoutCode, what: string, stream: OpenStream): TimeoutError {
  return new TimeoutError(code, `${what}, and the stream was ended: ${stream.describe()}.`)
}
