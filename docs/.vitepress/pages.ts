import { readFileSync } from 'node:fs'
import type { DefaultTheme } from 'vitepress'

const docs = new URL('..', import.meta.url)

/** A part of docs/README.md, which is the one list of pages: the site's navigation is made of it. */
export interface Section {
  readonly title: string
  /** Its pages, as files below docs/. */
  readonly files: readonly string[]
}

/** The sections of docs/README.md, with those of their links that lead to pages of docs/. */
export function sections(): Section[] {
  const list = readFileSync(new URL('README.md', docs), 'utf8')
  return list
    .split(/^## /m)
    .slice(1)
    .map((part) => ({
      title: part.slice(0, part.indexOf('\n')),
      files: [...part.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file = '']) => file),
    }))
}

/** What a page is called: its first heading. */
export function titleOf(file: string): string {
  const title = /^# (.+)$/m.exec(readFileSync(new URL(file, docs), 'utf8'))?.[1]
  if (title === undefined) throw new Error(`docs/${file} has no heading.`)
  return title
}

/** The navigation beside each page. */
export function sidebar(): DefaultTheme.SidebarItem[] {
  return sections().map(({ title, files }) => ({
    text: title,
    items: files.map((file) => ({ text: titleOf(file), link: `/${file.replace(/\.md$/, '')}` })),
  }))
}
