import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CodegenError } from '../errors.js'

/** The migrations of Drizzle's journal, in its order; undefined for a folder without one. */
export async function drizzleScripts(folder: string): Promise<string[] | undefined> {
  const path = join(folder, 'meta', '_journal.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const entries = entriesOf(path, text)
  return entries.toSorted((a, b) => a.idx - b.idx).map(({ tag }) => join(folder, `${tag}.sql`))
}

interface Entry {
  readonly idx: number
  readonly tag: string
}

function entriesOf(path: string, text: string): readonly Entry[] {
  try {
    const { entries } = JSON.parse(text) as { readonly entries?: unknown }
    if (Array.isArray(entries) && entries.every(isEntry)) return entries
  } catch {
    // Said below.
  }
  throw new CodegenError(`${path} is no journal of Drizzle's: it has no entries, each with an idx and a tag.`)
}

function isEntry(value: unknown): value is Entry {
  const { idx, tag } = (value ?? {}) as Record<string, unknown>
  return typeof idx === 'number' && typeof tag === 'string'
}
