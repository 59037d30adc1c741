import type { DatabaseError } from 'pg'
import { atServer } from '../connection/lost/at-server.js'

/** Functions of the server that end a query, or a session, for what it has to replay; by version. */
const CONFLICT = /^Process(?:RecoveryConflict|Interrupts)/

const NO_WRITES =
  'The server is a standby, which takes no writes: write by using(primary), or connect with ' +
  'target_session_attrs=read-write.'

/** Functions of ours that the oldest servers do not have, and since which version there are. */
const NEWER_FUNCTIONS = [
  ['any_value', 16],
  ['uuidv7', 18],
] as const

/**
 * What to do about an error of the server's that says little of it.
 *
 * @param sql the statement that has failed, where it is one of rows.
 */
export function adviceOn(error: DatabaseError, isWriting: boolean, sql = ''): string | undefined {
  const { code = '', routine = '' } = error
  const { isStandby = false } = atServer(error)
  switch (code) {
    case '25006':
      if (isStandby) return NO_WRITES
      return isWriting
        ? 'The server is a standby, or transactions are READ ONLY by their mode or by default: write by using(primary).'
        : 'Streams outside a transaction are READ ONLY: pass { readOnly: false }, or use using(trx).'
    case '0A000':
      return isStandby ? modeAdvice(error) : undefined
    case '40001':
    case '40P01':
      return CONFLICT.test(routine)
        ? 'A standby ends what is in the way of the changes that it replays. Try again, read in shorter pieces ' +
            '(resumable()), or give queries more time by max_standby_streaming_delay or hot_standby_feedback there.'
        : undefined
    case '42P10':
      return isWriting
        ? 'Their condition must follow from uniqueWhere as PostgreSQL sees it; or name the index by uniqueIndex.'
        : undefined
    case '42883': {
      const newer = NEWER_FUNCTIONS.find(([name]) => sql.includes(`${name}(`))
      return newer && `PostgreSQL has ${newer[0]}() from version ${newer[1]} on.`
    }
    default:
      return undefined
  }
}

/** A mode of transactions, by the function of the server that refused it: its words are in its language. */
function modeAdvice({ routine }: DatabaseError): string | undefined {
  switch (routine) {
    case 'call_bool_check_hook':
      return `${NO_WRITES} To read here, leave out readOnly: false and the access mode.`
    case 'call_enum_check_hook':
    case 'GetSerializableTransactionSnapshot':
      return 'A standby has repeatable read at most: ask for that, also as the default of its sessions.'
    default:
      return undefined
  }
}

/** What became of a write whose session ended before it was answered. */
export function fateOf(error: Error): string {
  const { isRolledBack = false } = atServer(error)
  return isRolledBack
    ? 'Its transaction was not committed, and is rolled back.'
    : 'It is not known whether it was done: look for it before you repeat it.'
}
