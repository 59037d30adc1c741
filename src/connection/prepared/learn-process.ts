import { queryMessages } from '../../pg/protocol.js'
import type { Session } from '../../pg/session.js'
import { TextRows } from '../../rows/text-rows.js'
import { ConnectionError } from '../../errors.js'
import type { Sending } from '../pipeline.js'

const ASK = 'select pg_catalog.pg_backend_pid()'

/**
 * Finds out whether the process of the server that answers is the one that the connection was told of at its start, and so
 * keeps what is prepared on it. A pooler that gives a process to whoever needs one at the moment cannot tell its clients
 * the process's own number: a cancel request, which goes by that, would end the query of another.
 */
export async function learnProcess(
  { client, prepared }: Session,
  limitMs: number,
  send: (sending: Sending) => Promise<unknown>,
): Promise<void> {
  prepared.isInDoubt = false
  // A property of pg's clients that their types leave out.
  const { processID } = client as { readonly processID?: number | null }
  const sink = new TextRows()
  const error = () => new ConnectionError(`The session did not answer within ${limitMs} ms: ${ASK}.`)
  const messages = () => queryMessages(ASK, [], [])
  try {
    await send({ owner: prepared, sql: ASK, messages, sink, limit: { ms: limitMs, error } })
    prepared.areKept = sink.take()[0]?.[0] === String(processID)
  } catch {
    // Whatever it is, the next to use the connection meets it, and does without.
    prepared.areKept = false
  }
}
