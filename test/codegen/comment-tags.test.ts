import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../codegen/config/settings.js'
import { docsPage } from '../../codegen/docs/page.js'
import { emit } from '../../codegen/emit/emit.js'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import type { DatabaseModel } from '../../codegen/model/database-model.js'
import { selectFunctions } from '../../codegen/model/select-functions.js'
import { selectTables } from '../../codegen/model/select-tables.js'
import type { ModelSettings } from '../../codegen/model/settings.js'
import { withTags } from '../../codegen/model/tags/with-tags.js'
import { filesWith } from '../../codegen/plugins/run.js'
import { viewOf } from '../../codegen/plugins/view.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { summary } from '../../codegen/summary.js'
import { validatorsPlugin } from '../../codegen/validators/validators-plugin.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { deprecatedUses } from './compiler.js'
import { importGenerated } from './generated-folder.js'
import { temporaryFolder, typeErrors } from './support.js'

const SQL = `
  create type mood as enum ('sad', 'glad');
  create type secret as enum ('x', 'y');
  create type wrapped as (secrets secret[]);
  create domain slug as text;
  create table users (
    id int generated always as identity primary key,
    name text not null,
    nickname text,
    password_hash text not null,
    mood mood,
    secret secret,
    preferences jsonb not null default '{}',
    size text,
    place text
  );
  create table audits (id int primary key, user_id int references users, wrapped wrapped);
  create table old_posts (id int primary key, user_id int not null references users, slug slug, plain text);
  create table keyed (code text primary key, note text not null default '');
  create table refers (id int primary key, code text references keyed);
  create view seen_users as select id, name from users;
  create function old_search(q text) returns setof old_posts stable language sql as 'select * from old_posts';
  create function inner_work() returns int language sql as 'select 1';
  create function by_secret(s secret) returns int language sql as 'select 1';
  create function all_audits() returns setof audits language sql as 'select * from audits';

  comment on column users.name is E'How they are called.\n@deprecated use nickname */ {@link x} @hidden\nAt most 80 letters.';
  comment on column users.nickname is 'Mail to ada@example.com, @deprecated in prose, see @param and @type.';
  comment on column users.password_hash is E'@hidden for the login service alone';
  comment on column users.mood is E'@omit create,update\n@deprecated';
  comment on column users.preferences is E'@type Preferences<string> from "./preferences.js"\nWhat they like.';
  comment on column users.size is E'\r\n  @type: ''small'' | ''from here''\r\n';
  comment on column users.place is '@type {string | number}';
  comment on table old_posts is E'@deprecated read posts\n@deprecated of the blog\nPosts of old.';
  comment on column old_posts.plain is '@omit';
  comment on table audits is '@hidden';
  comment on type mood is E'How one feels.\n@deprecated nobody asks';
  comment on type secret is '@omit';
  comment on domain slug is '@type \`post-\${string}\`';
  comment on column keyed.code is '@omit';
  comment on column seen_users.name is '@hidden';
  comment on function old_search is E'@deprecated search elsewhere\nFinds some.';
  comment on function inner_work is E'@hidden';
`

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createTestDatabase()
  await runSqlText(database.url, SQL, 'tags.sql')
  catalog = await introspect(database.url, { functions: true })
})
afterAll(() => database.drop())

function modelOf(settings: Config = {}): DatabaseModel {
  const given = settings as ModelSettings & { functions?: true }
  const chosen = selectTables(selectFunctions(catalog, { functions: true, ...given }), settings as object)
  return buildModel(withTags(chosen, given), given)
}

function filesOf(settings: Config = {}): Map<string, string> {
  return new Map(emit(modelOf(settings)).map(({ name, text }) => [name, text]))
}

function summaryOf(model: DatabaseModel): string {
  const changes = { added: [], changed: [], removed: [], unchanged: [], texts: new Map() }
  return summary({ model, changes, page: undefined, leftOut: [], seconds: 0 }, 'out')
}

const PREFERENCES = 'export interface Preferences<Type> { likes: Type }'

