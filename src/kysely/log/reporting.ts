import type { CompiledQuery, DatabaseConnection, QueryExecutor, QueryResult } from 'kysely'
import type { Engine } from '../../connection/engine.js'
import { noteFetchTime } from './fetch-times.js'

const failures = new WeakMap<object, unknown>()

/** A connection to nowhere: what is said to run on it, Kysely's log hears of. */
export class ReportingConnection implements DatabaseConnection {
  executeQuery<R>(): Promise<QueryResult<R>> {
    return Promise.resolve({ rows: [] })
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async *streamQuery<R>(query: CompiledQuery): AsyncGenerator<QueryResult<R>, void> {
    if (failures.has(query)) throw failures.get(query)
    yield { rows: [] }
  }
}

/**
 * Tells the log of a Kysely instance of statements that ran elsewhere, as soon as the thread is free: Kysely has its log hear
 * of what runs on connections, so it is given one that only says so.
 */
export function reportingTo(executor: QueryExecutor, engine: Engine): NonNullable<Engine['logged']> {
  let last = Promise.resolve()
  const report = (query: CompiledQuery): Promise<boolean> => {
    engine.isReporting = true
    const reported = executor.provideConnection(async (connection) => {
      if (!(connection instanceof ReportingConnection)) return false
      for await (const _ of connection.streamQuery(query));
      return true
    })
    engine.isReporting = false
    return reported
  }
  return (query, ms, error) => {
    noteFetchTime(query, ms)
    if (error !== undefined) failures.set(query, error)
    last = last
      .then(async () => {
        // While Kysely sets up its driver for another, that one's turn may be ours.
        if (!(await report(query))) await report(query)
      })
      // It failed, or the database is closed and nobody hears any more.
      .catch(() => {})
  }
}
