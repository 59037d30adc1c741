import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

const folders = ['src', 'codegen', 'bench', 'examples', 'scripts', 'test']
const packages: Readonly<Record<string, string>> = {
  sluice: join(root, 'src/index.ts'),
  'sluice/config': join(root, 'codegen/config/define-config.ts'),
}

/**
 * What each source file imports from this project, types included: a rule of the linter would leave these out, and
 * parse every file once more. Not of `generated/`: its tables refer to each other by `import type`, in circles as
 * foreign keys do.
 */
function importsByFile(): Map<string, string[]> {
  // Folders with a dot are made by tests.
  const files = folders
    .flatMap((folder) => ts.sys.readDirectory(join(root, folder), ['.ts'], ['**/node_modules', '**/.*']))
    .concat(join(root, 'vitest.config.ts'))
    .map((path) => normalize(path))
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true)
      const imports = importedFiles
        .map(({ fileName }) => fileName)
        .map((name) => packages[name] ?? (name.startsWith('.') ? join(dirname(file), name) : undefined))
        .filter((path) => path !== undefined)
        .map((path) => path.replace(/\.js$/, '.ts'))
        .filter((path) => path.endsWith('.ts') && !path.startsWith(join(root, 'generated')))
      return [file, imports]
    }),
  )
}

function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string[] | undefined => {
    if (finished.has(file)) return undefined
    const at = path.indexOf(file)
    if (at >= 0) return [...path.slice(at), file]
    path.push(file)
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next)
      if (circle !== undefined) return circle
    }
    path.pop()
    finished.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const circle = visit(file)
    if (circle !== undefined) return circle.map((each) => each.slice(root.length))
  }
  return undefined
}

describe('the structure', () => {
  it('has no import circle, type imports included', () => {
    const graph = importsByFile()
    expect(graph.size).toBeGreaterThan(500)
    expect([...graph.values()].flat().filter((file) => !graph.has(file))).toEqual([])
    expect(findCircle(graph)).toBeUndefined()
  })

  it('would find one', () => {
    expect(
      findCircle(
        new Map([
          ['/a', ['/b']],
          ['/b', ['/c', '/a']],
          ['/c', []],
        ]),
      ),
    ).toHaveLength(3)
  })
})
