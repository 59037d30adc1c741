import { connect, functionsOf } from 'sluice'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../codegen/config/settings.js'
import { docsPage } from '../../codegen/docs/page.js'
import { emit } from '../../codegen/emit/emit.js'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { selectTables } from '../../codegen/model/select-tables.js'
import type { ModelSettings } from '../../codegen/model/settings.js'
import { viewOf } from '../../codegen/plugins/view.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { tablesIn, typeErrors } from './support.js'

const SQL = `
  create schema app; create schema ext;
  create extension citext schema ext;
  create type mood as enum ('sad', 'glad');
  create domain slug as text;
  create domain short_slug as slug check (length(value) < 9);
  create domain price as numeric(6, 2);
  create domain big as bigint;
  create domain feeling as mood;
  create domain slugs as slug[];
  create domain span as int4range;
  create domain app.slug as varchar(5);
  create domain ext.email as ext.citext;
  create type size as (width price, name slug);
  create domain crate as size;
  create domain state as text check (value in ('open', 'it''s */ done'));
  create domain never_used as text;
  create domain of_gone as text;
  create domain asked as int;
  comment on domain slug is 'In a URL: */ \`a-b\`.';
  create table posts (
    id int primary key, slug slug not null, short short_slug, price price, big big, feeling feeling, slugs slugs,
    list short_slug[], span span, other app.slug, email ext.email, size size, crate crate, state state
  );
  create table gone (id int, x of_gone);
  create view shown as select slug, price, state from posts;
  create function find_posts(s slug, m asked default null) returns setof posts stable language sql as 'select * from posts where slug = s';
  create function best_price() returns price language sql as 'select 1.5::numeric';
`

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createTestDatabase()
  await runSqlText(database.url, SQL, 'domains.sql')
  catalog = await introspect(database.url, { functions: true, checks: true })
})
afterAll(() => database.drop())

function filesOf(settings: Config = {}, from = catalog): Map<string, string> {
  const model = buildModel(selectTables(from, { exclude: ['gone'] }), settings as ModelSettings)
  return new Map(emit(model, settings as object).map(({ name, text }) => [name, text]))
}

/** What each domain is, by its name in TypeScript. */
function aliasesIn(files: ReadonlyMap<string, string>): Record<string, string> {
  const found = (files.get('domain_types.ts') ?? '').matchAll(/^export type (\S+) = (.*)$/gm)
  return Object.fromEntries([...found].map(([, name = '', text = '']) => [name, text]))
}

async function ofSchema(sql: string): Promise<Catalog> {
  const other = await createTestDatabase()
  try {
    await runSqlText(other.url, sql, 'other.sql')
    return await introspect(other.url)
  } finally {
    await other.drop()
  }
}

