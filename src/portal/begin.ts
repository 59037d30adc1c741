import type { Engine } from '../connection/engine.js'
import type { IterationRequest } from '../request.js'

const MAX_INT32 = 0x7fffffff

/**
 * What opens a stream's own transaction: READ ONLY unless the caller lifts that, on one snapshot for all of its queries
 * when it prefetches.
 */
export function beginStatements(
  { prefetches, options }: IterationRequest,
  { limits, lockTimeoutMs }: Engine,
): readonly string[] {
  const { readOnly = true, idleTimeoutMs = limits.idleTimeoutMs } = options
  const isolation = prefetches ? ' isolation level repeatable read,' : ''
  const begin = [`begin${isolation} read ${readOnly ? 'only' : 'write'}`]
  if (lockTimeoutMs !== undefined) begin.push(`set local lock_timeout = ${lockTimeoutMs}`)
  if (idleTimeoutMs !== undefined) {
    // The server's own limit is for a process that hangs, and later than ours, which ends the stream in good order.
    const limit = Math.min(MAX_INT32, idleTimeoutMs + limits.closeTimeoutMs)
    begin.push(`set local idle_in_transaction_session_timeout = ${limit}`)
  }
  return begin
}
