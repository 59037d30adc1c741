import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { drizzleTable } from './drizzle-tables.mjs'

/** Drizzle's whole-result read: it has no stream for PostgreSQL. */
export function open(job) {
  const pool = new pg.Pool({ connectionString: job.url, max: 1 })
  const db = drizzle(pool)
  const table = drizzleTable(job.table, job.columns)
  const read = (limit) => {
    const all = db.select().from(table)
    return limit === undefined ? all : all.limit(limit)
  }
  return {
    warm: () => read(1),
    read: async (onRows) => onRows((await read(job.limit)).length),
    close: () => pool.end(),
  }
}
