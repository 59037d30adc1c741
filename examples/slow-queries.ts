import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { QueryTrace } from 'sluice'

/** The id of the request that is being served: `requests.run(id, handler)`, and whatever the handler awaits has it. */
export const requests = new AsyncLocalStorage<string>()

/** A statement that took long, and where the time went. */
export interface SlowQuery extends Pick<
  QueryTrace,
  'kind' | 'table' | 'sql' | 'rows' | 'chunks' | 'waitMs' | 'fetchMs'
> {
  readonly request: string | undefined
  readonly failed: boolean
}

const OVER = 'tracing:sluice:query:asyncEnd'

/**
 * Logs statements that were waited for longer than `ms` milliseconds, whatever the body of a loop over their rows took.
 *
 * @returns what ends it.
 */
export function logSlowQueries(ms: number, log: (slow: SlowQuery) => void): () => void {
  const over = (message: unknown) => {
    // The channel has nothing else.
    const { kind, table, sql, rows, chunks, waitMs, fetchMs, error } = message as QueryTrace
    if ((waitMs ?? 0) + fetchMs < ms) return
    const request = requests.getStore()
    log({ request, kind, table, sql, rows, chunks, waitMs, fetchMs, failed: error !== undefined })
  }
  subscribe(OVER, over)
  return () => void unsubscribe(OVER, over)
}
