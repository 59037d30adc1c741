import { readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = fileURLToPath(new URL('..', import.meta.url))

const folders = ['src', 'codegen', 'bench', 'examples', 'scripts', 'test', 'docs/.vitepress']
const packages: Readonly<Record<string, string>> = {
  sluice: 'src/index.ts',
  'sluice/opentelemetry': 'src/opentelemetry/index.ts',
  'sluice/config': 'codegen/config/define-config.ts',
}

/** The folders and files of `src` in their order: each may import itself and those before it. */
export const layers = JSON.parse(readFileSync(join(root, 'layers.json'), 'utf8')) as readonly string[]

/** The layer that a file of `src` belongs to. */
export function layerOf(file: string): string | undefined {
  return layers.find((layer) => file === layer || file.startsWith(`${layer}/`))
}

/**
 * What each source file imports from this project, types included and once for each statement: a rule of the linter
 * would leave types out, and parse every file once more. Not of `generated/`: its tables refer to each other by
 * `import type`, in circles as foreign keys do. Paths start at the project's root.
 */
export function importsByFile(): Map<string, string[]> {
  // Folders with a dot are made by tests.
  const files = folders
    .flatMap((folder) => ts.sys.readDirectory(join(root, folder), ['.ts'], ['**/node_modules', '**/.*']))
    .concat(join(root, 'vitest.config.ts'))
    .map((path) => relative(root, path).replaceAll('\\', '/'))
  return new Map(
    files.sort().map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
      const imports = importedFiles
        .map(({ fileName }) => packages[fileName] ?? (fileName.startsWith('.') ? beside(file, fileName) : ''))
        .filter((path) => path.endsWith('.ts') && !path.startsWith('generated/'))
      return [file, imports]
    }),
  )
}

function beside(file: string, name: string): string {
  return normalize(join(dirname(file), name))
    .replaceAll('\\', '/')
    .replace(/\.js$/, '.ts')
}
