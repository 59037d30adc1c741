import type { HandedConnection } from './handed-connection.js'
import type { Trace } from '../trace/trace.js'
import type { Binding } from './handle.js'

/**
 * Gives a task a connection, and says whether it is one that others use as well: that of a transaction, or one that is
 * pinned by `db.connection()`. It was leased before it was asked for.
 */
export function withConnection<T>(
  { executor, engine }: Binding,
  task: (connection: HandedConnection, isPinned: boolean) => Promise<T>,
  trace?: Trace,
): Promise<T> {
  const { leases } = engine
  trace?.waits()
  return executor.provideConnection((given) => {
    // Executors of bindings give out no others.
    const connection = given as HandedConnection
    trace?.connected(connection.connection)
    return task(connection, connection.connection.lease <= leases)
  })
}
