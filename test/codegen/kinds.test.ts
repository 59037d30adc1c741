import { fileURLToPath } from 'node:url'
import { Linter } from 'eslint'
import { Client } from 'pg'
import { configs } from 'typescript-eslint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emit } from '../../codegen/emit/emit.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import type { DatabaseModel, TableModel } from '../../codegen/model/database-model.js'
import { runSqlFile, runSqlText } from '../../codegen/sql-script/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { exercise } from './exercise.js'
import { importGenerated } from './generated-folder.js'
import { typeErrors } from './support.js'

let database: TestDatabase
let model: DatabaseModel
let files: ReadonlyMap<string, string>
let version: number

beforeAll(async () => {
  database = await createTestDatabase()
  await runSqlFile(database.url, fileURLToPath(new URL('kinds.sql', import.meta.url)))
  await runSqlText(database.url, foreignTable(database), 'foreign.sql', { server: 'ours' })
  version = await serverVersion()
  if (version >= 18) {
    await runSqlText(
      database.url,
      'create table virtual (id int primary key, twice int generated always as (id * 2) virtual)',
      'virtual.sql',
    )
  }
  model = buildModel(await introspect(database.url))
  files = new Map(emit(model).map(({ name, text }) => [name, text]))
})

afterAll(() => database.drop())

/** A table of this database as one of another server. */
function foreignTable({ url, name }: TestDatabase): string {
  const { hostname, port, username, password } = new URL(url)
  const quoted = (text: string) => `'${decodeURIComponent(text).replaceAll("'", "''")}'`
  return `
    create extension postgres_fdw;
    create server loopback foreign data wrapper postgres_fdw
      options (host ${quoted(hostname)}, port ${quoted(port || '5432')}, dbname ${quoted(name)});
    create user mapping for current_user server loopback options (user ${quoted(username)}, password ${quoted(password)});
    create table remote (id int primary key, mood mood, name text not null);
    create foreign table far (id int not null, mood mood, name text not null)
      server loopback options (table_name 'remote');
  `
}

async function serverVersion(): Promise<number> {
  const client = new Client(database.url)
  await client.connect()
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int4 / 10000 as version`,
  )
  await client.end()
  return rows[0]?.version ?? 0
}

function table(property: string): TableModel {
  const found = model.tables.find(({ names }) => names.property === property)
  if (found === undefined) throw new Error(`no table ${property}`)
  return found
}

describe('every kind of relation and column', () => {
  it('gives code that a strict compiler takes', async () => {
    expect(typeErrors(files)).toEqual([])
    const forPg = buildModel(await introspect(database.url), { kyselyValues: 'pg', kyselyCamelCase: true })
    expect(typeErrors(new Map(emit(forPg).map(({ name, text }) => [name, text])))).toEqual([])
  })

  it('gives code that strict linters have nothing to say about', () => {
    const linter = new Linter()
    const reports = [...files].flatMap(([name, text]) =>
      linter.verify(
        text,
        [...(configs.strict as Linter.Config[]), ...(configs.stylistic as Linter.Config[])],
        name,
      ),
    )
    expect(new Set(reports.map(({ ruleId, message }) => `${ruleId ?? ''}: ${message}`))).toEqual(new Set())
  })

  it('is created, found, read by every path, and updated through its repository', async () => {
    await using generated = await importGenerated(files, 'kinds', database.url)
    const created = await exercise(generated.repositories)
    const empty = [...created].filter(([, rows]) => rows === 0).map(([name]) => name)
    const views = model.tables.filter(({ writable }) => !writable).map(({ table }) => `public.${table.name}`)
    expect(empty.sort()).toEqual(views.sort())
  }, 60_000)

  it('is a repository each, but for partitions', () => {
    const kinds = model.tables.map(({ table: { kind, name } }) => [name, kind])
    expect(Object.fromEntries(kinds)).toMatchObject({
      ...{ no_columns: 'table', wide: 'table', parent: 'table', child: 'table', grandchild: 'table' },
      ...{ by_range: 'partitioned table', far: 'foreign table', seen: 'view', kept: 'materialized view' },
    })
    expect(model.skipped.map(({ name, reason }) => [name, reason])).toEqual([
      ['by_range_default', 'a partition of public.by_range'],
      ['by_range_new', 'a partition of public.by_range'],
      ['by_range_new_0', 'a partition of public.by_range_new'],
      ['by_range_new_1', 'a partition of public.by_range_new'],
      ['by_range_old', 'a partition of public.by_range'],
    ])
  })

  it('has columns that take values only where the server takes any', () => {
    const readOnly = (property: string) =>
      table(property)
        .columns.filter((column) => column.readOnly)
        .map((column) => column.property)
    expect(readOnly('identities')).toEqual(['id', 'twice'])
    if (version >= 18) expect(readOnly('virtual')).toEqual(['twice'])
    expect(table('defaults').columns.filter(({ optional }) => optional)).toHaveLength(3)
  })

  it('has types of the names they have, whatever else is called so', () => {
    const types = Object.fromEntries(
      table('types').schema.columns.map(({ property, type }) => [property, type]),
    )
    expect(types).toMatchObject({
      citext: { schema: 'ext', name: 'citext', base: 'citext' },
      vector: { schema: 'ext', name: 'vector', base: 'vector' },
      ownDate: { schema: 'ext', name: 'date', base: 'ext.date' },
      mood: { labels: ['awful', 'sad', 'ok', 'glad'] },
      nothing: { labels: [] },
      shorter: { kind: 'domain', base: { kind: 'domain', base: 'varchar' } },
    })
    const text = files.get('types.ts') ?? ''
    expect(text).toMatch(/^ {2}ownDate: string \| null$/m)
    expect(text).toMatch(/^ {2}vector: string \| null$/m)
  })
})
