import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkConfig } from '../../codegen/config/check-config.js'
import { sluice } from './cli-support.js'
import { temporaryFolder } from './support.js'

/** A project with two databases. */
function project(config = '') {
  const folder = temporaryFolder()
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text)
  write('main.sql', 'create table users (id int primary key, first_name text);')
  write('billing.sql', 'create table invoices (id int primary key, paid_at timestamptz);')
  write(
    'sluice.config.ts',
    config ||
      `import { defineConfig } from 'sluice/config'
      export default defineConfig({
        naming: 'asIs',
        databases: {
          main: { schema: 'main.sql', naming: 'camelCase' },
          billing: { schema: 'billing.sql', out: 'src/billing', types: { timestamptz: 'string' } },
        },
      })`,
  )
  const read = (name: string) => readFileSync(join(folder.path, name), 'utf8')
  const list = (name: string) => readdirSync(join(folder.path, name)).sort()
  return { ...folder, write, read, list, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

describe('several databases in one configuration', () => {
  it('are each generated as they are set, with a summary', async () => {
    using folder = project()
    const { code, stdout, stderr } = await sluice(folder.path, 'codegen')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^main: 1 table, .* → generated\/main: /m)
    expect(stdout).toMatch(/^billing: 1 table, .* → src\/billing: /m)
    expect(folder.read('generated/main/users.ts')).toContain('firstName: string | null')
    expect(folder.read('src/billing/invoices.ts')).toContain('paid_at: string | null')
    expect(await sluice(folder.path, '--check')).toMatchObject({ code: 0, stderr: '' })
  })

  it('are generated one by one with --only, and flags for one of them', async () => {
    using folder = project()
    const { code, stdout } = await sluice(folder.path, '-d', 'billing', '--out', 'elsewhere')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^billing: .*→ elsewhere/)])
    expect(existsSync(join(folder.path, 'generated'))).toBe(false)
    const both = await sluice(folder.path, '--out', 'elsewhere')
    expect(both).toMatchObject({ code: 1, stdout: '' })
    expect(both.stderr).toContain(
      '--out is for one database, and the configuration has 2: choose one by --only.',
    )
    const unknown = await sluice(folder.path, '--only', 'biling')
    expect(unknown.stderr).toContain(
      '--only biling names no database of the configuration. Did you mean "billing"?',
    )
    writeFileSync(join(folder.path, 'sluice.config.ts'), 'export default { schema: "main.sql" }')
    const none = await sluice(folder.path, '--only', 'main')
    expect(none.stderr).toContain('--only main chooses among the databases of a configuration')
  })

  it('leave the others whole, and themselves as they were, when one fails', async () => {
    using folder = project()
    await sluice(folder.path)
    const before = statSync(join(folder.path, 'generated/main/users.ts')).mtimeMs
    folder.write('main.sql', 'create table users (id inte);')
    folder.write('billing.sql', 'create table invoices (id int primary key, total numeric);')
    const { code, stdout, stderr } = await sluice(folder.path)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^billing: 1 table/)
    expect(stderr).toMatch(/^main: main\.sql:1: .*inte/)
    expect(stderr).toContain('1 of 2 databases failed and was left as before: main.')
    expect(folder.read('generated/main/users.ts')).toContain('firstName')
    expect(statSync(join(folder.path, 'generated/main/users.ts')).mtimeMs).toBe(before)
    expect(folder.read('src/billing/invoices.ts')).toContain('total: string | null')
    expect(folder.list('generated/main')).toEqual(['index.ts', 'schema.ts', 'users.ts'])
  })

  it('are stale when one of them is, which --check names', async () => {
    using folder = project()
    await sluice(folder.path)
    folder.write('billing.sql', 'create table invoices (id int primary key);')
    const { code, stdout, stderr } = await sluice(folder.path, '--check')
    expect([code, stdout]).toEqual([1, 'main: generated/main is up to date with the schema.\n'])
    expect(stderr).toMatch(/^billing: src\/billing is not up to date/)
    expect(folder.read('src/billing/invoices.ts')).toContain('paid_at')
  })

  it('are watched together, unless one is read from a database', async () => {
    using folder = project(
      `export default { databases: { main: { schema: 'main.sql' }, far: { url: 'postgres://127.0.0.1:1/x' } } }`,
    )
    const { code, stderr } = await sluice(folder.path, '--watch')
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('that of far is read from a database. Choose others by --only.'),
    ])
  })

  it('suggest each by its name', async () => {
    using folder = project()
    const { stdout } = await sluice(folder.path, 'suggest')
    expect(stdout).toMatch(/^\/\/ databases\.main\n[^]*\n\/\/ databases\.billing\n/)
  })

  it.each([
    [
      'both write to one folder',
      `{ a: { schema: 'main.sql', out: 'x' }, b: { schema: 'billing.sql', out: './x' } }`,
      /databases\.a and databases\.b both write to \.\/x/,
    ],
    [
      'write one inside the other',
      `{ a: { schema: 'main.sql', out: 'x' }, b: { schema: 'billing.sql', out: 'x/y' } }`,
      /or one inside the other/,
    ],
    [
      'write one page',
      `{ a: { schema: 'main.sql', docs: 'x.md' }, b: { schema: 'billing.sql', docs: 'x.md' } }`,
      /both write the page x\.md/,
    ],
    [
      'have no schema',
      `{ a: { schema: 'main.sql' }, b: { url: process.env.NOT_SET } }`,
      /databases\.b has neither schema nor url/,
    ],
  ])('are refused that %s', async (_what, databases, message) => {
    using folder = project(`export default { databases: ${databases} }`)
    const { code, stdout, stderr } = await sluice(folder.path)
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(message)])
    expect(existsSync(join(folder.path, 'generated'))).toBe(false)
  })

  it.each([
    [{ databases: {} }, 'databases is empty'],
    [{ databases: { 'a/b': {} } }, 'databases["a/b"] is no name for a folder'],
    [
      { out: 'x', databases: { a: {} } },
      'out cannot be the same for several databases: set databases.a.out.',
    ],
    [{ databases: { a: { tipes: {} } } }, 'databases["a"].tipes is not known. Did you mean "types"?'],
    [{ databases: { a: { databases: {} } } }, 'databases["a"].databases is not known.'],
    [
      { databases: { a: { schema: 'a.sql', url: 'postgres://h/d' } } },
      'databases.a.schema and databases.a.url are both set',
    ],
  ])('%j is refused by what is wrong', (config, message) => {
    expect(() => checkConfig(config)).toThrow(message)
  })
})
