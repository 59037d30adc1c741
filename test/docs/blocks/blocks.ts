import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../../scripts/imports.js'

/** A block of TypeScript on a page. */
export interface Block {
  /** `docs/streams.md:8`. */
  readonly place: string
  readonly code: string
  /** It runs on the database of the shop. Not so what is marked as "```ts not-run", since it needs more than that. */
  readonly isRun: boolean
}

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** All blocks of TypeScript in the README and in docs/. */
export function readBlocks(): Block[] {
  return pages.flatMap((page) => blocksOf(page, readFileSync(join(root, page), 'utf8')))
}

export function blocksOf(page: string, text: string): Block[] {
  const fences = /^( *)```ts\b([^\n]*)\n([^]*?)^ *```$/gm
  return [...text.matchAll(fences)].map(({ index, 1: indent = '', 2: words = '', 3: code = '' }) => ({
    place: `${page}:${text.slice(0, index).split('\n').length}`,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    isRun: !words.split(' ').includes('not-run'),
  }))
}
