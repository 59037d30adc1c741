import { fileURLToPath } from 'node:url'
import { escapeIdentifier, Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { emit } from '../../codegen/emit/emit.js'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { runSqlFile } from '../../codegen/sql-script/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { isLong } from '../support/long.js'
import { exercise } from './exercise.js'
import { importGenerated } from './generated-folder.js'

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => {
  database = await createTestDatabase()
  await runSqlFile(database.url, fileURLToPath(new URL('hostile-names.sql', import.meta.url)))
  catalog = await introspect(database.url)
})

afterAll(() => database.drop())

/** Empties the tables, whatever refers to what. */
async function empty(): Promise<void> {
  const client = new Client(database.url)
  await client.connect()
  await client.query('set session_replication_role = replica')
  for (const { schema, name, kind } of catalog.tables) {
    if (!kind.endsWith('view')) {
      await client.query(`delete from ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`)
    }
  }
  await client.end()
}

it.each(isLong ? (['camelCase', 'asIs'] as const) : (['asIs'] as const))(
  'every table of a hostile schema works through its repository, with names in %s',
  async (naming) => {
    const model = buildModel(catalog, { naming })
    const files = new Map(emit(model).map(({ name, text }) => [name, text]))
    await empty()
    await using generated = await importGenerated(files, `hostile-${naming}`, database.url)
    // Names in asIs are the most hostile; the other style's go through the same code once a row is decoded.
    const created = await exercise(generated.repositories, naming === 'asIs' ? 'all' : 'async')
    expect(created.size).toBe(model.tables.length)
    expect([...created].filter(([, rows]) => rows === 0)).toEqual([])
  },
  180_000,
)
