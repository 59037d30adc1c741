import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The scenarios and what they use as JavaScript, since a hundred processes would each spend most of their time on that. */
export interface Compiled extends AsyncDisposable {
  /** Of a TypeScript file, by its path from the root of the project. */
  path(source: string): string
}

export async function compileScenarios(): Promise<Compiled> {
  const parent = join(root, 'node_modules/.cache')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'sluice-faults-'))
  await build({
    entryPoints: ['src/**/*.ts', 'codegen/**/*.ts', 'test/faults/**/*.ts', 'test/postgres/support/*.ts'],
    absWorkingDir: root,
    outdir: folder,
    outbase: root,
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
  })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  return {
    path: (source) => join(folder, source.replace(/\.ts$/, '.js')),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
