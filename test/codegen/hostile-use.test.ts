import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { emit } from '../../codegen/emit/emit.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { runSqlFile } from '../../codegen/sql-script/index.js'
import { createTestDatabase } from '../support/database.js'
import { exercise } from './exercise.js'
import { importGenerated } from './generated-folder.js'

it.each(['camelCase', 'asIs'] as const)(
  'every table of a hostile schema works through its repository, with names in %s',
  async (naming) => {
    await using database = await createTestDatabase()
    await runSqlFile(database.url, fileURLToPath(new URL('hostile-names.sql', import.meta.url)))
    const model = buildModel(await introspect(database.url), { naming })
    const files = new Map(emit(model).map(({ name, text }) => [name, text]))
    await using generated = await importGenerated(files, `hostile-${naming}`, database.url)
    // Names in asIs are the most hostile; the other style's go through the same code once a row is decoded.
    const created = await exercise(generated.repositories, naming === 'asIs' ? 'all' : 'async')
    expect(created.size).toBe(model.tables.length)
    expect([...created].filter(([, rows]) => rows === 0)).toEqual([])
  },
  180_000,
)
