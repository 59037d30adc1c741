import { UsageError } from '../../errors.js'
import { abbreviate } from '../abbreviate.js'
import type { HeldConnection } from './held-connection.js'

/** @throws {@link UsageError} for a statement that is not of the innermost `withSettings()`. */
export function refuseOutside(
  { settingsScope }: HeldConnection,
  scope: object | undefined,
  sql: string,
): void {
  if (scope === settingsScope) return
  throw new UsageError(
    scope === undefined || settingsScope !== undefined
      ? `While withSettings() is under way in a transaction, only what its function is given runs in it. Refused: ${abbreviate(sql)}. ` +
          'Await one call before the next statement, and use the db of the innermost.'
      : `The transaction of withSettings() is over, and its settings with it. Refused: ${abbreviate(sql)}. Await in the ` +
          'function all that it starts.',
  )
}

/** @throws {@link UsageError} while a stream in a transaction of its own has the connection. */
export function refuseDuringStream({ openPortals }: HeldConnection, sql: string): void {
  for (const stream of openPortals) {
    if (stream.ownsTransaction) {
      throw new UsageError(
        `This connection is busy with a stream that runs in a transaction of its own: ${stream.describe()}. ` +
          `Refused: ${abbreviate(sql)}. Use another connection, or open a transaction first and use using(trx), ` +
          'where other queries may run inside the loop.',
      )
    }
  }
}
