import type { Entrant } from './contender-list.js'

/** Thousands of rows of "mixed" per second and contender on Node 20, rather slow than fast, to plan a run by. */
const speeds: Readonly<Record<string, number>> = {
  'ours.js': 350,
  'ours-one-by-one.js': 300,
  'our-parallel.js': 150,
  'pg-cursor.mjs': 220,
  'pg-query-stream.mjs': 170,
  'postgres-cursor.mjs': 190,
  'kysely-stream.mjs': 170,
  'mikro-stream.mjs': 90,
  'django_iterator.py': 100,
  'pg-result.mjs': 220,
  'drizzle.mjs': 160,
  'copy.mjs': 800,
  'libpq.c': 700,
  'pgx.go': 500,
  'asyncpg_client.py': 350,
}

/** What a row costs compared with one of "mixed". */
const weights: Readonly<Record<string, number>> = { narrow: 0.4, wide: 4.5, texts: 2, large: 60 }

/** Starting a process, connecting and reading the first row. */
const start = 0.5

/** How long one contender takes for so many rows, in seconds. */
export function readSeconds({ module }: Pick<Entrant, 'module'>, rows: number, table = 'mixed'): number {
  return start + (rows * (weights[table] ?? 1)) / ((speeds[module] ?? 150) * 1000)
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
