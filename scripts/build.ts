import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type BuildOptions, type Plugin } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** In the place of `x.js`, which is for running from source, the build takes `x.built.ts` where there is one. */
export const builtTwins: Plugin = {
  name: 'built-twins',
  setup: (building) => {
    building.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
      const twin = resolve(resolveDir, path.replace(/\.js$/, '.built.ts'))
      return existsSync(twin) ? { path: twin } : undefined
    })
  },
}

/** In the worker pg is what its entry has loaded: src/worker/held-pg.ts. */
const latePg: Plugin = {
  name: 'late-pg',
  setup: (building) => {
    building.onResolve({ filter: /^pg$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : { path, namespace: 'late-pg' },
    )
    building.onLoad({ filter: /^pg$/, namespace: 'late-pg' }, () => ({
      resolveDir: join(root, 'src/worker'),
      contents: "export { pg as default, DatabaseError } from './held-pg.js'",
    }))
  },
}

interface Options {
  readonly common: BuildOptions
  readonly esm: BuildOptions
}

async function optionsFor(folder: string): Promise<Options> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  const common: BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'linked',
    // Stack traces need files and lines; the sources themselves were half of the package.
    sourcesContent: false,
    define: { SLUICE_VERSION: JSON.stringify(version) },
    plugins: [builtTwins],
    // What package.json says of side effects is of what is built.
    ignoreAnnotations: true,
    logOverride: { 'empty-import-meta': 'silent' },
  }
  const esm: BuildOptions = {
    ...common,
    format: 'esm',
    splitting: true,
    outdir: folder,
    entryNames: '[name]',
  }
  return { common, esm }
}

/** Builds what an application imports of it as ES modules, and the worker beside. */
export async function bundleLibrary(folder: string): Promise<void> {
  const { esm } = await optionsFor(folder)
  await Promise.all([
    build({ ...esm, entryPoints: ['src/index.ts'] }),
    bundleWorker(join(folder, 'sluice-worker.mjs')),
  ])
}

/** Builds the worker into one file: some bundlers copy it as it is. */
export async function bundleWorker(outfile: string): Promise<void> {
  const { common } = await optionsFor('')
  await build({
    ...common,
    format: 'esm',
    entryPoints: ['src/worker/sluice-worker.ts'],
    outfile,
    plugins: [builtTwins, latePg],
  })
}

/** Writes the declarations that are published. */
export function declareLibrary(folder: string, check: boolean): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = ['-p', 'tsconfig.build.json', '--outDir', folder, ...(check ? [] : ['--noCheck'])]
  execFileSync(process.execPath, [tsc, ...args], { cwd: root, stdio: 'inherit' })
}

/**
 * Builds what is published: a file for each entry, so that importing one reads one, and the declarations beside.
 *
 * @param folder gets it; what was in it is gone.
 * @param options.check whether types are checked on the way. Default: true.
 */
export async function buildPackage(
  folder: string,
  { check = true }: { readonly check?: boolean } = {},
): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  const { common, esm } = await optionsFor(folder)
  await Promise.all([
    bundleLibrary(folder),
    build({ ...common, format: 'cjs', entryPoints: ['src/index.ts'], outfile: join(folder, 'index.cjs') }),
    build({ ...esm, entryPoints: { opentelemetry: 'src/opentelemetry/index.ts' } }),
    build({
      ...common,
      format: 'cjs',
      entryPoints: ['src/opentelemetry/index.ts'],
      outfile: join(folder, 'opentelemetry.cjs'),
    }),
    build({
      ...esm,
      entryPoints: ['codegen/cli.ts', 'codegen/server/keeper.ts', 'codegen/config/define-config.ts'],
      outdir: join(folder, 'codegen'),
      chunkNames: '[name]-[hash]',
    }),
    build({
      ...common,
      format: 'cjs',
      entryPoints: ['codegen/config/define-config.ts'],
      outfile: join(folder, 'codegen/define-config.cjs'),
    }),
  ])
  // The same declarations twice, since what they import from Kysely is of another type for each kind of module.
  const [forImport, forRequire] = [join(folder, 'types/esm'), join(folder, 'types/cjs')]
  declareLibrary(forImport, check)
  await cp(forImport, forRequire, { recursive: true })
  await writeFile(join(forRequire, 'package.json'), '{ "type": "commonjs" }\n')
  // Nobody imports it.
  await writeFile(join(folder, 'sluice-worker.d.mts'), 'export {}\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackage(join(root, 'dist'))
