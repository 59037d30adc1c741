import { Log, type CompiledQuery, type LogConfig, type LogEvent } from 'kysely'

const fetchTimes = new WeakMap<object, number>()

/** How long the rows of a stream that is over were waited for, in milliseconds. */
export function noteFetchTime(query: object, ms: number): void {
  fetchTimes.set(query, ms)
}

/** Hears of statements, as Kysely's logger. */
export type Hear = (event: LogEvent) => Promise<void>

/** A log as Kysely would make it of its setting, with the time of a stream's fetches in place of that of the whole loop. */
export function logOf(config: LogConfig): Hear {
  const log = new Log(config)
  return (event) => {
    const queryDurationMillis = fetchTimes.get(event.query) ?? event.queryDurationMillis
    const timed = { ...event, queryDurationMillis }
    return timed.level === 'error' ? log.error(() => timed) : log.query(() => timed)
  }
}

/** What a log hears of a statement that did not run on a connection of Kysely's. */
export function logEvent(query: CompiledQuery, queryDurationMillis: number, error: unknown): LogEvent {
  return error === undefined
    ? { level: 'query', isStream: true, query, queryDurationMillis }
    : { level: 'error', error, query, queryDurationMillis }
}
