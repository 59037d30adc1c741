import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { builtTwins, bundleWorker } from '../../scripts/build.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What is started as a process wherever a temporary server is, and run as a thread wherever rows are read by it. */
export const KEEPER = 'codegen/server/keeper.ts'
export const WORKER = 'src/worker/sluice-worker.ts'

/** Programs as JavaScript, gone at the end of the block. */
export interface Bundle extends AsyncDisposable {
  /** Where the program of that source file is. */
  path(source: string): string
}

/**
 * Compiles programs into JavaScript in few files: started by a loader, each would spend more than a second of
 * processor time on reading its sources. They lie in one folder, where programs that start each other by
 * `new URL('./other.js', import.meta.url)` find each other as they do in their own. Their names have to differ.
 *
 * @param programs source files, relative to the repository.
 */
export async function bundle(...programs: readonly string[]): Promise<Bundle> {
  const parent = join(root, 'node_modules/.cache')
  await mkdir(parent, { recursive: true })
  const home = await mkdtemp(join(parent, 'sluice-programs-'))
  // As deep as the sources are, and with what some of them read.
  const folder = join(home, 'some/folder')
  if (programs.includes(WORKER)) await bundleWorker(join(folder, 'sluice-worker.js'))
  await build({
    // That one is made as it is for what is published.
    entryPoints: programs.filter((program) => program !== WORKER),
    entryNames: '[name]',
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    splitting: true,
    alias: { sluice: join(root, 'src/index.ts') },
    plugins: [builtTwins, packages, examples],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    // What package.json says of side effects is of what is published.
    ignoreAnnotations: true,
  })
  await writeFile(join(home, 'package.json'), '{ "type": "module" }')
  await copyFile(join(root, 'schema.sql'), join(home, 'schema.sql'))
  return {
    path: (source) => join(folder, `${basename(source, '.ts')}.js`),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  }
}

/** They stay where they are, but for Kysely, whose hundreds of files would be read one by one. */
const packages: Plugin = {
  name: 'packages',
  setup: (building) => {
    building.onResolve({ filter: /^(?:@[\w.-]+\/)?[\w-][\w.-]*(?:\/|$)/ }, ({ path, kind }) =>
      kind === 'entry-point' || path === 'kysely' || path === 'sluice' ? undefined : { path, external: true },
    )
  },
}

/** The examples are always run from source, and name each other's sources. */
const examples: Plugin = {
  name: 'examples',
  setup: (building) => {
    building.onLoad({ filter: /[\\/]examples[\\/]demo[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(/'(\.\/[\w-]+)\.ts'/g, "'$1.js'"),
      loader: 'ts',
    }))
  },
}
