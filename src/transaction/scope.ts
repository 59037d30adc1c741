import { Transaction, type CompiledQuery, type DatabaseConnection, type QueryExecutor } from 'kysely'
import { dialectOf } from '../kysely/adapter.js'
import { ChangedConnection, type Changes } from '../kysely/changed-statements.js'
import type { HandedConnection } from '../kysely/handed-connection.js'
import { settingsScopeOf, withSettingsScope } from '../kysely/read-request.js'

/** What a function that has a transaction, or a part of one, runs in it. */
export class Scope {
  readonly #isMarked: boolean
  /** Who has the connection or waits for it, but for streams, which may never be done. */
  #pending = 0
  #streams = 0
  #onQuiet = () => {}
  /** What is thrown for anything further. */
  #refusal: (() => unknown) | undefined

  /** @param isMarked its statements are told from others: see `Connection.settingsScope`. */
  constructor(isMarked = false) {
    this.#isMarked = isMarked
  }

  /** The innermost scope that a connection was given in. */
  static of(connection: HandedConnection): Scope | undefined {
    for (let each = connection; each instanceof ChangedConnection; each = each.given)
      if (each instanceof ScopedConnection) return each.scope
    return undefined
  }

  /** The transaction that the function is given. */
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

  /** Sends nothing further. */
  end(refusal: () => unknown): void {
    this.#refusal ??= refusal
  }

  async #provide<T>(
    executor: QueryExecutor,
    consumer: (connection: DatabaseConnection) => Promise<T>,
    options: [],
  ): Promise<T> {
    if (this.#refusal !== undefined) throw this.#refusal()
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
      const executed = (query: CompiledQuery) => this.#marked(query)
      const streamed = (query: CompiledQuery) => {
        onStream()
        return this.#marked(query)
      }
      return await executor.provideConnection(
        (given) => {
          if (this.#refusal !== undefined) throw this.#refusal()
          // Executors of bindings give out no others.
          return consumer(new ScopedConnection(given as HandedConnection, { executed, streamed }, this))
        },
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
  #marked(query: CompiledQuery): CompiledQuery {
    return this.#isMarked && settingsScopeOf(query) === undefined ? withSettingsScope(query, this) : query
  }
}

/** A connection as it was given in a scope. */
class ScopedConnection extends ChangedConnection {
  readonly scope: Scope

  constructor(given: HandedConnection, changes: Changes, scope: Scope) {
    super(given, changes)
    this.scope = scope
  }
}
