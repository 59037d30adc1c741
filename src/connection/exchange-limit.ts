import { TimeoutError } from '../errors.js'
import { abbreviate } from './abbreviate.js'

/** How long an exchange may be answered, from its turn on, and the error that it fails with past that. */
export interface ExchangeLimit {
  readonly ms: number
  readonly error: () => Error
}

/** That of a query which completes rows. */
export function prefetchLimit(ms: number | undefined, sql: string): ExchangeLimit | undefined {
  if (ms === undefined) return undefined
  const message = `A query of a prefetch took longer than ${ms} ms (fetchTimeoutMs): ${abbreviate(sql)}.`
  return { ms, error: () => new TimeoutError('FETCH_TIMEOUT', message) }
}
