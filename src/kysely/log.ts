import {
  Log,
  type CompiledQuery,
  type DatabaseConnection,
  type LogConfig,
  type LogEvent,
  type QueryExecutor,
  type QueryResult,
} from 'kysely'
import type { Engine } from '../connection/engine.js'

const fetchTimes = new WeakMap<object, number>()

/** How long the rows of a stream that is over were waited for, in milliseconds. */
export function noteFetchTime(query: object, ms: number): void {
  fetchTimes.set(query, ms)
}

function timed<E extends LogEvent>(event: E): E {
  const ms = fetchTimes.get(event.query)
  return ms === undefined ? event : { ...event, queryDurationMillis: ms }
}

let isTimed = false

/**
 * Has Kysely's logs hear of a stream with the time of its fetches, in place of that of the whole loop. Kysely shows its log
 * to no dialect, so that what all of them are of is changed: for what others than us stream, nothing is.
 */
export function timeStreams(): void {
  if (isTimed) return
  isTimed = true
  // Each is called with the log that it is of.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { query, error } = Log.prototype
  Log.prototype.query = function (getEvent) {
    return query.call(this, () => timed(getEvent()))
  }
  Log.prototype.error = function (getEvent) {
    return error.call(this, () => timed(getEvent()))
  }
}

/** Hears of statements, as Kysely's logger. */
export type Hear = (event: LogEvent) => Promise<void>

/** A log as Kysely would make it of its setting. */
export function logOf(config: LogConfig): Hear {
  const log = new Log(config)
  return (event) => (event.level === 'error' ? log.error(() => event) : log.query(() => event))
}

/** What a log hears of a statement that did not run on a connection of Kysely's. */
export function logEvent(query: CompiledQuery, queryDurationMillis: number, error: unknown): LogEvent {
  return error === undefined
    ? { level: 'query', isStream: true, query, queryDurationMillis }
    : { level: 'error', error, query, queryDurationMillis }
}

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
