import * as core from 'drizzle-orm/pg-core'

const builders = {
  int4: (name) => core.integer(name),
  text: (name) => core.text(name),
  jsonb: (name) => core.jsonb(name),
  bool: (name) => core.boolean(name),
  float8: (name) => core.doublePrecision(name),
  numeric: (name) => core.numeric(name),
  timestamptz: (name) => core.timestamp(name, { withTimezone: true }),
}

/** Drizzle's table, by the PostgreSQL types of its columns, with others in Drizzle's own terms. */
export function drizzleTable(name, types, others = {}) {
  const columns = Object.entries(types).map(([column, type]) => [column, builders[type](column)])
  return core.pgTable(name, { ...others, ...Object.fromEntries(columns) })
}
