import { UsageError } from '../errors.js'
import type { HandedConnection } from '../kysely/handed-connection.js'
import type { Binding } from '../kysely/handle.js'

/**
 * Outside a transaction a lock would be gone before its rows arrive.
 *
 * @param connection what it runs on, if that is known: a transaction that was begun by hand shows in its status.
 * @throws {@link UsageError} outside a transaction.
 */
export function refuseLockOutsideTransaction(binding: Binding, connection?: HandedConnection): void {
  if (binding.isTransaction) return
  if (connection !== undefined && connection.status !== 'I') return
  throw new UsageError(
    'selectForUpdate() runs inside a transaction only, since its locks end with it: ' +
      'db.transaction().execute((trx) => repository.using(trx).selectForUpdate()…).',
  )
}
