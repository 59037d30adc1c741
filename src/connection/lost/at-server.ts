import { isDatabaseError } from '../../pg/database-error.js'
import type { Session } from '../../pg/session.js'

/** Where an error was met, as far as what is told of it depends on that. */
export interface AtServer {
  /** Its host and port, where the error ended the session. */
  readonly server?: string
  /** It is a standby: it follows another server, and takes no writes. */
  readonly isStandby?: boolean
  /** The session ended in a transaction that was not to be committed yet, and is undone. */
  readonly isRolledBack?: boolean
}

/** SQLSTATEs by which a standby refuses what it cannot do: writes, and modes of transactions. */
const OF_STANDBYS = new Set(['25006', '0A000', '55000'])

/** By which the server ends a session. */
const ENDING = /^(?:57P0[1-5]|08...|25P0[34])$/

const COMMITS = /^\s*(?:commit|end|prepare)\b/i

/** Notes on an error where it was met, for {@link atServer}. Nothing of it is printed unasked. */
export function noteServer<E extends Error>(error: E, session: Session, sql = ''): E {
  const code = isDatabaseError(error) ? error.code : undefined
  if (isStandby(session) && code !== undefined && OF_STANDBYS.has(code)) note(error, { isStandby: true })
  // What is not the server's is that the connection was lost.
  if (code !== undefined && !ENDING.test(code)) return error
  const isRolledBack = session.status !== 'I' && !COMMITS.test(sql)
  return note(error, { server: serverName(session), ...(isRolledBack && { isRolledBack }) })
}

/** What was noted on an error. */
export function atServer(error: Error): AtServer {
  return error as AtServer
}

/** Whether the server has said that it is one; a pooler does not pass that on. */
export function isStandby({ settings }: Session): boolean {
  return settings.get('in_hot_standby') === 'on'
}

/** Host and port, as the connection was asked for. */
export function serverName({ client: { host, port } }: Session): string {
  return host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`
}

function note<E extends Error>(error: E, noted: AtServer): E {
  for (const [name, value] of Object.entries(noted))
    if (Object.isExtensible(error)) Object.defineProperty(error, name, { value, configurable: true })
  return error
}
