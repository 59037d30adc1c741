import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** One way to read a table. */
export interface Entrant {
  readonly name: string
  /** A module of `contenders/`; ours is compiled first. */
  readonly module: string
  readonly form: string
  /** `stream` fetches a bounded number of rows at a time; `whole` keeps all rows at once. */
  readonly kind: 'stream' | 'whole' | 'floor'
  readonly yields: 'rows' | 'arrays'
}

const ours = (name: string, form: string, kind: Entrant['kind'], yields: Entrant['yields']): Entrant => ({
  name,
  module: 'ours.js',
  form,
  kind,
  yields,
})
const peer = (name: string, module: string, kind: Entrant['kind'], yields: Entrant['yields']): Entrant => ({
  name,
  module,
  form: '',
  kind,
  yields,
})

export const entrants = {
  batches: ours('sluice aiterator, batches of 500', 'batches', 'stream', 'arrays'),
  rows: ours('sluice aiterator, rows', 'rows', 'stream', 'rows'),
  syncBatches: ours('sluice iterator, batches of 500', 'syncBatches', 'stream', 'arrays'),
  syncRows: ours('sluice iterator, rows', 'syncRows', 'stream', 'rows'),
  kyselyOurs: ours('Kysely stream on SluiceDialect', 'kysely', 'stream', 'rows'),
  array: ours('sluice toArray', 'array', 'whole', 'arrays'),
  pgCursor: peer('pg-cursor', 'pg-cursor.mjs', 'stream', 'arrays'),
  pgQueryStream: peer('pg-query-stream', 'pg-query-stream.mjs', 'stream', 'rows'),
  postgresCursor: peer('postgres.js cursor', 'postgres-cursor.mjs', 'stream', 'arrays'),
  kysely: peer('Kysely stream', 'kysely-stream.mjs', 'stream', 'rows'),
  mikro: peer('MikroORM em.stream', 'mikro-stream.mjs', 'stream', 'rows'),
  django: peer('Django iterator', 'django_iterator.py', 'stream', 'rows'),
  pgResult: peer('pg, whole result', 'pg-result.mjs', 'whole', 'arrays'),
  drizzle: peer('Drizzle, whole result', 'drizzle.mjs', 'whole', 'arrays'),
  copy: peer('COPY binary, thrown away', 'copy.mjs', 'floor', 'arrays'),
} as const

/** A contender that cannot take part here, and why. */
export interface Skipped {
  readonly name: string
  readonly reason: string
}

/** Django runs in this. */
export const python = process.env['BENCH_PYTHON'] ?? 'python3'

/** The contenders this machine cannot run. */
export async function findSkipped(): Promise<Skipped[]> {
  const skipped: Skipped[] = []
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 17)) {
    skipped.push({
      name: entrants.mikro.name,
      reason: `MikroORM 7 needs Node 22.17, this is ${process.versions.node}`,
    })
  }
  try {
    await promisify(execFile)(python, ['-c', 'import django, psycopg'])
  } catch {
    skipped.push({
      name: entrants.django.name,
      reason: `${python} has no django with psycopg (or is missing)`,
    })
  }
  return skipped
}
