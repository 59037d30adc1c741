import { ConnectionError, UsageError } from '../errors.js'
import { queryMessages, statement, SYNC } from '../pg/protocol.js'
import type { Session } from '../pg/session.js'
import { NO_ROWS } from '../rows/row-sink.js'
import { TextRows } from '../rows/text-rows.js'
import type { Sending } from './pipeline.js'

const NAMES = ['client_encoding', 'DateStyle', 'IntervalStyle'] as const
const ASK = `select ${NAMES.map((name) => `pg_catalog.current_setting('${name}')`).join(', ')}`
const UNDO = `set client_encoding = 'UTF8'`

/**
 * What has to be sent before anything else of ours, if anything: whether text crosses the wire as it was depends on the
 * encoding of the session, which others may have set.
 */
export function setUpText(
  session: Session,
  limitMs: number,
  send: (sending: Sending) => Promise<unknown>,
): Promise<void> | undefined {
  const { settings } = session
  // In a failed transaction nothing can be set, nor read.
  if ((settings.isWhole && settings.isUtf8) || session.status === 'E') return undefined
  const sendWithin = (sql: string, parts: Pick<Sending, 'messages' | 'sink'>) => {
    const error = () => new ConnectionError(`The session did not answer within ${limitMs} ms: ${sql}.`)
    return send({ owner: settings, sql, ...parts, limit: { ms: limitMs, error } })
  }
  return (async () => {
    if (!settings.isWhole) {
      const sink = new TextRows()
      await sendWithin(ASK, { messages: () => queryMessages(ASK, [], []), sink })
      sink.take()[0]?.forEach((value, index) => settings.set(NAMES[index] ?? '', value))
      settings.isWhole = true
    }
    if (!settings.isUtf8) await sendWithin(UNDO, { messages: () => [statement(UNDO), SYNC], sink: NO_ROWS })
  })()
}

/** @throws {@link UsageError} where text would be sent, or has come, in an encoding that is not ours. */
export function refuseEncoding({ settings }: Session): void {
  if (settings.isUtf8) return
  throw new UsageError(
    `client_encoding was set to ${settings.get('client_encoding')} while a query was under way, and its text cannot be ` +
      'told from another: sluice reads and writes UTF8. Leave client_encoding alone; the server converts by itself.',
  )
}
