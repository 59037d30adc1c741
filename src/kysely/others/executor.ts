import type { QueryExecutor } from 'kysely'
import { HandedConnection } from '../handed-connection.js'
import { OtherConnection } from './connection.js'
import { driverError } from './driver-errors.js'
import type { OtherEngine } from './engine.js'

/**
 * An executor on the connections of another dialect's, which gives them out as repositories need them.
 *
 * @param isTransaction whether it is that of a transaction.
 */
export function givingHanded(
  executor: QueryExecutor,
  engine: OtherEngine,
  isTransaction: boolean,
): QueryExecutor {
  return executor.withConnectionProvider({
    provideConnection: async (consumer, ...options: []) => {
      let isAtOnce = true
      let isGiven = false
      const provided = executor.provideConnection(
        async (given) => {
          isGiven = true
          // That of atomic(), or of a handle that is limited.
          if (given instanceof HandedConnection) return consumer(given)
          const session = engine.sessionOf(given)
          // Kysely waits for a driver before it gives a connection, but for one that it has.
          await session.leased(isTransaction ? 'transaction' : isAtOnce ? 'connection' : 'pool', executor)
          return consumer(new OtherConnection(session))
        },
        ...options,
      )
      isAtOnce = false
      try {
        return await provided
      } catch (error) {
        throw isGiven ? error : driverError(error, false)
      }
    },
  })
}
