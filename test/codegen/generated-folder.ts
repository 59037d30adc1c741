import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { connect, type Database, type KyselyHandle } from 'sluice'
import type { AnyRepository } from './any-repository.js'

/** Generated files where they can be imported from, and the repositories they make; gone at the end of the block. */
export interface GeneratedFolder extends AsyncDisposable {
  readonly repositories: Readonly<Record<string, AnyRepository>>
  readonly db: Database<object>
}

/**
 * Imports generated code and connects it.
 *
 * @param name - of a folder that no other test uses.
 */
export async function importGenerated(
  files: ReadonlyMap<string, string>,
  name: string,
  connectionString: string,
): Promise<GeneratedFolder> {
  const path = fileURLToPath(new URL(`./.generated-${name}`, import.meta.url))
  await rm(path, { recursive: true, force: true })
  for (const [file, text] of files) {
    await mkdir(dirname(join(path, file)), { recursive: true })
    await writeFile(join(path, file), text)
  }
  // One by one, the modules of a hundred tables would take longer to import than to use.
  await build({
    entryPoints: [join(path, 'index.ts')],
    outfile: join(path, 'bundle.js'),
    bundle: true,
    external: ['sluice', 'kysely'],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
  })
  const module = (await import(join(path, 'bundle.js'))) as {
    repositories: (kysely: KyselyHandle) => Record<string, AnyRepository>
  }
  const db = connect<object>({ connectionString })
  return {
    repositories: module.repositories(db),
    db,
    [Symbol.asyncDispose]: async () => {
      await db.close()
      await rm(path, { recursive: true, force: true })
    },
  }
}
