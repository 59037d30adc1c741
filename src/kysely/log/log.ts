import { Log, type CompiledQuery, type LogConfig, type LogEvent } from 'kysely'
import { fetchTimeOf } from './fetch-times.js'

function timed<E extends LogEvent>(event: E): E {
  const ms = fetchTimeOf(event.query)
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
