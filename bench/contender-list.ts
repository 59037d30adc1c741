import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** One way to read a table. */
export interface Entrant {
  readonly name: string
  /** A module of `contenders/`; ours is compiled first. */
  readonly module: string
  readonly form: string
  /**
   * `stream` fetches a bounded number of rows at a time; `whole` keeps all rows at once; `floor` only reads bytes, and
   * `native` is a client in another language, which Node cannot be.
   */
  readonly kind: 'stream' | 'whole' | 'floor' | 'native'
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
  libpq: peer('libpq, row by row', 'libpq.c', 'native', 'rows'),
  libpqCursor: { ...peer('libpq, FETCH', 'libpq.c', 'native', 'arrays'), form: 'cursor' },
  pgx: peer('pgx', 'pgx.go', 'native', 'rows'),
  asyncpg: peer('asyncpg cursor', 'asyncpg_client.py', 'native', 'rows'),
} as const

/** The loop over batches, but for reading ahead. */
export const oneByOne: Entrant = {
  ...entrants.batches,
  name: 'sluice aiterator, without read-ahead',
  module: 'ours-one-by-one.js',
}

/** Whether it is this package's own. */
export function isOurs({ module }: Pick<Entrant, 'module'>): boolean {
  return module.startsWith('our')
}

/** A contender that cannot take part here, and why. */
export interface Skipped {
  readonly name: string
  /** Its modules of `contenders/` or `natives/`. */
  readonly modules: readonly string[]
  readonly reason: string
}

/** Who can take part here, and who cannot. */
export interface Field {
  readonly skipped: readonly Skipped[]
  /** Commands of those that do not run in this Node, by module. */
  readonly programs: Readonly<Record<string, readonly string[]>>
  /** Versions of what is not installed by this benchmark. */
  readonly versions: readonly string[]
}

/** Nobody takes part, and nobody is left out. */
export const nobody: Field = { skipped: [], programs: {}, versions: [] }

/** Looks at what this machine has. */
export async function surveyField(): Promise<Field> {
  const skipped: Skipped[] = []
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 17)) {
    skipped.push({
      name: 'MikroORM',
      modules: [entrants.mikro.module, 'calls-mikro.mjs'],
      reason: `MikroORM 7 needs Node 22.17, this is ${process.versions.node}`,
    })
  }
  const found = await findPython(probe)
  if (found === undefined) {
    skipped.push({
      name: entrants.django.name,
      modules: [entrants.django.module],
      reason: 'no Python was found that has Django with a PostgreSQL driver; BENCH_PYTHON can name one',
    })
  }
  if (found === undefined) return { skipped, programs: {}, versions: [] }
  const program = fileURLToPath(new URL(`contenders/${entrants.django.module}`, import.meta.url))
  const programs = { [entrants.django.module]: [found.python, program] }
  return { skipped, programs, versions: [found.version] }
}

/** Importing the backend imports the driver that this version of Django uses. */
const probe = `
import platform
import django
from django.db.backends.postgresql import base
driver = base.Database
inner = getattr(getattr(driver, 'pq', None), '__impl__', 'C')
driver_name = f'{driver.__name__} {driver.__version__.split()[0]} ({inner})'
print(f'Django {django.get_version()} with {driver_name} on Python {platform.python_version()}')
`

/** A Python that runs a program which prints a version: that it has what the program imports. */
export async function findPython(
  program: string,
): Promise<{ readonly python: string; readonly version: string } | undefined> {
  const named = process.env['BENCH_PYTHON']
  for (const python of named === undefined ? ['python3', '/usr/bin/python3'] : [named]) {
    try {
      const { stdout } = await promisify(execFile)(python, ['-c', program])
      return { python, version: stdout.trim() }
    } catch {
      // Not there, or without what it imports.
    }
  }
  return undefined
}
