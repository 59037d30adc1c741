import type { DatabaseError } from 'pg'
import {
  ConnectionError,
  DecodeError,
  QueryError,
  SchemaDriftError,
  TimeoutError,
  type QueryDetails,
} from '../errors.js'
import { isDatabaseError, isRaised, sqlStateOf } from '../pg/database-error.js'
import { databaseClosed } from '../connection/engine.js'
import { atServer } from '../connection/lost/at-server.js'
import { attemptsOf } from '../connection/retry.js'
import { isRetryable } from '../connection/retryable.js'
import { adviceOn, fateOf } from './advice.js'

/** What a queryset was doing when it failed. */
export interface FailedQuery {
  /** `schema.name`. */
  readonly table: string
  readonly sql: string
  readonly rowsDelivered: number
  /** Default: reading. */
  readonly action?: 'writing'
  /** It reads by what may write and commit. */
  readonly mayWrite?: boolean
  /** How often it was tried, where the error itself does not say. */
  readonly attempts?: number
}

const DRIFT: Readonly<Record<string, string>> = {
  '3F000': 'schema',
  '42P01': 'table',
  '42703': 'column',
  '42704': 'type',
}

/** Where PostgreSQL reports a table that FROM does not have, in whatever language. */
const NO_SUCH_SOURCE = 'errorMissingRTE'

/** The error that a queryset's caller gets: the server's own words, what was asked, and what to do where that is known. */
export function explainFailure(met: unknown, failed: FailedQuery): unknown {
  // All that Kysely says of a database that was closed.
  const error =
    met instanceof Error && met.message === 'driver has already been destroyed' ? databaseClosed() : met
  if (!isDatabaseError(error)) {
    if (error instanceof DecodeError || error instanceof SchemaDriftError) return located(error, failed)
    if (!(error instanceof ConnectionError || error instanceof TimeoutError)) return error
    const { table, sql, rowsDelivered } = failed
    const code = error.code === 'CONNECTION_ERROR' ? {} : { code: error.code }
    const sqlState = sqlStateOf(error)
    const what =
      failed.action === 'writing' ? `writing ${table}` : `reading ${table}, ${rowsDelivered} rows delivered`
    const fated = fate(error, failed)
    return new QueryError(
      `${error.message} (${what}${tried(error, failed)})${fated === undefined ? '' : `. ${fated}`}`,
      { table, sql, rowsDelivered, sqlState, ...repeating(error, failed), ...code },
      { cause: error },
    )
  }
  // What a trigger or a value names is not in our SQL, and has no position there.
  const isNowhere = error.routine === NO_SUCH_SOURCE
  const missing = error.position === undefined || isNowhere ? undefined : DRIFT[error.code ?? '']
  if (missing !== undefined) {
    return new SchemaDriftError(
      `The database no longer has a ${missing} that the code generated for ${failed.table} uses: ${error.message}. ` +
        'Run the generator again, or migrate the database.',
      { cause: error },
      { ...failed, sqlState: error.code, detail: error.detail },
    )
  }
  const writing = failed.action === 'writing'
  const nowhere = isNowhere
    ? 'A callback names a table that is neither its own, nor one further out, nor in a subquery around it: take it by selectFrom().'
    : undefined
  const { code: sqlState, detail } = error
  return new QueryError(
    failureMessage(
      `${writing ? 'Writing' : 'Reading'} ${failed.table}`,
      error,
      nowhere ?? adviceOn(error, writing, failed.sql) ?? fate(error, failed),
      tried(error, failed) + endedAt(error),
    ),
    { ...failed, sqlState, detail, ...repeating(error, failed) },
    { cause: error },
  )
}

/** The server's message and its hint, which are about the statement; its DETAIL is about values. */
export function failureMessage(what: string, error: DatabaseError, note?: string, tries = ''): string {
  const notes = [isRaised(error) ? undefined : error.hint, note].filter((each) => each !== undefined)
  return [`${what} failed${tries}: ${error.message}.`, ...notes].join(' ')
}

function repeating(error: Error, failed: FailedQuery): Pick<QueryDetails, 'isRetryable' | 'attempts'> {
  return { isRetryable: isRetryable(error, failed), attempts: failed.attempts ?? attemptsOf(error) }
}

/** What became of a write whose session has ended; undefined where it is not in doubt. */
function fate(error: Error, { action, mayWrite = action === 'writing' }: FailedQuery): string | undefined {
  const { isBeforeSending } = error as Partial<ConnectionError>
  const isInDoubt = mayWrite && isBeforeSending !== true && atServer(error).server !== undefined
  return isInDoubt ? fateOf(error) : undefined
}

/** Which server it was that ended the session; of a connection that was lost its error says so itself. */
function endedAt(error: DatabaseError): string {
  const { server } = atServer(error)
  return server === undefined ? '' : ` at ${server}`
}

function tried(error: Error, { attempts = attemptsOf(error) }: FailedQuery): string {
  return attempts > 1 ? `, tried ${attempts} times` : ''
}

/** What a row could not be read by, with what it was a row of. */
function located(error: DecodeError | SchemaDriftError, failed: FailedQuery): QueryError {
  const { cause, message } = error
  const options = cause === undefined ? {} : { cause }
  return error instanceof DecodeError
    ? new DecodeError(message, { ...options, value: error.value }, failed)
    : new SchemaDriftError(message, options, failed)
}
