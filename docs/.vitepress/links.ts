import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'

interface Package {
  readonly repository?: string | { readonly url: string }
}

/** Where the repository is read on the web, by package.json; undefined where that does not say. */
export function repositoryUrl(): string | undefined {
  // As npm has it.
  const { repository } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as Package
  const url = typeof repository === 'string' ? repository : repository?.url
  return url?.replace(/^git\+/, '').replace(/\.git$/, '')
}

/**
 * Pages link to files of the repository beside docs/, as `../examples/report.ts`, which is right where the repository is read.
 * The site does not have them: there these links lead to the repository on the web, and where no such place is known
 * their text stays without a link.
 */
export function linkOutside(md: MarkdownRenderer, repository = repositoryUrl()): void {
  md.core.ruler.push('links-outside', ({ tokens, env }) => {
    const page = (env as { relativePath?: string }).relativePath ?? ''
    for (const { children } of tokens) {
      let isWithout = false
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const path = pathOutside(page, token.attrGet('href') ?? '')
          isWithout = path !== undefined && repository === undefined
          if (path !== undefined && repository !== undefined)
            token.attrSet('href', `${repository}/blob/HEAD/${path}`)
        }
        if (!isWithout || !token.type.startsWith('link_')) continue
        if (token.type === 'link_close') isWithout = false
        token.type = 'text_without_link'
        token.tag = 'span'
        token.attrs = null
      }
    }
  })
}

/** Where a link of a page leads in the repository, if that is not within docs/. */
function pathOutside(page: string, href: string): string | undefined {
  if (/^(?:[a-z]+:|#|\/)/.test(href)) return undefined
  const path = posix.join('docs', posix.dirname(page), href)
  return path.startsWith('docs/') ? undefined : path
}
