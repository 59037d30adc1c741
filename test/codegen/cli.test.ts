import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { until } from '../support/owned-server.js'
import { sluice, sluiceProcess } from './cli-support.js'
import { temporaryFolder } from './support.js'

let empty: TestDatabase
let shop: TestDatabase

beforeAll(async () => {
  empty = await createTestDatabase()
  shop = await createTestDatabase({ schema: 'shop' })
})

afterAll(() => Promise.all([empty.drop(), shop.drop()]))

describe('the command line', () => {
  it('generates from SQL files in the order given, and cleans up after itself', async () => {
    using folder = temporaryFolder()
    const [first, second, out] = ['b.sql', 'a.sql', 'out'].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(first, "create type size as enum ('s', 'm');")
    writeFileSync(second, 'create table shirts (id int primary key, size size not null);')
    const before = await databases()
    const { code, stdout, stderr } = await sluiceProcess(
      folder.path,
      '--schema',
      first,
      '--schema',
      second,
      '--out',
      out,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^1 table, 0 views, 0 relations, 1 enum, 0 renamed, 0 skipped → .*: 4 files written, 0 unchanged in \d/,
    )
    expect(readdirSync(out).sort()).toEqual(['enums.ts', 'index.ts', 'schema.ts', 'shirts.ts'])
    // Other test files have scratch databases on the same server for a while; the test's own timeout is the bound.
    await until(async () => (await databases()).every((name) => before.includes(name)))
  })

  it('tells its version', async () => {
    using folder = temporaryFolder()
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    for (const flag of ['--version', '-V']) {
      expect(await sluice(folder.path, flag)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
    }
  })

  it('says nothing with --quiet but what is wrong', async () => {
    using folder = temporaryFolder()
    const out = join(folder.path, 'out')
    const run = (...flags: string[]) =>
      sluice(folder.path, '--url', shop.url, '--out', out, '--quiet', ...flags)
    expect((await run('--check')).stderr).toMatch(/not up to date/)
    expect(await run()).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(existsSync(join(out, 'users.ts'))).toBe(true)
    expect(await run('--check')).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('checks a folder without writing, and says what is out of date', async () => {
    using folder = temporaryFolder()
    const out = join(folder.path, 'out')
    const missing = await sluice(folder.path, '--url', shop.url, '--out', out, '--check')
    expect(missing.code).toBe(1)
    expect(missing.stderr).toMatch(/not up to date[^]*added {4}users\.ts[^]*without --check/)
    expect(existsSync(out)).toBe(false)
    expect(await sluice(folder.path, '--url', shop.url, '--out', out)).toMatchObject({ code: 0 })
    expect(await sluice(folder.path, '--url', shop.url, '--out', out, '--check')).toMatchObject({
      code: 0,
      stderr: '',
    })
  })

  it.each([
    ['an unknown flag', ['--shema', 'x.sql'], /unknown option '--shema'/],
    ['a file without its flag', ['schema.sql'], /A file of SQL is given by --schema schema\.sql/],
    ['a URL without its flag', ['postgres://bob:secret@127.0.0.1/x'], /given by --url/],
    ['an unknown command', ['codgen'], /no command "codgen"\. Did you mean "codegen"\?/],
    ['two sources', ['--schema', 'schema.sql', '--url', 'postgres://127.0.0.1/x'], /not both/],
    ['a missing file', ['--schema', 'no-such-file.sql'], /no schema file no-such-file\.sql.*--schema/],
    ['an output folder without a name', ['--out', ''], /output folder has no name/],
    ['another kind of URL', ['--url', 'mysql://bob:secret@127.0.0.1/x'], /PostgreSQL URL: postgres:\/\//],
    [
      'an unreachable database',
      ['--url', 'postgres://bob:secret@127.0.0.1:1/x'],
      /127\.0\.0\.1:1 .*ECONNREFUSED/,
    ],
  ])('answers %s with a message on stderr', async (_what, args, message) => {
    using folder = temporaryFolder()
    const out = join(folder.path, 'out')
    const { code, stdout, stderr } = await sluice(
      folder.path,
      ...(args.includes('--out') ? args : [...args, '--out', out]),
    )
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/secret|\n\s+at /)
    expect(readdirSync(folder.path)).toEqual([])
  })

  it.each([
    [
      'an error in the SQL',
      sluiceProcess,
      'create table a (id int);\n\ncreate table b (id inte);',
      /bad\.sql:3: .*inte/,
    ],
    [
      'a schema without tables',
      sluice,
      "create type lonely as enum ('x');",
      /bad\.sql has no tables or views/,
    ],
  ])('answers %s, and writes nothing', async (_what, run, sql, message) => {
    using folder = temporaryFolder()
    const script = join(folder.path, 'bad.sql')
    writeFileSync(script, sql)
    const before = await databases()
    const { code, stdout, stderr } = await run(
      folder.path,
      '--schema',
      script,
      '--out',
      join(folder.path, 'out'),
    )
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(readdirSync(folder.path)).toEqual(['bad.sql'])
    await until(async () => (await databases()).every((name) => before.includes(name)))
  })

  it('answers an output folder of somebody else, before it reads anything', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'src'))
    const { code, stderr } = await sluice(folder.path, '--schema', 'no-such-file.sql', '--out', folder.path)
    expect(code).toBe(1)
    expect(stderr).toMatch(/holds what the generator has not written: src\. Nothing was changed/)
    expect(readdirSync(folder.path)).toEqual(['src'])
  })
})

/** The scratch databases of the generator on the tests' server. */
async function databases(): Promise<string[]> {
  const client = new Client(empty.url)
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>(
      String.raw`select datname from pg_database where datname ~ '^sluice_[0-9a-f]{24}$' order by 1`,
    )
    return rows.map(({ datname }) => datname)
  } finally {
    await client.end()
  }
}