describe('@deprecated', () => {
  it('is the last of what TSDoc says, and safe', () => {
    const files = filesOf()
    expect(files.get('users.ts')).toContain(
      [
        '  /**',
        '   * How they are called.',
        '   * At most 80 letters.',
        '   *',
        '   * @deprecated use nickname *\\/ {\\@link x} \\@hidden',
        '   */',
        '  name: string',
      ].join('\n'),
    )
    expect(files.get('users.ts')).toContain('Mail to ada@example.com, \\@deprecated in prose, see \\@param')
    expect(files.get('enums.ts')).toMatch(/The enum `public\.mood`\.\n \*\n \* @deprecated nobody asks\n/)
    expect(files.get('old-posts.ts')).toContain('@deprecated read posts of the blog')
  })

  it('strikes fields, tables and functions through where they are used', () => {
    using folder = temporaryFolder()
    const uses = [
      "import { functions, repositories, type DB } from './index.js'",
      "import type { Mood, NewOldPost, OldPost, User, UserFilter, UserUpdate } from './index.js'",
      "import type { Database } from 'sluice'",
      'export async function uses(db: Database<DB>, user: User, mood: Mood, post: OldPost, add: NewOldPost) {',
      '  const { users, oldPosts, refers } = repositories(db)',
      '  user.name',
      '  user.nickname',
      '  const update: UserUpdate = { nickname: user.nickname }',
      '  const filter: UserFilter = { nickname: user.nickname }',
      '  const all = [update.name, update.mood, filter.name, update.nickname, filter.nickname]',
      "  functions(db).oldSearch({ q: 'x' })",
      '  return [users, oldPosts, refers, post, mood, add, all]',
      '}',
    ]
    const files = new Map([...filesOf(), ['uses.ts', uses.join('\n')], ['preferences.ts', PREFERENCES]])
    // Beside the generated files in a project, where they are imported from.
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder.path, name)), { recursive: true })
      writeFileSync(join(folder.path, name), text)
    }
    expect(deprecatedUses(join(folder.path, 'uses.ts'), folder.path)).toEqual([
      '10: mood',
      '10: name',
      '10: name',
      '11: oldSearch',
      '2: Mood',
      '2: OldPost',
      '4: Mood',
      '4: OldPost',
      '5: oldPosts',
      '6: name',
    ])
  })

  it('is on the page of the documentation, and for plugins to see', () => {
    const model = modelOf()
    const posts = viewOf(model).tables.find(({ name }) => name === 'old_posts')
    expect(posts).toMatchObject({ deprecated: 'read posts of the blog', insertable: true })
    expect(docsPage(model)).toMatch(
      /\| `public\.old_search\(text\)` \| `oldSearch` \| rows of \[public\.old_posts\]\(#\S+\) \| Deprecated: search elsewhere<br>Finds some\. \|/,
    )
    expect(docsPage(model)).toContain('Deprecated: read posts of the blog<br>Posts of old.')
  })
})

describe('@hidden', () => {
  it('leaves out tables, columns, types and functions, with what hangs on them', () => {
    const model = modelOf()
    const columns = (name: string) =>
      model.tables.find(({ table }) => table.name === name)?.columns.map(({ property }) => property)
    expect(model.tables.map(({ table }) => table.name)).toEqual([
      'keyed',
      'old_posts',
      'refers',
      'seen_users',
      'users',
    ])
    expect(columns('users')).toEqual(['id', 'name', 'nickname', 'mood', 'preferences', 'size', 'place'])
    expect(columns('seen_users')).toEqual(['id'])
    expect(columns('keyed')).toEqual(['note'])
    const relations = model.tables.flatMap(({ table, relations: own }) =>
      own.map(({ schema }) => `${table.name}.${schema.name}`),
    )
    expect(relations).toEqual(['old_posts.user', 'users.oldPosts'])
    expect(model.enums.map(({ typeName }) => typeName)).toEqual(['Mood'])
    expect(model.functions.map(({ names, rows }) => [names.property, rows.columns.length])).toEqual([
      // As of a table that is not generated, without what is hidden in it.
      ['allAudits', 2],
      ['oldSearch', 3],
    ])
  })

  it('is said in the summary', () => {
    const text = summaryOf(modelOf())
    expect(text).toContain(
      'skipped public.old_posts.plain, public.seen_users.name, public.inner_work(), public.audits: hidden by its comment\n',
    )
    expect(text).toContain(
      'skipped public.keyed.code, public.users.password_hash: hidden by its comment, so that no row can be inserted: it refuses NULL and has no default',
    )
    expect(text).toContain(
      'skipped public.users.secret, public.by_secret(public.secret): of the type public.secret, which is hidden by its comment',
    )
  })

  it('keeps rows from being made where they would need what is hidden, and says so', async () => {
    const files = filesOf()
    expect(files.get('users.ts')).toContain(
      '/** No row of `public.users` can be made here: it would need `password_hash`, hidden by its comment. */\nexport type NewUser = never',
    )
    const uses = `
      import { repositories, type DB, type UserUpdate } from './index.js'
      import type { Database } from 'sluice'
      export async function uses(db: Database<DB>) {
        const { users, refers } = repositories(db)
        const update: UserUpdate = { nickname: 'x' }
        await users.filter({ id: 1 }).update(update)
        await refers.create({ id: 1 })
        // @ts-expect-error it would have no password
        await users.create({ name: 'x' })
        // @ts-expect-error hidden
        await users.filter({ passwordHash: 'x' }).update({})
        // @ts-expect-error hidden
        await users.filter({}).update({ passwordHash: 'x' })
      }`
    expect(typeErrors(new Map([...files, ['uses.ts', uses], ['preferences.ts', PREFERENCES]]))).toEqual([])
    const run = {
      plugins: [validatorsPlugin('zod')],
      context: { out: 'out', importExtension: '.js' },
    } as const
    const given = await filesWith(run, [], modelOf())
    expect(given.map(({ text }) => text).join()).toMatch(/export const userUpdateSchema/)
    expect(given.map(({ text }) => text).join()).not.toMatch(/newUserSchema|NewUser|password/i)
  })

  it('is never asked of the database', async () => {
    await runSqlText(
      database.url,
      `insert into users (name, nickname, password_hash, secret) values ('ada', 'a', 'never seen', 'x');
       insert into old_posts values (1, 1, 'post-1', 'never seen');`,
      'rows.sql',
    )
    await using generated = await importGenerated(filesOf(), 'comment-tags', database.url)
    const { users, oldPosts } = generated.repositories
    const rows = [await users?.toArray(), await oldPosts?.filter({ user: { name: 'ada' } }).toArray()]
    expect(rows).toEqual([[expect.objectContaining({ name: 'ada' })], [{ id: 1, slug: 'post-1', userId: 1 }]])
    expect(JSON.stringify(rows)).not.toMatch(/never seen|secret/)
    await users?.filter({ id: 1 }).update({ nickname: 'b' })
    expect(await users?.values('nickname').toArray()).toEqual([{ nickname: 'b' }])
  })

  it('gives way to the configuration that names it', () => {
    const names = (settings: Config) => [
      ...modelOf(settings).tables.flatMap(({ table, columns }) => [
        table.name,
        ...columns.map(({ column }) => `${table.name}.${column.name}`),
      ]),
      ...modelOf(settings).functions.map(({ function: { name } }) => name),
    ]
    expect(names({ include: ['audits', '*'] })).toContain('audits')
    expect(names({ include: ['audit*', '*'] })).not.toContain('audits')
    expect(names({ names: { tables: { 'public.audits': 'logs' } } })).toContain('audits')
    expect(names({ columns: { 'public.users.password_hash': { type: 'string' } } })).toContain(
      'users.password_hash',
    )
    expect(names({ types: { 'public.secret': { type: 'string' } } })).toContain('users.secret')
    expect(names({ functions: ['inner_work', '*'] })).toContain('inner_work')
    expect(names({ functions: ['inner_*', 'old_search'] })).not.toContain('inner_work')
  })
})

