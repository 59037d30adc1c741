import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { code, diagramLabel, diagramWord, plain } from '../../codegen/docs/escape.js'
import { CodegenError } from '../../codegen/errors.js'
import { generate } from '../../codegen/generate.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { runSqlFile } from '../../codegen/sql-script/index.js'
import { root, temporaryFolder } from './support.js'

let shop: TestDatabase

beforeAll(async () => {
  shop = await createTestDatabase({ schema: 'shop' })
})

afterAll(() => shop.drop())

async function pageOf(url: string): Promise<string> {
  using folder = temporaryFolder()
  const docs = join(folder.path, 'docs/schema.md')
  await generate({ source: { url }, out: join(folder.path, 'out'), docs })
  return readFileSync(docs, 'utf8')
}

/** The section of one table. */
function sectionOf(page: string, anchor: string): string {
  return page.split(/^### /m).find((section) => section.startsWith(`<a id="${anchor}">`)) ?? ''
}

describe('the page', () => {
  it('says of each column what the schema does', async () => {
    const section = sectionOf(await pageOf(shop.url), 't_User')
    expect(section).toContain('Everyone with an account: customers, authors and staff.')
    expect(section).toContain('| `id` | `id` | `integer` |  | identity, always | primary |  |')
    expect(section).toContain(
      '| `is_active` | `isActive` | `boolean` |  | `true` |  | False once the account is closed; the row stays for the books. |',
    )
    expect(section).toContain('| `company_id` | `companyId` | `integer` | yes |  | foreign |  |')
    expect(section).toContain('- `users_company_id_fkey`: (`company_id`) refers to `public.companies` (`id`)')
    expect(section).toContain('| `company` | a row or none of [public.companies](#t_Company) |  |')
    expect(section).toContain('| `postsByAuthor` | rows of [public.posts](#t_Post) |  |')
  })

  it('shows lengths, generated columns, labels, fields and link tables', async () => {
    const page = await pageOf(shop.url)
    expect(page).toContain('`numeric(12,2)`')
    expect(page).toMatch(/generated, stored: `.+`/)
    expect(page).toContain('`pending`, `paid`, `shipped`, `delivered`, `cancelled`, `refunded`')
    expect(page).toContain('| `public.dimensions` | `Dimensions` | `width_mm`, `height_mm`, `depth_mm` |')
    expect(sectionOf(page, 't_Product')).toMatch(
      /`categories` \| rows of .* \| `public\.product_categories` \|/,
    )
  })

  it('draws who refers to whom', async () => {
    const page = await pageOf(shop.url)
    const diagram = /```mermaid\nerDiagram\n([^]*?)```/.exec(page)?.[1] ?? ''
    expect(diagram).toContain('  t_User["public.users"] {\n    integer id PK\n    integer company_id FK\n')
    expect(diagram).toContain('  t_Post }o--|| t_User : "author"\n')
    expect(diagram).toContain('  t_User }o--o| t_Company : "company"\n')
    expect(diagram).toContain('  t_UserProfile |o--|| t_User : "user"\n')
  })

  it('has the same structure whatever the names and comments are', async () => {
    await using database = await createTestDatabase()
    await runSqlFile(database.url, join(root, 'test/codegen/hostile-docs.sql'))
    const page = await pageOf(database.url)
    const body = page.replace(/^<!-- [^>]* -->/, '').replaceAll(/<a id="t_\w+"><\/a>|<br>/g, '')
    const withoutCode = body.replaceAll(/(?<!\\)(`+)[^`](?:[^]*?[^`])?\1(?!`)/g, 'code')
    expect(withoutCode).not.toMatch(/(?<!\\)[<>]|(?<!\\)\]\(javascript/)
    const cells = body.split('\n').filter((line) => line.startsWith('|'))
    for (const line of cells) expect([3, 7]).toContain(line.replaceAll('\\|', '').split('|').length - 2)
    expect(body.match(/^#+ .*/gm)).toEqual([
      '# Database schema',
      '## Diagram',
      '## Tables and views',
      String.raw`### public.\`\`\` \# \<script\>`,
      String.raw`### public.a\|b`,
    ])
    expect(body.match(/^```.*/gm)).toEqual(['```mermaid', '```'])
    expect(/erDiagram\n([^]*?)```/.exec(body)?.[1]).toMatch(
      /^( {2}t_\w+\["[^"\n]*"\] \{\n( {4}\w+ \w+ [PFK, ]+\n)+ {2}\}\n)+( {2}t_\w+ \S+ t_\w+ : "\w+"\n)+$/,
    )
  })
})

describe('escaping', () => {
  it.each([
    ['a_b c', 'a_b c'],
    ['_a_', '\\_a\\_'],
    ['1. one', '1\\. one'],
    ['- one\n+ two', '\\- one<br>\\+ two'],
    ['    code', 'code'],
    ['<b>&amp;', '\\<b\\>\\&amp;'],
    ['a\u2028b\u202ec\0', 'a<br>b c'],
  ])('of text: %j', (text, escaped) => {
    expect(plain(text)).toBe(escaped)
  })

  it.each([
    ['a', '`a`'],
    ['a|b', '`a|b`'],
    ['`', '`` ` ``'],
    ['a``b`c', '```a``b`c```'],
    ['a\nb', '`a b`'],
    ['', ''],
  ])('of code: %j', (text, escaped) => {
    expect(code(text)).toBe(escaped)
  })

  it('of names in diagrams', () => {
    expect(diagramLabel('a"b]%\n{')).toBe('a_b____')
    expect(diagramWord('9 a"b')).toBe('_9_a_b')
    expect(diagramWord('character varying(80)')).toBe('character_varying_80_')
    // Mermaid's own words, in any case.
    expect(['pk', 'FK', 'Uk', 'pk_id'].map(diagramWord)).toEqual(['_pk', '_FK', '_Uk', 'pk_id'])
    expect(diagramLabel('public.Direction  lr')).toBe('public.Direction_lr')
  })
})

describe('the file of the page', () => {
  it('is never written over when somebody else wrote it', async () => {
    using folder = temporaryFolder()
    const docs = join(folder.path, 'README.md')
    writeFileSync(docs, '# Mine')
    const attempt = generate({ source: { url: shop.url }, out: join(folder.path, 'out'), docs })
    await expect(attempt).rejects.toThrow(CodegenError)
    await expect(attempt).rejects.toThrow(/README\.md was not written by the generator\. Nothing was changed/)
    expect(readFileSync(docs, 'utf8')).toBe('# Mine')
  })

  it('is refused in the output folder, where the next run would find it', async () => {
    using folder = temporaryFolder()
    for (const [name, docs] of [
      ['in', 'in/deep/a.md'],
      ['same', 'same'],
    ] as const) {
      const [out, page] = [join(folder.path, name), join(folder.path, docs)]
      await expect(generate({ source: { url: shop.url }, out, docs: page })).rejects.toThrow(
        /would be in the output folder/,
      )
    }
    expect(readdirSync(folder.path)).toEqual([])
    const [out, docs] = [join(folder.path, 'out'), join(folder.path, 'out.md')]
    expect((await generate({ source: { url: shop.url }, out, docs })).page?.path).toBe(docs)
  })

  it('is not touched while nothing changes', async () => {
    using folder = temporaryFolder()
    const options = {
      source: { url: shop.url },
      out: join(folder.path, 'out'),
      docs: join(folder.path, 'a.md'),
    }
    await generate(options)
    const past = new Date('2001-01-01T00:00:00Z')
    utimesSync(options.docs, past, past)
    await generate(options)
    expect(statSync(options.docs).mtime).toEqual(past)
  })
})
