import { DatabaseError } from 'pg'
import { mayPass } from '../../connection/retryable.js'
import { ConnectionError, isError } from '../../errors.js'
import { isDatabaseError, withoutValues } from '../../pg/database-error.js'

/** Properties of pg's errors, and of those that other drivers name otherwise: postgres.js has the last. */
const FIELDS: readonly (readonly [property: keyof DatabaseError, other?: string])[] = [
  ['severity'],
  ['code'],
  ['detail'],
  ['hint'],
  ['position'],
  ['internalPosition'],
  ['internalQuery'],
  ['where'],
  ['schema', 'schema_name'],
  ['table', 'table_name'],
  ['column', 'column_name'],
  ['dataType', 'data_type_name'],
  ['constraint', 'constraint_name'],
  ['file'],
  ['line'],
  ['routine'],
]

/** What postgres.js says of a connection that is no more. */
const ENDED = /^(?:CONNECTION_(?:CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT)$/

/**
 * What a driver has thrown, as pg throws it: by the fields of the server's message alone, since drivers put parameters
 * beside them.
 *
 * @param wasSent whether the server may have seen anything.
 */
export function driverError(thrown: unknown, wasSent: boolean): unknown {
  if (isDatabaseError(thrown)) {
    const given = thrown as unknown as Readonly<Record<string, unknown>>
    const error = new DatabaseError(thrown.message, 0, 'error')
    for (const [property, other = property] of FIELDS)
      Object.assign(error, { [property]: given[property] ?? given[other] })
    return withoutValues(error)
  }
  if (!isError(thrown)) return thrown
  const { code } = thrown as NodeJS.ErrnoException
  if (!mayPass(thrown) && !ENDED.test(code ?? '')) return thrown
  const what = wasSent
    ? 'The connection to the database was lost'
    : 'No connection to the database was to be had'
  return new ConnectionError(`${what}: ${thrown.message}`, { cause: thrown, isBeforeSending: !wasSent })
}
