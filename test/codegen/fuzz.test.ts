import { expect, it } from 'vitest'
import { emit } from '../../codegen/emit/emit.js'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { runSqlText } from '../../codegen/sql-script/index.js'
import { Random } from '../queryset/random.js'
import { createTestDatabase } from '../support/database.js'
import { exercise } from './exercise.js'
import { randomSchema } from './fuzz-schema.js'
import { importGenerated } from './generated-folder.js'
import { typeErrors } from './support.js'

/**
 * `npm run test:fuzz` is the long form. A seed that failed runs alone with FUZZ_SCHEMAS=1 and the seed as FUZZ_SEED.
 */
const COUNT = Number(process.env['FUZZ_SCHEMAS'] ?? (process.env['MODE'] === 'fuzz' ? 200 : 4))
const FIRST = Number(process.env['FUZZ_SEED'] ?? 1)

/** How many schemas are type-checked in one program. */
const AT_ONCE = 20

const seeds = Array.from({ length: COUNT }, (_, index) => FIRST + index)
const generated = new Map<number, ReadonlyMap<string, string>>()

it.each(seeds)(
  'a random schema is generated and used: seed %i',
  async (seed) => {
    const random = new Random(seed)
    const sql = randomSchema(random)
    await using database = await createTestDatabase()
    await runSqlText(database.url, sql, `seed-${String(seed)}.sql`)
    const model = buildModel(await introspect(database.url), {
      naming: random.pick(['camelCase', 'asIs']),
      layout: random.pick(['flat', 'schemas']),
      brandedIds: random.pick([false, true]),
    })
    const settings = { enums: random.pick(['union', 'const'] as const) }
    const files = new Map(emit(model, settings).map(({ name, text }) => [name, text]))
    generated.set(seed, files)
    await using folder = await importGenerated(files, `fuzz-${String(seed)}`, database.url)
    const created = await exercise(folder.repositories)
    expect(created.size).toBe(model.tables.length)
  },
  120_000,
)

it(
  'the code generated from random schemas is taken by a strict compiler',
  () => {
    for (let start = 0; start < seeds.length; start += AT_ONCE) {
      const files = new Map(
        seeds
          .slice(start, start + AT_ONCE)
          .flatMap((seed) =>
            [...(generated.get(seed) ?? [])].map(([name, text]) => [`seed-${String(seed)}/${name}`, text]),
          ),
      )
      expect(typeErrors(files)).toEqual([])
    }
  },
  60_000 + COUNT * 3000,
)
