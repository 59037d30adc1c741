import { existsSync, readFileSync } from 'node:fs'
import { defineConfig, type DefaultTheme } from 'vitepress'
import { linkOutside, repositoryUrl } from './links.js'
import { sidebar } from './pages.js'
import { slugOf } from './slug.js'

const repository = repositoryUrl()

/** The reference, which TypeDoc has written with a list of its pages: `npm run docs:api`. */
function reference(): DefaultTheme.SidebarItem[] {
  const list = new URL('../api/typedoc-sidebar.json', import.meta.url)
  if (!existsSync(list)) return []
  // As TypeDoc's theme for VitePress has it.
  const items = JSON.parse(readFileSync(list, 'utf8')) as DefaultTheme.SidebarItem[]
  return [{ text: 'Overview', link: '/api/' }, ...items]
}

export default defineConfig({
  title: 'sluice',
  description: 'Typed, streaming repositories for PostgreSQL, generated from your schema.',
  // None, and no request for one.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  cleanUrls: true,
  lastUpdated: false,
  // The list of pages where the repository is read. Here its part is taken by the navigation.
  srcExclude: ['README.md'],
  markdown: {
    anchor: { slugify: slugOf },
    config: (md) => linkOutside(md),
  },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/getting-started' },
      { text: 'Errors', link: '/errors' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: { '/api/': reference(), '/': sidebar() },
    outline: [2, 3],
    search: { provider: 'local' },
    externalLinkIcon: true,
    ...(repository !== undefined && {
      editLink: { pattern: `${repository}/edit/HEAD/docs/:path` },
      socialLinks: [{ icon: 'github', link: repository }],
    }),
  },
})
