import { ConnectionError, reasonsOf } from '../errors.js'
import { sqlStateOf } from '../pg/database-error.js'
import { OtherKind } from '../settings/hosts.js'

/**
 * SQLSTATEs of what passes and has had no effect: conflicts and locks (40001, 40P01, 55P03), a server that is out of
 * something (53), that is going down or coming up when it is connected to (57P03), and sessions that it ended while
 * they were idle, when it had not read what was sent (57P05, 25P03).
 */
const UNDONE = /^(?:40(?:001|P01)|53...|55P03|57P0[35]|25P03)$/

/** SQLSTATEs by which a session ends at any time: what was on its way may have taken effect. */
const UNKNOWN = /^(?:40003|57P0[124]|08(?:000|003|006|007)|25P04)$/

/** What Node calls failures of a network, or of a server that is not there at the moment. */
const NETWORK = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'],
  ...[
    'EHOSTUNREACH',
    'EHOSTDOWN',
    'ENETUNREACH',
    'ENETDOWN',
    'ENETRESET',
    'EADDRNOTAVAIL',
    'EMFILE',
    'ENFILE',
  ],
])

/** What pg says, without a code, of a server that does not answer or goes away. */
const SILENT = /^(?:timeout expired|timeout exceeded|Connection terminated)/

/**
 * Whether a failure to connect may pass by itself. A wrong password, an unknown database or host, a refusal of TLS, a
 * certificate that is missing or not trusted, and a server of another kind do not.
 */
export function mayPass(error: Error): boolean {
  const sqlState = sqlStateOf(error)
  if (sqlState !== undefined) return UNDONE.test(sqlState) || UNKNOWN.test(sqlState)
  // A standby is promoted when its primary is lost.
  if (error instanceof OtherKind) return true
  const reasons = reasonsOf(error)
  if (reasons !== undefined) return reasons.some(mayPass)
  // What Node's own errors have beside a message; others leave it undefined.
  const { code, syscall } = error as NodeJS.ErrnoException
  // A server that is down has no socket in its folder; a certificate that is missing is opened, not connected to.
  if (code === 'ENOENT') return syscall === 'connect'
  return code === undefined ? SILENT.test(error.message) : NETWORK.has(code)
}

/** Whether to try again can help and can do no harm: by what the server said, and by what it may have seen. */
export function isRetryable(
  error: Error,
  { action, mayWrite = action === 'writing' }: { readonly action?: 'writing'; readonly mayWrite?: boolean },
): boolean {
  // Of an error that the server sent, too.
  const { isBeforeSending, isFinal, isUndone } = error as Partial<ConnectionError> & { isUndone?: boolean }
  if (isFinal === true) return false
  if (isUndone === true) return true
  const hasNoEffect = !mayWrite || isBeforeSending === true
  const sqlState = sqlStateOf(error)
  if (sqlState !== undefined) return UNDONE.test(sqlState) || (hasNoEffect && UNKNOWN.test(sqlState))
  return error instanceof ConnectionError && hasNoEffect
}
