import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build as bundle } from 'esbuild'
import type { KyselyHandle } from 'sluice'
import type { AnyRepository } from '../../test/codegen/any-repository.js'
import { root } from '../imports.js'

/** Imports generated code, wherever it is, on this repository's engine. @returns the repositories of a database. */
export async function importGenerated(
  folder: string,
): Promise<(kysely: KyselyHandle) => Readonly<Record<string, AnyRepository>>> {
  const outfile = join(folder, '..', 'bundle.mjs')
  // One by one, the modules of many tables would take longer to import than to use.
  await bundle({
    entryPoints: [join(folder, 'index.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    plugins: [
      {
        name: 'engine',
        setup: (build) => {
          build.onResolve({ filter: /^sluice$/ }, () => ({
            path: pathToFileURL(join(root, 'src/index.ts')).href,
            external: true,
          }))
        },
      },
    ],
  })
  const module = (await import(pathToFileURL(outfile).href)) as {
    repositories: (kysely: KyselyHandle) => Readonly<Record<string, AnyRepository>>
  }
  return module.repositories
}
