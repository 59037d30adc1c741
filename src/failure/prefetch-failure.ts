import type { PrefetchQuery } from '../prefetch/prefetch.js'

/** A prefetch's query failed; `cause` says how. */
export class PrefetchFailure extends Error {
  readonly table: string
  readonly sql: string

  constructor({ table, query }: PrefetchQuery, cause: unknown) {
    super(`Prefetching ${table} failed.`, { cause })
    this.table = table
    this.sql = query.sql
  }
}
