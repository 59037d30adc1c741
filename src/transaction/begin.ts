import { asError, QueryError } from '../errors.js'
import { adviceOn } from '../failure/advice.js'
import { failureMessage } from '../failure/query-failure.js'
import type { SluiceConnection } from '../kysely/connection.js'
import { isDatabaseError } from '../pg/database-error.js'
import { run } from './statements.js'

/** How a transaction begins. */
export interface Mode {
  readonly isolationLevel?: string
  readonly accessMode?: string
  readonly deferrable?: boolean
}

/**
 * Begins a transaction.
 *
 * @throws {@link QueryError} for a mode that the server does not have, such as a standby one that writes.
 */
export async function begin(one: SluiceConnection, mode: Mode): Promise<void> {
  const sql = beginning(mode)
  try {
    await run(one, sql)
  } catch (thrown) {
    const error = asError(thrown)
    const advice = isDatabaseError(error) ? adviceOn(error, false) : undefined
    if (!isDatabaseError(error) || advice === undefined) throw error
    const message = failureMessage('The BEGIN of a transaction', error, advice)
    throw new QueryError(message, { sqlState: error.code, sql }, { cause: error })
  }
}

function beginning({ isolationLevel, accessMode, deferrable }: Mode): string {
  const modes = [
    isolationLevel && `isolation level ${isolationLevel}`,
    accessMode,
    deferrable === undefined ? undefined : deferrable ? 'deferrable' : 'not deferrable',
  ]
  return ['begin', modes.filter((mode) => mode !== undefined).join(', ')].join(' ').trimEnd()
}
