import { ConnectionError } from '../../errors.js'
import { copyOf, isDatabaseError } from '../../pg/database-error.js'
import type { Session } from '../../pg/session.js'
import { serverName } from './at-server.js'

/** What a statement meets that was not sent, since the connection had been lost before. */
export function unsent(lost: Error, session: Session): Error {
  if (isDatabaseError(lost)) return Object.assign(copyOf(lost), { isBeforeSending: true })
  return lostBy(lost, session, true)
}

/** What a statement meets whose connection was lost. */
export function lostBy(lost: Error, session: Session, isBeforeSending = false): ConnectionError {
  const isOurs = lost instanceof ConnectionError
  return new ConnectionError(
    isOurs
      ? lost.message
      : `The connection to the database at ${serverName(session)} was lost: ${lost.message}`,
    { cause: lost, isBeforeSending, ...(isOurs && { code: lost.code, isFinal: lost.isFinal }) },
  )
}
