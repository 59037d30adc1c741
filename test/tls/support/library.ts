import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type * as sluice from 'sluice'

export type Library = typeof sluice

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * The library as JavaScript, since each database here starts a worker thread of its own, which from source would first
 * compile what it runs.
 */
export async function compileLibrary(): Promise<{ library: Library; remove: () => Promise<void> }> {
  const parent = join(root, 'node_modules/.cache')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'sluice-tls-'))
  await build({
    entryPoints: { index: 'src/index.ts', worker: 'src/sync/worker.ts' },
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    splitting: true,
    // Kysely's hundreds of files would be read one by one for each worker.
    external: ['pg'],
    platform: 'node',
    format: 'esm',
    target: 'node20',
  })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const library = (await import(pathToFileURL(join(folder, 'index.js')).href)) as Library
  return { library, remove: () => rm(folder, { recursive: true, force: true }) }
}
