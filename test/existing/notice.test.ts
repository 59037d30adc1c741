import { isDeepStrictEqual } from 'node:util'
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi, type MockInstance } from 'vitest'
import { repositories, type DB } from '../../generated/index.js'
import { connect, SluiceDialect, type SluiceDialectConfig } from '../../src/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { LITERALS } from './literals.js'

let database: TestDatabase
let warned: MockInstance<typeof process.emitWarning>

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'shop' })
  warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
})
beforeEach(() => forget())
afterAll(async () => {
  warned.mockRestore()
  await database.drop()
})

/** As in a process that has not been told yet. */
function forget(): void {
  delete (globalThis as Record<symbol, unknown>)[Symbol.for('sluice.values-notice')]
  warned.mockClear()
}

/** What was said of values. */
const notices = () =>
  warned.mock.calls.flatMap(([message, options]) =>
    (options as { code?: string }).code === 'SLUICE_VALUES' ? [String(message)] : [],
  )

async function withDb(
  settings: pg.PoolConfig,
  more: Omit<SluiceDialectConfig, 'pool'>,
  task: (db: Kysely<DB>) => Promise<unknown>,
): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.url, max: 1, ...settings })
  const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, ...more }) })
  try {
    await task(db)
  } finally {
    await db.destroy()
  }
}

const run = async (db: Kysely<DB>, text: string) => (await db.executeQuery(CompiledQuery.raw(text))).rows

test('every type is told of that comes back as another value, and no other', async () => {
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  const before = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  await withDb({}, {}, async (after) => {
    for (const [type, literals] of Object.entries(LITERALS)) {
      for (const asArray of [false, true]) {
        const values = literals.filter((text) => !text.includes('infinity'))
        const texts = values.map((text) => {
          const value = `${pg.escapeLiteral(text)}::${type}`
          return asArray ? `select array[${value}]::${type}[] as a` : `select ${value} as a`
        })
        let differs = false
        forget()
        for (const text of texts) {
          const expected = await run(before, text)
          // What ours cannot read, it refuses, which is told well enough.
          const rows = await run(after, text).catch(() => expected)
          if (!isDeepStrictEqual(rows, expected)) differs = true
        }
        expect({ type, asArray, told: notices().length }).toEqual({ type, asArray, told: differs ? 1 : 0 })
      }
    }
  })
  await before.destroy()
})

const ways: Record<string, (db: Kysely<DB>) => Promise<unknown>> = {
  executed: (db) => run(db, 'select 1 as same, 1::int8 as "my\nid"'),
  'with parameters': (db) => sql`select ${1}::int4 as same, ${2}::int8 as "my\nid"`.execute(db),
  'in a transaction': (db) => db.transaction().execute((trx) => run(trx, 'select 1::int8 as "my\nid"')),
  streamed: async (db) => {
    for await (const _ of db.selectNoFrom([sql`1::int8`.as('my\nid')]).stream(10));
  },
  returned: (db) =>
    sql`insert into companies (name, country_code) values (gen_random_uuid()::text, 'b') returning id::int8 as "my\nid"`.execute(
      db,
    ),
}
const styles = { options: '-c DateStyle=SQL,DMY -c IntervalStyle=iso_8601' }

test.each(
  Object.entries(ways).flatMap(([name, way]) => [
    [name, 'plainly', {}, way] as const,
    [name, 'in other styles', styles, way] as const,
  ]),
)('%s %s: once, with the column, the type and what to say', async (_, __, settings, way) => {
  await withDb(settings, {}, async (db) => {
    await way(db)
    await way(db)
  })
  await withDb(settings, {}, way)
  expect(notices()).toHaveLength(1)
  expect(notices()[0]).toMatch(
    /the column "my\\nid" \(int8\) as a bigint, .* PostgresDialect would return a string .*values: 'pg'.*values: 'sluice'/,
  )
})

const asNumber = (oid: number) => (text: string) => (oid === 1700 ? Number(text) : text)
const overridden: Record<
  string,
  readonly [settings: pg.PoolConfig, text: string, expected: RegExp | undefined]
> = {
  'types of the pool': [
    { types: { getTypeParser: asNumber as pg.CustomTypesConfig['getTypeParser'] } },
    'select 1.5 as price',
    /"price" \(numeric\) as a string, .* return a number/,
  ],
  'types of the pool, for a type of the database': [
    { types: { getTypeParser: () => (text: string) => [text] } },
    `select 'active'::product_status as status`,
    /"status" \(the type with OID \d+\) as a string, .* return an array/,
  ],
  'types of the pool that make the same of it': [
    { types: { getTypeParser: (oid: number) => (oid === 20 ? BigInt : String) } },
    'select 1::int8 as id',
    undefined,
  ],
}

test.each(Object.entries(overridden))(
  'parsers in use are told of: %s',
  async (_, [settings, text, expected]) => {
    await withDb(settings, {}, (db) => run(db, text))
    if (expected === undefined) expect(notices()).toEqual([])
    else expect(notices()).toEqual([expect.stringMatching(expected)])
  },
)

test.each([
  [1700, Number, 'select 1.5 as a', 1],
  [1184, String, 'select now() as a', 1],
  [20, BigInt, 'select 1::int8 as a', 0],
] as const)('parsers that were set on pg are told of: %i', async (oid, parser, text, times) => {
  const present = pg.types.getTypeParser(oid) as (text: string) => unknown
  pg.types.setTypeParser(oid, parser as (text: string) => unknown)
  try {
    await withDb({}, {}, (db) => run(db, text))
    expect(notices()).toHaveLength(times)
  } finally {
    pg.types.setTypeParser(oid, present)
  }
})

test('nobody is told who has chosen, or gets what they got', async () => {
  const everything = async (db: Kysely<DB>) => {
    await run(db, `select now() as a, '1 day'::interval as b, 1::int8 as c`)
    for await (const _ of db.selectFrom('companies').selectAll().stream(10));
  }
  await withDb({}, { values: 'sluice' }, everything)
  await withDb({}, { values: 'pg' }, everything)
  const db = connect<DB>({ connectionString: database.url })
  await everything(db)
  await db.close()
  await withDb({}, {}, async (db) => {
    const { companies } = repositories(db)
    await companies.create({ name: 'Acme', countryCode: 'b' })
    await companies.toArray()
    await companies.toKysely().execute()
    for await (const _ of companies.toKysely().stream(10));
    await db.transaction().execute(async (trx) => companies.using(trx).toKysely().execute())
    for (const _ of companies.iterator());
    await db.introspection.getTables()
    await db.schema.createTable('others').addColumn('id', 'bigserial').execute()
    await sql`insert into others default values`.execute(db)
    await run(
      db,
      `select 1 as a, 'b' as b, true as c, now() as d, 1.5 as e, 1.5::float8 as f, '\\x00'::bytea as g`,
    )
  })
  expect(notices()).toEqual([])
})
