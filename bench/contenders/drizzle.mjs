import { drizzle } from 'drizzle-orm/node-postgres'
import * as core from 'drizzle-orm/pg-core'
import pg from 'pg'

const builders = {
  int4: (name) => core.integer(name),
  text: (name) => core.text(name),
  jsonb: (name) => core.jsonb(name),
  bool: (name) => core.boolean(name),
  float8: (name) => core.doublePrecision(name),
  numeric: (name) => core.numeric(name),
  timestamptz: (name) => core.timestamp(name, { withTimezone: true }),
}

/** Drizzle's whole-result read: it has no stream for PostgreSQL. */
export function open(job) {
  const pool = new pg.Pool({ connectionString: job.url, max: 1 })
  const db = drizzle(pool)
  const columns = Object.entries(job.columns).map(([name, type]) => [name, builders[type](name)])
  const table = core.pgTable(job.table, Object.fromEntries(columns))
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
