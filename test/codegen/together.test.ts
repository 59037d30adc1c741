import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Settings } from '../../codegen/config/settings.js'
import { generate } from '../../codegen/generate.js'
import { runSqlFile } from '../../codegen/sql-script/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { temporaryFolder } from './support.js'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await runSqlFile(database.url, fileURLToPath(new URL('functions.sql', import.meta.url)))
})

afterAll(() => database.drop())

/** What is generated of a schema with functions. */
async function filesOf(settings: Settings): Promise<ReadonlyMap<string, string>> {
  using folder = temporaryFolder()
  const out = join(folder.path, 'out')
  await generate({ source: { url: database.url }, out, settings: { functions: true, ...settings } })
  return new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')]))
}

it('validators, and plugins that see all files, go with functions', async () => {
  const plain = await filesOf({})
  const seen: string[] = []
  const files = await filesOf({
    validators: 'zod',
    plugins: [{ name: 'looks on', files: (given) => (seen.push(...given.map(({ name }) => name)), given) }],
  })
  expect(files.get('validators.ts')).toContain('newProductSchema')
  expect(files.get('functions.ts')).toBe(plain.get('functions.ts'))
  expect(seen).toContain('functions.ts')
})

it('functions do without the tables that are left out, by settings or by a plugin', async () => {
  const excluded = await filesOf({ exclude: ['audit', 'makers'] })
  const left = await filesOf({
    plugins: [
      {
        name: 'leaves out',
        model: (model) => ({
          ...model,
          tables: model.tables.filter(({ name }) => name !== 'audit' && name !== 'makers'),
        }),
      },
    ],
  })
  expect(excluded.get('functions.ts')).toContain('addNotes')
  expect(excluded.get('schema.ts')).not.toContain('"public.audit"')
  expect(left).toEqual(excluded)
})
