import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Random } from '../../queryset/random.js'
import type { Clients } from './installed.js'

/** A database to dump. */
export interface Dumped {
  readonly url: string
  readonly clients: Clients
  /** Where files may be written. */
  readonly folder: string
  readonly random: Random
}

/** Writes a dump and gives the files that a schema is read from. */
export type Form = (dumped: Dumped) => string[]

/** Flags of which any may be given. */
const FLAGS = (
  '--no-owner --no-privileges --quote-all-identifiers --disable-dollar-quoting --use-set-session-authorization ' +
  '--no-security-labels --no-publications --no-subscriptions --no-unlogged-table-data --no-tablespaces --schema-only ' +
  '--no-toast-compression --load-via-partition-root --create --clean'
).split(' ')

/** How rows are written, if otherwise than by COPY. */
const ROWS = ['--inserts', '--column-inserts', '--rows-per-insert=2', '--inserts --on-conflict-do-nothing']

/**
 * Those that only newer ones know, and from which version on. `--no-policies` and `--no-comments` are not among them: they
 * leave out which tables are under row-level security, and what the documentation is made of.
 */
const NEWER: Readonly<Record<string, number>> = {
  '--no-table-access-method': 15,
  '--statistics': 18,
}

function flags({ random, clients }: Dumped): string[] {
  const known = Object.keys(NEWER).filter((flag) => (NEWER[flag] ?? 0) <= clients.major)
  // Most dumps are written without any.
  const chosen = random.below(3) === 0 ? [] : [...FLAGS, ...known].filter(() => random.below(5) === 0)
  if (chosen.includes('--clean') && random.below(2) === 0) chosen.push('--if-exists')
  const isWithoutRows = chosen.includes('--schema-only')
  if (!isWithoutRows && random.below(3) === 0) chosen.push(...random.pick(ROWS).split(' '))
  return isWithoutRows ? chosen.filter((flag) => !/--statistics|--load-via/.test(flag)) : chosen
}

function run(program: string, { url, clients }: Dumped, args: readonly string[]): void {
  execFileSync(join(clients.folder, program), [...args, `--dbname=${url}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function written(dumped: Dumped, name: string, ...args: readonly string[]): string {
  const file = join(dumped.folder, name)
  run('pg_dump', dumped, [...flags(dumped), ...args, `--file=${file}`])
  return file
}

function rewritten(file: string, name: string, change: (bytes: Buffer) => Uint8Array): string {
  const path = join(file, '..', name)
  writeFileSync(path, change(readFileSync(file)))
  return path
}

/** Of a whole database. */
export const forms: Readonly<Record<string, Form>> = {
  plain: (dumped) => [written(dumped, 'dump.sql')],
  'plain, by gzip': (dumped) => [written(dumped, 'dump.sql.gz', '--compress=9')],
  'plain, in UTF-16': (dumped) => [
    rewritten(written(dumped, 'dump.sql'), 'utf-16.sql', (bytes) =>
      Buffer.from(`\uFEFF${bytes.toString()}`, 'utf16le'),
    ),
  ],
  'plain, in GB18030': (dumped) => [written(dumped, 'dump.sql', '--encoding=GB18030')],
  'in sections': (dumped) =>
    ['pre-data', 'data', 'post-data'].map((section) => {
      const file = join(dumped.folder, `${section}.sql`)
      run('pg_dump', dumped, [`--section=${section}`, `--file=${file}`])
      return file
    }),
  'after the globals': (dumped) => {
    const file = join(dumped.folder, 'globals.sql')
    run('pg_dumpall', dumped, ['--globals-only', `--file=${file}`])
    return [file, written(dumped, 'dump.sql')]
  },
  custom: (dumped) => [written(dumped, 'shop.dump', '--format=custom')],
  'custom, by gzip': (dumped) => [
    rewritten(written(dumped, 'shop.dump', '--format=custom'), 'shop.dump.gz', (bytes) => gzipSync(bytes)),
  ],
  tar: (dumped) => [written(dumped, 'shop.tar', '--format=tar')],
  directory: (dumped) => [written(dumped, 'shop', '--format=directory')],
}

/** Of a schema that has all there is. */
export function ofSchema(schema: string): Form {
  return (dumped) => [written(dumped, 'dump.sql', `--schema=${schema}`)]
}
