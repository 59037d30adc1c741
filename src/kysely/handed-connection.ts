import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { HeldConnection } from '../connection/held/held-connection.js'
import type { TransactionStatus } from '../pg/session.js'

/** Those of Kysely 0.29. */
export interface StreamOptions {
  readonly signal?: AbortSignal | undefined
}

/** A connection as it is handed to repositories, on our dialect or on another. */
export abstract class HandedConnection implements DatabaseConnection {
  abstract get connection(): HeldConnection

  get status(): TransactionStatus {
    return this.connection.status
  }

  abstract executeQuery<R>(query: CompiledQuery, ...options: []): Promise<QueryResult<R>>

  abstract streamQuery<R>(
    query: CompiledQuery,
    chunkSize: number,
    options?: StreamOptions,
  ): AsyncIterableIterator<QueryResult<R>>

  /** Of Kysely 0.29, as the next. */
  abstract cancelQuery(): Promise<void>

  abstract killSession(): Promise<void>
}
