import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { slugOf } from '../../docs/.vitepress/slug.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const markdownIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md') && name !== 'index.md')
    .map((name) => join(folder, name))
const papers = [...markdownIn('.'), ...markdownIn('docs')]

/** A page without what is shown as code, in which nothing is a link. */
function prose(path: string): string {
  return readFileSync(join(root, path), 'utf8')
    .replace(/^```[^]*?^```$/gm, '')
    .replace(/`[^`\n]+`/g, (code) => code.replace(/[[\]()]/g, ''))
}

/** Where a page's links and pictures lead, those to other sites left out. */
function links(path: string): string[] {
  const targets = [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target))
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(path: string): Set<string> {
  const headings = [...prose(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading)
  const seen = new Map<string, number>()
  return new Set(
    headings.map((heading) => {
      const slug = slugOf(heading)
      const count = seen.get(slug) ?? 0
      seen.set(slug, count + 1)
      return count === 0 ? slug : `${slug}-${count}`
    }),
  )
}

/** What is wrong with a link; undefined if it leads somewhere. */
function fault(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  const full = join(root, target)
  if (target.startsWith('..') || !existsSync(full)) return `${page}: there is no ${link}`
  if (anchor === undefined) return undefined
  const isPage = statSync(full).isFile() && target.endsWith('.md')
  return isPage && anchors(target).has(anchor) ? undefined : `${page}: nothing is called ${link}`
}

describe('the papers', () => {
  it('have no dead link', () => {
    expect(papers.length).toBeGreaterThan(10)
    expect(papers.flatMap(links).length).toBeGreaterThan(50)
    const faults = papers.flatMap((page) => links(page).map((link) => fault(page, link)))
    expect(faults.filter((text) => text !== undefined)).toEqual([])
  })

  it('would find one', () => {
    expect(fault('README.md', 'docs/streams.md#options')).toBeUndefined()
    expect(fault('README.md', 'docs/streams.md#no-such-heading')).toContain('nothing is called')
    expect(fault('docs/streams.md', 'nowhere.md')).toContain('there is no')
    expect(fault('README.md', '../elsewhere')).toContain('there is no')
  })

  it('are all in the index', () => {
    const listed = links('docs/README.md').map((link) => join('docs', link))
    expect(
      [...papers, 'docs/README.md'].filter((page) => !['docs/README.md', ...listed].includes(page)),
    ).toEqual([])
  })

  it('begin with a README that can be read in one go', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(200)
  })

  it('say of each folder of test/ what it promises', () => {
    const folders = readdirSync(join(root, 'test'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    const named = links('CONTRIBUTING.md')
    expect(folders.map(({ name }) => `test/${name}`).filter((folder) => !named.includes(folder))).toEqual([])
  })
})
