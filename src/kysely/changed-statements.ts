import type { CompiledQuery, QueryExecutor, QueryResult } from 'kysely'
import { SluiceConnection, type StreamOptions } from './connection.js'

/** What is said of each statement besides. */
export interface Changes {
  readonly executed?: (query: CompiledQuery) => CompiledQuery
  readonly streamed?: (query: CompiledQuery) => CompiledQuery
}

/** An executor on the connections of another, whose statements are changed on their way. */
export function changingStatements(executor: QueryExecutor, changes: Changes): QueryExecutor {
  return wrappingConnections(executor, (given) => new ChangedConnection(given, changes))
}

/** An executor on the connections of another, each in another form. */
export function wrappingConnections(
  executor: QueryExecutor,
  wrap: (given: SluiceConnection) => SluiceConnection,
): QueryExecutor {
  return executor.withConnectionProvider({
    // What Kysely 0.29 gives besides, such as a signal, is the other's.
    provideConnection: (consumer, ...options: []) =>
      executor.provideConnection(
        // What only reports has no connection, and is looked for by what it is.
        (given) => consumer('connection' in given ? wrap(given as SluiceConnection) : given),
        ...options,
      ),
  })
}

/** Another's connection, which Kysely's log listens to. */
export class ChangedConnection extends SluiceConnection {
  readonly given: SluiceConnection
  readonly #changes: Changes

  constructor(given: SluiceConnection, changes: Changes) {
    super(given.connection)
    this.given = given
    this.#changes = changes
  }

  override executeQuery<R>(query: CompiledQuery, ...options: []): Promise<QueryResult<R>> {
    const { executed } = this.#changes
    return this.given.executeQuery(executed?.(query) ?? query, ...options)
  }

  override streamQuery<R>(
    query: CompiledQuery,
    size: number,
    options?: StreamOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const { streamed } = this.#changes
    return this.given.streamQuery(streamed?.(query) ?? query, size, options)
  }
}
