import type { Connection } from '../connection/connection.js'
import type { RoundTripLimit } from '../connection/pipeline.js'
import { queryMessages, statement } from '../pg/protocol.js'
import type { IterationRequest } from '../request.js'
import { setConfig, setsSearchPath } from '../session-settings.js'
import { TextRows } from '../rows/text-rows.js'

const MAX_INT32 = 0x7fffffff

const ASK = 'show default_transaction_isolation'

/** Asks what transactions are by default, by one round trip, where the next one depends on it and it is not known. */
export function learnIsolation(
  connection: Connection,
  owner: object,
  limit: RoundTripLimit | undefined,
): Promise<void> | undefined {
  const { session, status } = connection
  if (session.defaultIsolation !== undefined || status !== 'I') return undefined
  const sink = new TextRows()
  const messages = () => queryMessages(ASK, [], [])
  return connection
    .roundTrip({ owner, sql: ASK, messages, sink, limit })
    .then(() => void (session.defaultIsolation = sink.take()[0]?.[0]))
}

/**
 * What opens a stream's own transaction: READ ONLY unless the caller lifts that, on one snapshot for all of its queries
 * when it prefetches. What is serializable by default stays so.
 */
export function beginMessages(
  { prefetches, options }: IterationRequest,
  { engine: { limits, lockTimeoutMs }, session }: Connection,
): readonly Buffer[] {
  const { readOnly = true, idleTimeoutMs = limits.idleTimeoutMs, settings } = options
  // A standby has no serializable transactions.
  const isSerializable =
    session.defaultIsolation === 'serializable' && session.settings.get('in_hot_standby') !== 'on'
  const snapshot = isSerializable ? 'serializable' : 'repeatable read'
  const isolation = prefetches ? ` isolation level ${snapshot},` : ''
  const begin = [`begin${isolation} read ${readOnly ? 'only' : 'write'}`]
  if (lockTimeoutMs !== undefined) begin.push(`set local lock_timeout = ${lockTimeoutMs}`)
  if (idleTimeoutMs !== undefined) {
    // The server's own limit is for a process that hangs, and later than ours, which ends the stream in good order.
    const limit = Math.min(MAX_INT32, idleTimeoutMs + limits.closeTimeoutMs)
    begin.push(`set local idle_in_transaction_session_timeout = ${limit}`)
  }
  const messages = begin.map((sql) => statement(sql))
  if (settings === undefined) return messages
  if (setsSearchPath(settings)) session.prepared.unsettle()
  const { sql, parameters } = setConfig(settings, true)
  return [...messages, statement(sql, parameters)]
}
