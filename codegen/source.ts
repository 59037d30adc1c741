import { access } from 'node:fs/promises'
import { CodegenError } from './errors.js'
import type { Catalog } from './introspect/catalog.js'
import { introspect } from './introspect/introspect.js'
import { createDatabase, startServer } from './server/index.js'
import { runSqlFile } from './sql-script/index.js'

/** Where the schema comes from: SQL files, run in order in a scratch database, or a database as it is. */
export type SchemaSource = { readonly files: readonly string[] } | { readonly url: string }

/** Told what the user should know while a source is read. */
export type Notify = (message: string) => void

/**
 * The catalog of a source. A scratch database and its server are gone afterwards, whatever happened.
 *
 * @throws {@link CodegenError} for a missing file, an error in a script (with file and line), or a server that cannot
 * be reached.
 */
export async function readSource(source: SchemaSource, notify: Notify): Promise<Catalog> {
  if ('url' in source) return introspect(source.url)
  await checkFiles(source.files)
  const server = await startServer({ notify })
  try {
    const database = await createDatabase(server)
    try {
      for (const file of source.files) await runSqlFile(database.url, file)
      return await introspect(database.url)
    } finally {
      await database.drop()
    }
  } finally {
    await server.stop()
  }
}

async function checkFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    await access(file).catch((error: unknown) => {
      throw new CodegenError(
        `There is no schema file ${file}. Give one with --schema, or a database with --url postgres://…`,
        { cause: error },
      )
    })
  }
}
