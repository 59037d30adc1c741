import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { connect, Repository, type KyselyHandle, type Model, type TableSchema } from 'sluice'
import { introspect } from '../../codegen/introspect/introspect.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { lookupKind } from '../../src/types/lookup-kind.js'
import { createTestDatabase, sampleSchemas } from '../support/database.js'

interface AnyModel extends Model {
  readonly row: Record<string, unknown>
  readonly filter: Record<string, unknown>
}

class AnyRepository extends Repository<AnyModel> {
  constructor(kysely: KyselyHandle, schema: TableSchema) {
    super(kysely, schema)
  }
}

async function streamed<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

describe.skipIf(!sampleSchemas)('every table and view', () => {
  it.each(['chinook', 'pagila'] as const)(
    'of %s reads alike by every path, and is found by its values',
    async (name) => {
      await using database = await createTestDatabase({ schema: name })
      await using db = connect<object>({ connectionString: database.url })
      const { tables } = buildModel(await introspect(database.url))
      for (const { schema } of tables) {
        if (schema.kind === 'materialized view') {
          await sql`refresh materialized view ${sql.id(schema.schema, schema.name)}`.execute(db)
        }
        const repository = new AnyRepository(db, schema)
        const sortable = schema.columns.filter(({ type }) => lookupKind(type) !== 'null')
        const rows = repository.orderBy(...sortable.map(({ property }) => property)).slice(0, 500)
        const read = await rows.toArray()
        const total = await repository.count()
        expect(read.length, schema.name).toBe(Math.min(500, total))
        expect(await streamed(rows.aiterator({ chunkSize: 130 })), schema.name).toStrictEqual(read)
        expect([...rows.iterator({ chunkSize: 170 })], schema.name).toStrictEqual(read)
        // Pagila's views take their time, and their columns are those of tables.
        if (schema.kind.endsWith('view')) continue
        for (const { property, type } of schema.columns) {
          const value = read.find((row) => row[property] !== null)?.[property]
          // A Date has lost its microseconds.
          if (value === undefined || value instanceof Date || lookupKind(type) === 'null') continue
          const label = `${schema.name}.${property}`
          const equal = await repository.filter({ [property]: { exact: value } }).count()
          expect(equal, label).toBeGreaterThan(0)
          expect(await repository.filter({ [property]: { in: [value] } }).count(), label).toBe(equal)
          expect(await repository.filter({ [property]: { ne: value } }).count(), label).toBe(total - equal)
        }
      }
    },
  )
})
