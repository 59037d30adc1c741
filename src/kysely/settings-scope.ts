import {
  Transaction,
  type CompiledQuery,
  type DatabaseConnection,
  type QueryExecutor,
  type QueryResult,
} from 'kysely'
import { dialectOf } from './adapter.js'
import { SluiceConnection, type StreamOptions } from './connection.js'
import { settingsScopeOf, withSettingsScope } from './read-request.js'

/** What runs within one `withSettings()`: its statements are told from others, and none is sent when it is over. */
export class SettingsScope {
  /** Who has the connection or waits for it, but for streams, which may never be done. */
  #pending = 0
  #streams = 0
  #onQuiet = () => {}

  /** The transaction that the function of `withSettings()` is given. */
  transactionOf<DB>(executor: QueryExecutor): Transaction<DB> {
    const dialect = dialectOf(executor.adapter)
    const scoped = executor.withConnectionProvider({
      provideConnection: (consumer) => this.#provide(executor, consumer),
    })
    const config = { dialect }
    return new Transaction<DB>({ config, dialect, driver: dialect.createDriver(), executor: scoped })
  }

  /** Resolves when nothing of it is under way or waits. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onQuiet = resolve
      this.#check()
    })
  }

  async #provide<T>(
    executor: QueryExecutor,
    consumer: (connection: DatabaseConnection) => Promise<T>,
  ): Promise<T> {
    let isStream = false
    const onStream = () => {
      if (isStream) return
      isStream = true
      this.#pending--
      this.#streams++
      this.#check()
    }
    this.#pending++
    try {
      return await executor.provideConnection((given) =>
        // Our dialect's driver gives out no others.
        consumer(new Scoped(given as SluiceConnection, this, onStream)),
      )
    } finally {
      if (isStream) this.#streams--
      else this.#pending--
      this.#check()
    }
  }

  #check(): void {
    if (this.#pending === 0 || this.#streams > 0) this.#onQuiet()
  }
}

/** Another's connection, which Kysely's log listens to. */
class Scoped extends SluiceConnection {
  readonly #given: SluiceConnection
  readonly #scope: SettingsScope
  readonly #onStream: () => void

  constructor(given: SluiceConnection, scope: SettingsScope, onStream: () => void) {
    super(given.connection)
    this.#given = given
    this.#scope = scope
    this.#onStream = onStream
  }

  override executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#given.executeQuery(this.#scoped(query))
  }

  override streamQuery<R>(
    query: CompiledQuery,
    size: number,
    options?: StreamOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    this.#onStream()
    return this.#given.streamQuery(this.#scoped(query), size, options)
  }

  /** One that is nested deeper has said so already. */
  #scoped(query: CompiledQuery): CompiledQuery {
    return settingsScopeOf(query) === undefined ? withSettingsScope(query, this.#scope) : query
  }
}
