import type { CompiledQuery, QueryExecutor, QueryResult } from 'kysely'
import { SluiceConnection, type StreamOptions } from './connection.js'
import type { Binding } from './handle.js'
import { withOwnValues } from './read-request.js'

/** The executor of a binding, whose free-hand SQL has our values, whatever the dialect says. */
export function ownValues({ executor, engine }: Binding): QueryExecutor {
  if (engine.values === 'sluice') return executor
  return executor.withConnectionProvider({
    provideConnection: (consumer) =>
      // Our dialect's driver gives out no others.
      executor.provideConnection((given) => consumer(new OwnValues(given as SluiceConnection))),
  })
}

/** Another's connection, which Kysely's log listens to. */
class OwnValues extends SluiceConnection {
  readonly #given: SluiceConnection

  constructor(given: SluiceConnection) {
    super(given.connection)
    this.#given = given
  }

  override executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#given.executeQuery(withOwnValues(query))
  }

  override streamQuery<R>(
    query: CompiledQuery,
    size: number,
    options?: StreamOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    return this.#given.streamQuery(withOwnValues(query), size, options)
  }
}
