import { afterAll, beforeAll, expect, it } from 'vitest'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { summary } from '../../codegen/summary.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

let database: TestDatabase
beforeAll(async () => {
  const tables = (schema: string) =>
    Array.from({ length: 9 }, (_, n) => `CREATE TABLE ${schema}.t${String(n)} (id int);`).join('')
  database = await createTestDatabase()
  await runSqlText(
    database.url,
    `${tables('public')} CREATE SCHEMA copy; ${tables('copy')} CREATE SCHEMA few; CREATE TABLE few.t0 (id int);
    CREATE TABLE repositories (id int); CREATE TABLE committee (id int); CREATE TABLE new_committee (id int);`,
    'summary.sql',
  )
})
afterAll(() => database.drop())

it('tells of many tables that have their schema in front in one line, and of each other name in its own', async () => {
  const model = buildModel(await introspect(database.url))
  const changes = { added: [], changed: [], removed: [], unchanged: [], texts: new Map<string, never>() }
  const lines = summary({ model, changes, page: undefined, leftOut: [], seconds: 1 }, 'out').split('\n')
  expect(lines.filter((line) => line.includes('renamed ') && !line.includes(' 0 views'))).toEqual([
    '  renamed 9 tables of copy by their schema, as copy.t0 to copyT0; names.tables sets others',
    '  renamed few.t0 to fewT0; names.tables["few.t0"] sets another name',
    '  renamed public.new_committee to NewCommitteeRow; names.tables["public.new_committee"] sets another name',
    '  renamed public.repositories to RepositoryRow; names.tables["public.repositories"] sets another name',
  ])
  const named = model.tables.map(({ names: { property, row } }) => `${property} ${row}`)
  expect(named).toEqual(
    expect.arrayContaining([
      'repositories RepositoryRow',
      'newCommittee NewCommitteeRow',
      'committee Committee',
    ]),
  )
})
