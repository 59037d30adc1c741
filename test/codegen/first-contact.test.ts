import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CatalogTable } from '../../codegen/introspect/catalog.js'
import type { TableNames } from '../../codegen/model/database-model.js'
import { nameList } from '../../codegen/name-list.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { sluice, sluiceWith } from './cli-support.js'
import { temporaryFolder } from './support.js'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  const client = new Client(database.url)
  await client.connect()
  await client.query(`
    create table rental (id int primary key);
    create table payment (id int primary key, rental_id int not null references rental);
    create table kysely_migration (name text primary key);
    create table _prisma_migrations (id text primary key);
    create schema pgboss; create table pgboss.job (id int primary key);
    create schema drizzle; create table drizzle.__drizzle_migrations (id int primary key);
    create table "SequelizeMeta" (name text primary key);
    create table our_migrations (id int primary key)`)
  await client.end()
})
afterAll(() => database.drop())

const generatedFrom = (folder: { readonly path: string }, ...flags: string[]) =>
  sluice(folder.path, '--out', join(folder.path, 'out'), ...flags)

describe('the tables of tools', () => {
  it('are left out and told, with how to have them', async () => {
    using folder = temporaryFolder()
    const { code, stdout } = await generatedFrom(folder, '--url', database.url)
    expect(code).toBe(0)
    expect(readdirSync(join(folder.path, 'out')).sort()).toEqual([
      ...['index.ts', 'our-migrations.ts', 'payment.ts', 'rental.ts', 'schema.ts'],
    ])
    expect(stdout).toMatch(/skipped public\.kysely_migration: Kysely keeps it for itself\. include: \["\*"\]/)
    for (const name of [
      'public._prisma_migrations: Prisma',
      'pgboss.job: pg-boss',
      'public.SequelizeMeta: Sequelize',
    ])
      expect(stdout).toContain(name)
  })

  it('are generated where include is set', async () => {
    using folder = temporaryFolder()
    await generatedFrom(folder, '--url', database.url, '--include', '*')
    const files = readdirSync(join(folder.path, 'out'))
    expect(files).toEqual(expect.arrayContaining(['kysely-migration.ts', 'job.ts', 'sequelize-meta.ts']))
  })
})

describe('the summary', () => {
  it('lists what repositories and rows are called', async () => {
    using folder = temporaryFolder()
    const { stdout } = await generatedFrom(folder, '--url', database.url)
    expect(stdout).toContain(
      [
        '',
        '  table → repository → row:',
        '    public.our_migrations → ourMigrations → OurMigration',
        '    public.payment        → payment       → Payment',
        '    public.rental         → rental        → Rental',
        '',
      ].join('\n'),
    )
  })

  it('has of many tables those first whose rows are called otherwise than by an s less', () => {
    const tables = [...Array.from({ length: 498 }, (_, n) => [`t${n}`, `t${n}`]), ['categories', 'Category']]
    const models = [...tables, ['data', 'Data']].map(([name = '', row = '']) => ({
      table: { schema: 'public', name } as CatalogTable,
      names: { property: name, row } as TableNames,
    }))
    const lines = nameList(models, 'src/db')
    expect(lines).toHaveLength(42)
    expect(lines[1]).toBe('    public.categories → categories → Category')
    expect(lines[2]).toBe('    public.t0         → t0         → t0')
    expect(lines.at(-1)).toBe('    and 460 more, under Repositories in src/db/index.ts')
  })

  it('and --help say by what rule they are called', async () => {
    using folder = temporaryFolder()
    expect((await sluice(folder.path, 'codegen', '--help')).stdout).toMatch(
      /rental is rental.*plural.*\(rentals\)/s,
    )
  })
})

describe('where the schema comes from', () => {
  it('is DATABASE_URL, where nothing else is said', async () => {
    using folder = temporaryFolder()
    expect((await sluiceWith(database.url, folder.path)).stdout).toContain('→ ourMigrations →')
    // A file of the schema comes first.
    writeFileSync(join(folder.path, 'schema.sql'), 'create table other (id int primary key)')
    expect((await sluiceWith(database.url, folder.path)).stdout).toMatch(/→ other\s+→ Other\n/)
    using empty = temporaryFolder()
    const { stderr } = await sluiceWith('mysql://bob:secret@localhost/x', empty.path)
    expect(stderr).toMatch(/DATABASE_URL takes a PostgreSQL URL/)
    expect(stderr).not.toContain('secret')
  })

  it('may be a dump of the schema public alone', async () => {
    using folder = temporaryFolder()
    const dump = join(folder.path, 'dump.sql')
    for (const made of ['CREATE SCHEMA public;', 'create schema "public"', '-- all\nCREATE SCHEMA public']) {
      writeFileSync(dump, `${made};\n\ncreate table public.t (id int primary key);`)
      expect(await generatedFrom(folder, '--schema', dump)).toMatchObject({ code: 0, stderr: '' })
    }
    writeFileSync(dump, 'create schema twice; create schema twice;')
    expect((await generatedFrom(folder, '--schema', dump)).stderr).toMatch(
      /dump\.sql:1: .*"twice" already exists/,
    )
  })
})

describe('commands', () => {
  it('generate is codegen', async () => {
    using folder = temporaryFolder()
    const out = join(folder.path, 'out')
    expect(await sluice(folder.path, 'generate', '--url', database.url, '--out', out)).toMatchObject({
      code: 0,
    })
  })

  it('init has a preset of values that survive JSON.stringify', async () => {
    using folder = temporaryFolder()
    expect(await sluice(folder.path, 'init', '--preset', 'json')).toMatchObject({ code: 0 })
    const file = join(folder.path, 'sluice.config.ts')
    expect(readFileSync(file, 'utf8')).toContain("\n  preset: 'json',\n")

    const schema = join(folder.path, 'schema.sql')
    writeFileSync(schema, 'create table t (id bigint primary key, seen timestamptz not null, other int8[])')
    writeFileSync(file, "export default { preset: 'json', columns: { 'public.t.other': 'string' } }")
    expect(await sluice(folder.path)).toMatchObject({ code: 0, stderr: '' })
    const code = readFileSync(join(folder.path, 'generated/t.ts'), 'utf8')
    expect(code).toMatch(/export interface T \{\s+id: number\s+seen: string\s+other: string\[\] \| null/)

    writeFileSync(file, "export default { preset: 'json', types: { bigint: 'bigint' } }")
    expect(await sluice(folder.path)).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(join(folder.path, 'generated/t.ts'), 'utf8')).toContain('  id: bigint\n')
  })
})
