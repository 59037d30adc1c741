import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawArchitecture } from '../scripts/architecture.js'
import { importsByFile, layerOf, layers, root } from '../scripts/imports.js'

/** Of one folder, without those below it. */
const mostFiles = 16
const mostLines = 330

const graph = importsByFile()
const filesOf = (...folders: string[]) =>
  [...graph.keys()].filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)))

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
    if (circle !== undefined) return circle
  }
  return undefined
}

describe('the structure', () => {
  it('has no import circle, type imports included', () => {
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

  it('is built of layers, whose imports never go up', () => {
    expect(filesOf('src').filter((file) => layerOf(file) === undefined)).toEqual([])
    const rank = (file: string) => layers.indexOf(layerOf(file) ?? '')
    const upward = filesOf('src').flatMap((file) =>
      (graph.get(file) ?? [])
        .filter((imported) => !imported.startsWith('src/') || rank(imported) > rank(file))
        .map((imported) => `${file} imports ${imported}`),
    )
    expect(upward).toEqual([])
  })

  it('is described layer by layer', () => {
    const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
    const rows = [...page.matchAll(/^\| \[[\w.-]+\]\(\.\.\/(.+?)\)/gm)].map(([, layer]) => layer)
    expect(rows).toEqual(layers.filter((layer) => existsSync(join(root, layer))))
  })

  it('is drawn as it is: npm run draw', () => {
    expect(readFileSync(join(root, 'docs/architecture.svg'), 'utf8')).toBe(drawArchitecture())
  })

  it('has folders that can be looked over, and files that can be read', () => {
    const counts = new Map<string, number>()
    for (const folder of filesOf('src').map(dirname)) counts.set(folder, (counts.get(folder) ?? 0) + 1)
    const full = [...counts].filter(([, count]) => count > mostFiles)
    expect(full).toEqual([])
    const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length - 1
    expect(filesOf('src', 'codegen').filter((file) => lines(file) > mostLines)).toEqual([])
  })
})
