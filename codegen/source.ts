import { basename, dirname } from 'node:path'
import { DatabaseError } from 'pg'
import { CodegenError, messageOf } from './errors.js'
import type { Catalog } from './introspect/catalog.js'
import { introspect } from './introspect/introspect.js'
import { findScripts } from './schema-files/index.js'
import { createDatabase, dropLeftDatabases, dropRoles, type Server, startServer } from './server/index.js'
import { LeftOuts, MISSING, originOf, runSqlFile, type LeftOut } from './sql-script/index.js'

/** Where the schema comes from: SQL files, folders and globs, run in order in a scratch database, or a database as it is. */
export type SchemaSource = { readonly files: readonly string[] } | { readonly url: string }

/** Told what happens. */
export interface Report {
  /** What is being done now; of interest while it lasts. */
  readonly step: (text: string) => void
  /** What the user should know. */
  readonly notify: (message: string) => void
}

export interface ReadSourceOptions {
  readonly report: Report
  /** Where scratch databases are made; it keeps running. Default: one of its own, which is stopped. */
  readonly server?: Server
  /** Extensions that scripts ask for, to leave out with what hangs on them. Default: none. */
  readonly skipExtensions?: readonly string[]
  /** Read functions and procedures as well. Default: `false`. */
  readonly functions?: boolean
  /** Read the values that CHECK constraints list. Default: `false`. */
  readonly checks?: boolean
  /** Ends the work early. The scratch database is then dropped like at any other end. Default: nothing does. */
  readonly signal?: AbortSignal
}

/** What was read. */
export interface ReadSource extends Pick<ReadBy<unknown>, 'leftOut'> {
  readonly catalog: Catalog
}

/** What a function of the caller's has read. */
export interface ReadBy<T> {
  readonly found: T
  /** What scripts held that has no bearing on the structure, or was to be left out. */
  readonly leftOut: readonly LeftOut[]
}

/** The catalog of a source, as `readWith`. */
export async function readSource(source: SchemaSource, options: ReadSourceOptions): Promise<ReadSource> {
  const { found: catalog, leftOut } = await readWith((url) => introspect(url, options), source, options)
  return { catalog, leftOut }
}

/**
 * What `read` finds in a source. A scratch database and its server are gone afterwards, whatever happened.
 *
 * @throws {@link CodegenError} for a missing file, an error in a script (with file and line), a server that cannot
 * be reached, or when it was ended early.
 */
export async function readWith<T>(
  read: (url: string) => Promise<T>,
  source: SchemaSource,
  options: ReadSourceOptions,
): Promise<ReadBy<T>> {
  const { report, server: running } = options
  const reading = (url: string) => {
    report.step('Reading the schema')
    return read(url)
  }
  if ('url' in source) return { found: await reading(source.url), leftOut: [] }
  const { files } = await findScripts(source.files)
  if (running !== undefined) return readFiles(files, running, options, reading)
  report.step('Starting PostgreSQL')
  const server = await startServer({ notify: report.notify })
  try {
    return await readFiles(files, server, options, reading)
  } finally {
    report.step('Stopping PostgreSQL')
    await server.stop()
  }
}

async function readFiles<T>(
  files: readonly string[],
  server: Server,
  { report, signal, skipExtensions = [] }: ReadSourceOptions,
  read: (url: string) => Promise<T>,
): Promise<ReadBy<T>> {
  const isOurs = server.logFile !== undefined
  if (!isOurs) await dropLeftDatabases(server)
  refuseAborted(signal)
  const database = await createDatabase(server)
  const leftOuts = new LeftOuts()
  // Whatever is running in it then fails.
  const end = (): void => void database.drop().catch(() => undefined)
  signal?.addEventListener('abort', end, { once: true })
  try {
    for (const file of files) {
      refuseAborted(signal)
      report.step(`Running ${file}`)
      const options = { leftOuts, skipExtensions, server: isOurs ? 'ours' : 'shared' } as const
      await runSqlFile(database.url, file, options).catch((error: unknown) => {
        throw withOrder(error, file, files)
      })
    }
    return { found: await read(database.url), leftOut: leftOuts.list() }
  } catch (error) {
    refuseAborted(signal)
    throw error
  } finally {
    signal?.removeEventListener('abort', end)
    await database.drop()
    if (isOurs) await dropRoles(server)
  }
}

/** Adds to what a script lacks that it may be in those behind it, whose order was nobody's choice in a folder. */
function withOrder(error: unknown, file: string, files: readonly string[]): unknown {
  const behind = files.slice(files.indexOf(file) + 1).map(shortName)
  const code = error instanceof CodegenError && error.cause instanceof DatabaseError && error.cause.code
  if (behind.length === 0 || typeof code !== 'string' || !MISSING.has(code)) return error
  if (originOf((error as CodegenError).cause) !== undefined) return error
  const others = behind.length > 3 ? [...behind.slice(0, 3), `${behind.length - 3} more`] : behind
  return new CodegenError(
    `${messageOf(error)}\n${shortName(file)} runs before ${others.join(', ')}: where one of these makes what is missing, ` +
      "name the scripts in their order, schema: ['tables.sql', 'data.sql'], or by --schema for each.",
    { cause: error },
  )
}

/** `schema.sql`; of a migration that is a folder, that as well. */
function shortName(file: string): string {
  const name = basename(file)
  return /^(?:up|migration)\.sql$/.test(name) ? `${basename(dirname(file))}/${name}` : name
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new CodegenError('Interrupted. Nothing was written, and the scratch database is gone.')
}
