import { access } from 'node:fs/promises'
import { CodegenError } from './errors.js'
import type { Catalog } from './introspect/catalog.js'
import { introspect } from './introspect/introspect.js'
import { createDatabase, type Server, startServer } from './server/index.js'
import { runSqlFile } from './sql-script/index.js'

/** Where the schema comes from: SQL files, run in order in a scratch database, or a database as it is. */
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
}

/**
 * The catalog of a source. A scratch database and its server are gone afterwards, whatever happened.
 *
 * @throws {@link CodegenError} for a missing file, an error in a script (with file and line), or a server that cannot
 * be reached.
 */
export async function readSource(
  source: SchemaSource,
  { report, server: running }: ReadSourceOptions,
): Promise<Catalog> {
  if ('url' in source) return readCatalog(source.url, report)
  await checkFiles(source.files)
  if (running !== undefined) return readFiles(source.files, running, report)
  report.step('Starting PostgreSQL')
  const server = await startServer({ notify: report.notify })
  try {
    return await readFiles(source.files, server, report)
  } finally {
    report.step('Stopping PostgreSQL')
    await server.stop()
  }
}

async function readFiles(files: readonly string[], server: Server, report: Report): Promise<Catalog> {
  const database = await createDatabase(server)
  try {
    for (const file of files) {
      report.step(`Running ${file}`)
      await runSqlFile(database.url, file)
    }
    return await readCatalog(database.url, report)
  } finally {
    await database.drop()
  }
}

function readCatalog(url: string, report: Report): Promise<Catalog> {
  report.step('Reading the schema')
  return introspect(url)
}

async function checkFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    await access(file).catch((error: unknown) => {
      throw new CodegenError(
        `There is no schema file ${file}. Give one with --schema, or a database with --url postgres://…, or by DATABASE_URL.`,
        { cause: error },
      )
    })
  }
}
