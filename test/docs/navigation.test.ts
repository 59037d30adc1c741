import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { sections, sidebar } from '../../docs/.vitepress/pages.js'

const docs = fileURLToPath(new URL('../../docs', import.meta.url))
const pages = readdirSync(docs).filter((name) => name.endsWith('.md'))

describe('the navigation of the site', () => {
  it('has every page of docs/ once, by being made of docs/README.md', () => {
    const listed = sections().flatMap(({ files }) => files)
    const wanted = pages.filter((name) => !['README.md', 'index.md'].includes(name))
    expect([...listed].sort()).toEqual(wanted.sort())
  })

  it('calls each by its heading', () => {
    const items = sidebar().flatMap(({ items = [] }) => items)
    expect(items).toContainEqual({ text: 'Coming from Django', link: '/django' })
    expect(sidebar().every(({ items = [] }) => items.length > 0)).toBe(true)
  })
})
