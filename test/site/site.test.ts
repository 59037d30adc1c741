import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = join(root, 'docs/.vitepress/dist')
const files = () => readdirSync(dist, { recursive: true, encoding: 'utf8' })
const pages = new Map<string, string>()

beforeAll(async () => {
  // VitePress ends with an error for a link to a page that is not there.
  await promisify(execFile)('npm', ['run', 'docs:build'], { cwd: root, maxBuffer: 2 ** 26 })
  for (const file of files().filter((name) => name.endsWith('.html')))
    pages.set(`/${file.replace(/(?:index)?\.html$/, '')}`, readFileSync(join(dist, file), 'utf8'))
})

const ids = (html: string) => new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))

describe('the site', () => {
  it('has a page for each of docs/, and the reference', () => {
    const written = readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md') && !['README.md', 'index.md'].includes(name))
      .map((name) => `/${name.replace(/\.md$/, '')}`)
    expect(written.length).toBeGreaterThan(20)
    expect(written.filter((page) => !pages.has(page))).toEqual([])
    expect(pages.get('/')).toContain('Typed, streaming repositories')
    expect([...pages.keys()].filter((page) => page.startsWith('/api/')).length).toBeGreaterThan(300)
    expect(pages.get('/api/sluice/classes/QuerySet')).toContain('aiterator')
  })

  it('has no link that leads nowhere, nor to a heading that is not there', () => {
    const faults: string[] = []
    for (const [page, html] of pages) {
      for (const [, href = ''] of html.matchAll(/<a [^>]*?href="([^"]*)"/g)) {
        if (/^[a-z]+:/.test(href) || href.startsWith('/assets/')) continue
        const { pathname, hash } = new URL(href, `http://site${page}`)
        const found = pages.get(pathname.replace(/\.html$/, ''))
        const anchor = decodeURIComponent(hash.slice(1))
        if (found === undefined) faults.push(`${page}: there is no ${href}`)
        else if (anchor !== '' && !ids(found).has(anchor)) faults.push(`${page}: nothing is called ${href}`)
      }
    }
    expect(faults).toEqual([])
  })

  it('loads nothing from elsewhere', () => {
    const loaded = /(?:src|href)="(https?:\/\/[^"]+)"[^>]*>|@import|url\(["']?https?:/g
    for (const [page, html] of pages) {
      const head = html.slice(0, html.indexOf('</head>'))
      expect(head.match(loaded), page).toBeNull()
      expect(html.match(/<(?:img|script|iframe)[^>]+src="https?:/), page).toBeNull()
    }
    for (const file of files().filter((name) => name.endsWith('.css')))
      expect(readFileSync(join(dist, file), 'utf8').match(loaded), file).toBeNull()
  })

  it('finds its pages by a search of its own', () => {
    const index = files().find((name) => name.includes('localSearchIndex'))
    expect(readFileSync(join(dist, index ?? ''), 'utf8')).toContain('batchyieldsize')
  })
})
