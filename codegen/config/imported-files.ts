import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** What stands in an import, an export or a `require` of a file that is named by its place. */
const SPECIFIER = /\b(?:from|import|require)\s{0,9}\(?\s{0,9}(["'])(\.[^"'\n]*)\1/g

/** What the name of a file may lack in an import, or have in place of what it has. */
const ENDINGS = ['', '.ts', '.mts', '.js', '.mjs', '/index.ts', '/index.js']

/** A file and those that it imports by their places, directly or through others, as far as they are there. */
export function withImported(file: string): string[] {
  const found = new Set<string>()
  const open = [resolve(file)]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue
    const text = textOf(next)
    if (text === undefined) continue
    found.add(next)
    for (const [, , specifier = ''] of text.matchAll(SPECIFIER)) {
      const place = resolve(dirname(next), specifier)
      open.push(...ENDINGS.map((ending) => place + ending), place.replace(/js$/, 'ts'))
    }
  }
  return [...found]
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
