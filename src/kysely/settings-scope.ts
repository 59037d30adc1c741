import { Transaction, type CompiledQuery, type DatabaseConnection, type QueryExecutor } from 'kysely'
import { dialectOf } from './adapter.js'
import { ChangedConnection } from './changed-statements.js'
import type { SluiceConnection } from './connection.js'
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
      // What Kysely 0.29 gives besides, such as a signal, is that executor's.
      provideConnection: (consumer, ...options: []) => this.#provide(executor, consumer, options),
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
    options: [],
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
      const executed = (query: CompiledQuery) => this.#scoped(query)
      const streamed = (query: CompiledQuery) => {
        onStream()
        return this.#scoped(query)
      }
      return await executor.provideConnection(
        // Our dialect's driver gives out no others.
        (given) => consumer(new ChangedConnection(given as SluiceConnection, { executed, streamed })),
        ...options,
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

  /** One that is nested deeper has said so already. */
  #scoped(query: CompiledQuery): CompiledQuery {
    return settingsScopeOf(query) === undefined ? withSettingsScope(query, this) : query
  }
}