describe('a domain', () => {
  it('is exported as what rows hold of it, where a table or function that is generated has it', () => {
    expect(aliasesIn(filesOf())).toEqual({
      Asked: 'number',
      Big: 'bigint',
      Crate: 'Size',
      Email: 'string',
      Feeling: 'Mood',
      Price: 'string',
      ShortSlug: 'Slug',
      Slug: 'string',
      SlugDomain: 'string',
      Slugs: 'Slug[]',
      Span: 'Range<number>',
      State: "'open' | 'it\\'s */ done'",
    })
    expect(filesOf().get('domain_types.ts')).toContain(
      '/**\n * In a URL: *\\/ `a-b`.\n *\n * The domain `public.slug`.\n */\nexport type Slug = string\n',
    )
  })

  it('stands in rows, and in what writes, filters and functions take where that is the same', () => {
    const files = filesOf()
    const [row, insert] = ['Post', 'NewPost'].map(
      (name) => /\{[^}]*\}/.exec(files.get('posts.ts')?.split(`export interface ${name} `)[1] ?? '')?.[0],
    )
    expect(row?.split('\n').map((line) => line.trim())).toEqual([
      '{',
      'id: number',
      'slug: Slug',
      'short: ShortSlug | null',
      'price: Price | null',
      'big: Big | null',
      'feeling: Feeling | null',
      'slugs: Slugs | null',
      'list: ShortSlug[] | null',
      'span: Span | null',
      'other: SlugDomain | null',
      'email: Email | null',
      'size: Size | null',
      'crate: Crate | null',
      'state: State | null',
      '}',
    ])
    expect(insert).toContain('slug: Slug\n')
    expect(insert).toContain('price?: string | number | bigint | null')
    expect(insert).toContain('big?: bigint | number | null')
    expect(insert).toContain('slugs?: readonly Slug[] | null')
    expect(files.get('composites.ts')).toContain('width: Price | null\n  name: Slug | null')
    expect(files.get('functions.ts')).toContain('s: Slug | null\n  m?: Asked | null')
    expect(files.get('functions.ts')).toContain('bestPrice: () => Promise<Price | null>')
    expect(files.get('shown.ts')).toContain('slug: Slug\n  price: Price | null\n  state: State | null')
  })

  it('compiles under the strictest flags, and works', async () => {
    const uses = `
      import { functions, repositories, type DB, type Price, type Slug, type State } from './index.js'
      import type { Database } from 'sluice'
      export async function uses(db: Database<DB>) {
        const { posts } = repositories(db)
        const post = await posts.create({ id: 1, slug: 'a', big: 1, slugs: ['a'], crate: null, state: 'open' })
        const slug: Slug = post.slug
        const state: State | null = post.state
        await posts.filter({ slug, price: { gt: 1 }, slugs: { contains: ['a'] }, state: 'open', big: 2 }).update({ slug })
        // @ts-expect-error not among them
        await posts.filter({ state: 'gone' }).toArray()
        const best: Price | null = await functions(db).bestPrice()
        return { slug, state, best, found: await functions(db).findPosts({ s: slug }).toArray() }
      }`
    for (const settings of [{}, { layout: 'schemas' }, { kyselyValues: 'pg' }] satisfies Config[])
      expect(typeErrors(new Map([...filesOf(settings), ['uses.ts', uses]]))).toEqual([])
    const db = connect({ connectionString: database.url })
    const fn = functionsOf<Record<string, () => Promise<unknown>>>(db, tablesIn(filesOf().get('schema.ts')))
    expect(await fn['bestPrice']?.()).toBe('1.50')
    await db.close()
  })

  it('is what its CHECK lists with checkUnions, and text without', async () => {
    const plain = await introspect(database.url)
    expect(aliasesIn(filesOf({}, plain))['State']).toBe('string')
  })

  it('is what the configuration reads it as, and no name where that gives it a type', () => {
    const files = filesOf({
      types: {
        'public.price': 'number',
        'public.slug': { type: 'Slug', import: 'slugs' },
        'public.big': 'number',
      },
      names: { types: { 'public.short_slug': 'Tiny' } },
    })
    expect(aliasesIn(files)).toMatchObject({ Price: 'number', Big: 'number', Tiny: 'Slug', Slugs: 'Slug[]' })
    expect(Object.keys(aliasesIn(files))).not.toContain('Slug')
    expect(files.get('domain_types.ts')).toContain("import type { Slug } from 'slugs'")
  })

  it('goes around all other names, so that none is another because of it', async () => {
    const from = await ofSchema(`
      create schema app;
      create type app.rank as enum ('a');
      create domain rank as text;
      create domain email as text;
      create domain user_id as int;
      create domain users_repository as text;
      create domain money_type as text;
      create domain "Date" as text;
      create domain "a b" as text;
      create domain "*/" as text;
      create domain domain_type as text;
      create table emails (id user_id primary key, a email, b app.rank, c rank, d users_repository, e "Date");
      create table users (id user_id primary key, "f" "a b", g "*/", h text, i money_type, j domain_type);
      create table domain_types (id int primary key);
    `)
    const settings: Config = {
      brandedIds: true,
      columns: { 'public.users.h': { type: 'MoneyType', import: './money.js' } },
    }
    const model = buildModel(from, { ...settings, folder: '/there' } as ModelSettings)
    const files = new Map(emit(model, { out: '/there' }).map(({ name, text }) => [name, text]))
    expect(Object.keys(aliasesIn(files))).toEqual([
      'Unnamed',
      'DateDomain',
      'AB',
      'DomainTypeDomain',
      'EmailDomain',
      'MoneyTypeDomain',
      'RankDomain',
      'UserIdDomain',
      'UsersRepositoryDomain',
    ])
    expect(files.get('enums.ts')).toContain('export type Rank =')
    expect([...files.keys()]).toEqual(expect.arrayContaining(['domain-types.ts', 'domain_types.ts']))
    expect(files.get('users.ts')).toContain('export type UserId =')
    expect(model.renamed).toContainEqual({
      from: 'public.email',
      to: 'EmailDomain',
      setting: 'names.types["public.email"]',
    })
    const money = ['money.ts', 'export type MoneyType = string'] as const
    expect(typeErrors(new Map([...files, money]))).toEqual([])
  })

  it('is on the page, and in what plugins see, where rows keep what they are of', () => {
    const model = buildModel(catalog)
    expect(docsPage(model)).toContain('| `public.price` | `Price` | `numeric(6,2)` |  |')
    const view = viewOf(model)
    expect(view.domains).toContainEqual(
      expect.objectContaining({ name: 'short_slug', typeName: 'ShortSlug', sqlType: 'public.slug' }),
    )
    const posts = view.tables.find(({ name }) => name === 'posts')
    expect(posts?.columns.find(({ name }) => name === 'short')?.row).toBe('string')
  })
})
