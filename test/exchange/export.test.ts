import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Workshop } from './support.js'

let shop: Workshop

beforeAll(async () => {
  shop = await Workshop.open(
    `insert into users (email, name, is_active, created_at) values
       ('ada@example.com', 'Ada', true, '2024-01-01Z'), ('bob@example.com', 'Bob', false, '2024-01-02Z'),
       ('cyd@example.com', 'Cyd', true, '2024-01-03 04:05:06.789012Z');
     insert into posts (author_id, title, slug, body) values (2, 'On things', 'on-things', '…');
     create schema other; create table other.users (id int primary key); create table other.lonely (id int); create table other.lonely_one (id int);`,
    'shop',
  )
})

afterAll(() => shop[Symbol.asyncDispose]())

/** What is in the file, or what was said. */
async function exported(...args: string[]): Promise<string> {
  const { code, stderr } = await shop.sluice('export', ...args, '--out', 'out.csv', '--force')
  return code === 0 ? shop.read('out.csv') : stderr
}

describe('sluice export', () => {
  it('writes the rows, columns and order that are asked for', async () => {
    const args = ['--filter', '{"isActive":true}', '--columns', 'id,email', '--order', '-createdAt']
    expect(await exported('users', ...args)).toBe('id,email\n3,cyd@example.com\n1,ada@example.com\n')
    expect(await exported('users', ...args, '--limit', '1')).toBe('id,email\n3,cyd@example.com\n')
    expect(await exported('users', ...args, '--limit', '0')).toBe('id,email\n')
    const both = ['--filter', '{"isActive":true}', '--filter', '{"name":{"startsWith":"C"}}']
    expect(await exported('users', '--columns', 'name', ...both)).toBe('name\nCyd\n')
  })

  it('says how many rows it wrote, and where', async () => {
    expect(await shop.sluice('export', 'users', '--out', 'users.ndjson')).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: '3 rows → users.ndjson\n',
    })
  })

  it('finds tables and columns by the names of the code and those of SQL, and values of related rows', async () => {
    for (const name of ['userProfiles', 'user_profiles', 'public.user_profiles', 'public.users'])
      expect(await exported(name, '--limit', '0')).toMatch(/^(?:userId|id),/)
    expect(await exported('users', '--columns', 'created_at', '--order', 'is_active,-created_at')).toBe(
      'createdAt\n2024-01-02T00:00:00Z\n2024-01-03T04:05:06.789012Z\n2024-01-01T00:00:00Z\n',
    )
    expect(
      await exported('posts', '--columns', 'title,author.name,editor.name', '--order', 'author.name'),
    ).toBe('title,author.name,editor.name\nOn things,Bob,\n')
    expect(await exported('lonely')).toBe('id\n')
  })

  it('goes by the names of the configuration, and chooses among its databases', async () => {
    shop.write(
      'names.config.mjs',
      `export default { names: { tables: { 'public.users': 'people' }, columns: { 'public.users.email': 'mail' } } }`,
    )
    expect(
      await exported('people', '--config', 'names.config.mjs', '--columns', 'mail', '--limit', '1'),
    ).toMatch(/^mail\n/)
    shop.write(
      'two.config.mjs',
      `export default { databases: { main: { url: '${shop.url}', out: 'a' }, bare: { out: 'b' } } }`,
    )
    const two = (...more: string[]) =>
      exported('users', '--config', 'two.config.mjs', '--limit', '0', ...more)
    expect(await two('--database', 'main')).toMatch(/^id,email,/)
    expect(await two()).toContain('choose one by --database, of main, bare')
    expect(await two('--database', 'mian')).toContain('Did you mean "main"?')
    expect(await two('--database', 'bare')).toContain('databases.bare of the configuration has no url')
    expect(await two('--database', 'bare', '--url', shop.url)).toMatch(/^id,email,/)
  })

  it.each([
    [['usrs'], 'There is no table or view "usrs". Did you mean "users"?'],
    [['users', '--columns', 'id,emial'], 'public.users has no column "emial". Did you mean "email"?'],
    [
      ['posts', '--columns', 'auhtor.name'],
      'public.posts has no column "auhtor" of "auhtor.name". Did you mean "author.…"?',
    ],
    [['users', '--columns', 'orders.id'], 'public.users has no column "orders" of "orders.id".'],
    [
      ['users', '--columns', 'id,,name'],
      '--columns takes names with commas between them, none of them empty.',
    ],
    [['users', '--order', '-nmae'], 'Did you mean "name"?'],
    [['users', '--filter', '{id:1}'], '--filter takes JSON, such as'],
    [['users', '--filter', '[1]'], '--filter takes an object in JSON'],
    [['users', '--filter', '{"nmae":"Ada"}'], 'Did you mean "name"?'],
    [['users', '--filter', '{"id":"one"}'], 'int4 takes an integer'],
    [['users', '--limit', 'ten'], '--limit takes a number of rows, not "ten".'],
    [['users', '--delimiter', ';;'], '--delimiter takes one character'],
    [['users', '--url', 'mysql://x:secret@y/z'], '--url takes a PostgreSQL URL'],
  ])('refuses %j', async (args, message) => {
    const said = await exported(...args)
    expect(said).toContain(message)
    expect(said).not.toMatch(/\n {4}at |secret/)
  })

  it('says which table is meant where several have the name', async () => {
    await shop.query('create schema third; create table third.lonely_one (id int)')
    expect(await exported('lonely_one')).toContain(
      'Several tables are called "lonely_one": say which by other.lonely_one or third.lonely_one.',
    )
    await shop.query('drop schema third cascade')
  })

  it('tells formats by suffixes, and asks where there is none', async () => {
    const run = (...args: string[]) => shop.sluice('export', 'users', ...args)
    expect((await run('--out', 'users')).stderr).toContain(
      'does not say what the file is: give --format, one of csv, ndjson',
    )
    expect((await run('--out', '-')).stderr).toContain('give --format, one of')
    expect((await run('--out', 'users.txt', '--format', 'ndjson', '--bom')).stderr).toContain(
      '--bom is for CSV',
    )
    expect(
      await run('--out', 'users.tsv', '--columns', 'id,name', '--limit', '1', '--order', 'id'),
    ).toMatchObject({ code: 0 })
    expect(shop.read('users.tsv')).toBe('id\tname\n1\tAda\n')
  })

  it('shows its flags with --help', async () => {
    const { stdout, code } = await shop.sluice('export', '--help')
    expect(code).toBe(0)
    for (const flag of ['--out', '--columns', '--filter', '--order', '--limit', '--force', '--format'])
      expect(stdout).toContain(flag)
  })
})
