import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Project } from './project.js'

/** The TypeScript that the package's types are for: every minor version from the oldest to the newest. */
export const typeScripts = ['5.6', '5.7', '5.8', '5.9', '6.0', '7.0'] as const

export type TypeScript = (typeof typeScripts)[number]

/** Those in which CommonJS may import an ES module. */
export const typeScriptsThatRequire = typeScripts.filter((version) => version >= '5.8')

/** Every TypeScript, installed apart from the projects that they check, so that no project sees another's. */
export async function installTypeScripts(): Promise<Project> {
  const tools = await Project.create('module')
  await tools.install(...typeScripts.map((version) => `${alias(version)}@npm:typescript@~${version}.0`))
  return tools
}

/** As strict as it gets, declarations of packages included. */
const strictest = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  isolatedModules: true,
  skipLibCheck: false,
}

/**
 * What a TypeScript has to say of the project's application and all it imports. The compiled files go into `out` beside
 * it.
 */
export async function compile(
  tools: Project,
  version: TypeScript,
  project: Project,
  options: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const compilerOptions = { ...strictest, outDir: 'out', ...options }
  await project.write(
    'tsconfig.json',
    JSON.stringify({ compilerOptions, files: ['main.ts', 'sluice.config.ts'] }),
  )
  const folder = join(tools.path, 'node_modules', alias(version))
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    bin: { tsc: string }
  }
  const tsc = join(folder, manifest.bin.tsc)
  const { code, stdout, stderr } = await project.run(process.execPath, [tsc, '-p', '.', '--pretty', 'false'])
  const said = `${stdout}${stderr}`.split(/\r?\n(?! )/).filter((line) => line !== '')
  // pg's own declarations name a type that Node's for TypeScript 5.6 do not have yet.
  const ours = said.filter((line) => !line.startsWith('node_modules/pg-protocol/'))
  return code !== 0 && said.length === 0 ? [`tsc ended with ${code}`] : ours
}

function alias(version: TypeScript): string {
  return `typescript-${version}`
}
