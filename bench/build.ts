import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'
import { generate } from '../codegen/generate.js'
import { bundleLibrary } from '../scripts/build.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const bench = join(root, 'bench')

const builds = join(bench, '.tmp')

/** Where this run builds; another run may be under way beside it. */
export const workFolder = join(builds, `build-${process.pid}`)

/**
 * Generates the repositories of a database and compiles them, the library and our contenders to JavaScript, so that
 * they are measured as an installed package runs: without a loader. Returns the URL of our contenders' folder.
 */
export async function build(url: string): Promise<URL> {
  const out = workFolder
  const generated = join(out, 'source')
  await rm(out, { recursive: true, force: true })
  await removeLeftovers()
  await mkdir(out, { recursive: true })
  await generate({ source: { url }, out: generated })
  await compile(join(root, 'src'), join(out, 'src'))
  // By this name the worker is found in what is published.
  await writeFile(join(out, 'src/worker/sluice-worker.mjs'), "import './sluice-worker.js'\n")
  await compile(generated, join(out, 'generated'))
  await compile(join(bench, 'contenders'), join(out, 'bench', 'contenders'))
  await publish(join(out, 'published'), join(out, 'generated'))
  // Compiled files find "sluice" by the name of the package they lie in.
  const manifest = { name: 'sluice', type: 'module', exports: './src/index.js' }
  await writeFile(join(out, 'package.json'), JSON.stringify(manifest))
  return pathToFileURL(`${join(out, 'bench', 'contenders')}/`)
}

/** What is published of the library, in one file where one is imported, with the repositories that use it. */
async function publish(folder: string, generated: string): Promise<void> {
  await bundleLibrary(join(folder, 'dist'))
  await cp(generated, join(folder, 'generated'), { recursive: true })
  const manifest = { name: 'sluice', type: 'module', exports: './dist/index.js' }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
}

/** A run that was killed leaves its build behind. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(builds).catch(() => [])) {
    if (!isRunning(Number(/\d+$/.exec(name)?.[0])))
      await rm(join(builds, name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Compiles a folder of TypeScript into another. */
export async function compile(from: string, to: string): Promise<void> {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  }
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (!entry.isFile() || !/(?<!\.d|\.built)\.ts$/.test(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    const twin = file.replace(/\.ts$/, '.built.ts')
    const source = existsSync(twin) ? twin : file
    const target = join(to, relative(from, file)).replace(/\.ts$/, '.js')
    const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), {
      compilerOptions,
      fileName: file,
    })
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, outputText)
  }
}