describe('@type', () => {
  it('is what TypeScript makes of the values, as in the configuration', () => {
    const uses = `
      import type { DB, OldPost, User, UserUpdate, UsersRepository } from './index.js'
      import type { Kysely } from 'kysely'
      export async function uses(user: User, post: OldPost, users: UsersRepository, db: Kysely<DB>) {
        const likes: string = user.preferences.likes
        const size: 'small' | 'from here' | null = user.size
        const place: string | number | null = user.place
        const slug: \`post-\${string}\` | null = post.slug
        const update: UserUpdate = { size: 'small', preferences: { likes: 'x' } }
        // @ts-expect-error not among them
        update.size = 'large'
        await users.filter({ size: 'small' }).update(update)
        const [row] = await db.selectFrom('users').select('size').execute()
        const free: 'small' | 'from here' | null | undefined = row?.size
        return { likes, size, place, slug, free }
      }`
    const files = new Map(
      emit(modelOf({ folder: '/there' } as Config), { out: '/there' }).map(({ name, text }) => [name, text]),
    )
    expect(typeErrors(new Map([...files, ['uses.ts', uses], ['preferences.ts', PREFERENCES]]))).toEqual([])
  })

  it('gives way to the configuration', () => {
    const text = filesOf({
      columns: { 'public.users.size': { type: 'Size', import: 'sizes' } },
      types: { 'public.slug': { type: 'Slug', import: 'slugs' } },
    })
    expect(text.get('users.ts')).toContain('size: Size | null')
    expect(text.get('old-posts.ts')).toContain('slug: Slug | null')
  })

  it('that is none is an error which names the column', () => {
    const tagged = (type: string): Catalog => ({
      ...catalog,
      tables: catalog.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) =>
          column.name === 'size' ? { ...column, comment: `@type ${type}` } : column,
        ),
      })),
    })
    const made = (type: string) => () => emit(buildModel(withTags(tagged(type))))
    for (const type of ['', 'not a type', 'string) | (x', "'", '{ a: string', 'x /* ']) {
      expect(made(type), type).toThrow(
        /^@type in the comment on public\.users\.size is no type of TypeScript on one line: .* Write one such as/,
      )
    }
    expect(made('{ a: 1 } from x')).toThrow(/^@type in the comment on public\.users\.size has an import, but/)
    expect(made('DB from x')).toThrow(
      /^@type in the comment on public\.users\.size imports DB, which is the name of something else/,
    )
  })
})

describe('commentTags: false', () => {
  it('leaves comments to people', () => {
    const model = modelOf({ commentTags: false })
    expect(model.skipped).toEqual([])
    expect(model.tables.flatMap(({ columns }) => columns.flatMap(({ refined }) => refined ?? []))).toEqual([])
    expect(filesOf({ commentTags: false }).get('users.ts')).toContain('\\@hidden for the login service alone')
  })
})
