import { CompiledQuery, Kysely, PostgresDialect, sql, type LogEvent } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import { repositories, type DB } from '../../generated/index.js'
import { connect, OptionError, SluiceDialect, withSettings } from '../../src/index.js'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { LITERALS } from './literals.js'
import { everyType } from '../queryset/every-type.js'

let database: TestDatabase
const pools: pg.Pool[] = []

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'shop' })
  const observer = new pg.Pool({ connectionString: database.url })
  await observer.query(everyType)
  await observer.end()
})
afterEach(async () => {
  for (const pool of pools.splice(0)) if (!pool.ended) await pool.end()
})
afterAll(() => database.drop())

function open(settings: pg.PoolConfig = {}) {
  const pool = new pg.Pool({ connectionString: database.url, max: 2, ...settings })
  pools.push(pool)
  return pool
}

function bothDialects(settings: pg.PoolConfig = {}) {
  return {
    before: new Kysely<DB>({ dialect: new PostgresDialect({ pool: open(settings) }) }),
    after: new Kysely<DB>({ dialect: new SluiceDialect({ pool: open(settings), values: 'pg' }) }),
  }
}

async function streamed(db: Kysely<DB>, text: string, size: number): Promise<unknown[]> {
  const rows: unknown[] = []
  const connection = db.connection()
  await connection.execute(async (one) => {
    for await (const row of one.getExecutor().stream(CompiledQuery.raw(text), size)) rows.push(...row.rows)
  })
  return rows
}

const TYPES = {
  getTypeParser: (oid: number, format: string) => (text: string) => `${oid} ${format} ${text}`,
} as unknown as pg.CustomTypesConfig

const settings: Record<string, pg.PoolConfig> = {
  'by default': {},
  'in other styles': {
    options:
      '-c DateStyle=Postgres,DMY -c IntervalStyle=sql_standard -c bytea_output=escape -c TimeZone=Asia/Kolkata',
  },
  'with types of the pool': { types: TYPES },
}

describe.each(Object.entries(settings))('free-hand SQL %s', (_, settings) => {
  it('has the values of PostgresDialect, whatever the type', async () => {
    const { before, after } = bothDialects(settings)
    for (const [type, literals] of Object.entries(LITERALS)) {
      const values = [...literals.map((text) => `${pg.escapeLiteral(text)}::${type}`), `null::${type}`]
      const text = values
        .map(
          (one, n) =>
            `select ${n} as n, ${one} as one, array[${values.join()}]::${type}[] as many, 1 as more`,
        )
        .join(' union all ')
      const { rows } = await before.executeQuery(CompiledQuery.raw(text))
      const ways = {
        executed: (await after.executeQuery(CompiledQuery.raw(text))).rows,
        prepared: (await after.executeQuery(CompiledQuery.raw(`${text} limit $1`, [100]))).rows,
        streamed: await streamed(after, text, 2),
        inTransaction: await after
          .transaction()
          .execute(async (trx) => (await trx.executeQuery(CompiledQuery.raw(text))).rows),
      }
      expect({ type, ...ways }).toStrictEqual({
        type,
        executed: rows,
        prepared: rows,
        streamed: rows,
        inTransaction: rows,
      })
    }
  })

  it('reads streams long enough to be compiled', async () => {
    const { before, after } = bothDialects(settings)
    const text = `select n::int8, n as twice, -n as twice, now() - now() as "no time", null::int8 as nothing
      from generate_series(1, 1000) as n`
    const expected = (await before.executeQuery(CompiledQuery.raw(text))).rows
    expect(await streamed(after, text, 300)).toStrictEqual(expected)
  })
})

test('parsers that were set on pg or on a client are used from the next statement on', async () => {
  const { before, after } = bothDialects()
  const text = `select 7::int8 as a, '2024-02-29'::date as b`
  const parserOfInt8 = pg.types.getTypeParser(20) as (text: string) => unknown
  const parserOfDate = pg.types.getTypeParser(1082) as (text: string) => unknown
  try {
    for (const parser of [BigInt, Number, parserOfInt8]) {
      pg.types.setTypeParser(20, parser)
      pg.types.setTypeParser(1082, (text) => [text])
      const { rows } = await before.executeQuery(CompiledQuery.raw(text))
      expect((await after.executeQuery(CompiledQuery.raw(text))).rows).toStrictEqual(rows)
      expect(await streamed(after, text, 1)).toStrictEqual(rows)
    }
  } finally {
    pg.types.setTypeParser(20, parserOfInt8)
    pg.types.setTypeParser(1082, parserOfDate)
  }
  const pool = open()
  pool.on('connect', (client) => client.setTypeParser(20, (text) => `client ${text}`))
  const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'pg' }) })
  expect((await db.executeQuery(CompiledQuery.raw(text))).rows).toMatchObject([{ a: 'client 7' }])
  expect(await streamed(db, text, 1)).toMatchObject([{ a: 'client 7' }])
})

const PARAMETERS: readonly (readonly [type: string, value: unknown])[] = [
  ['timestamptz', new Date('2024-10-27T00:30:00.123Z')],
  ['text', new Date(-62_167_219_200_000)],
  ['int[]', [1, null, [2].length]],
  ['text[]', ['a', 'b,"c', null, '']],
  ['jsonb', { a: [1, { b: null }] }],
  ['bytea', Buffer.from([0, 1, 255])],
  ['bytea', new Uint8Array([7, 8]).subarray(1)],
  ['int8', 2n ** 62n],
  ['bool', true],
  ['text', 1.5],
  ['text', { toPostgres: () => 'by itself' }],
  ['text', undefined],
  ['text', 'half \ud800 of a pair'],
]

test.each(PARAMETERS)('parameters are what PostgresDialect makes of them: %s of %o', async (type, value) => {
  const { before, after } = bothDialects()
  const query = CompiledQuery.raw(`select $1::${type} as value`, [value])
  const { rows } = await before.executeQuery(query)
  expect((await after.executeQuery(query)).rows).toStrictEqual(rows)
  const chunks: unknown[] = []
  await after.connection().execute(async (one) => {
    for await (const { rows } of one.getExecutor().stream(query, 5)) chunks.push(...rows)
  })
  expect(chunks).toStrictEqual(rows)
})

test('what a parser throws fails its query, and no more', async () => {
  const refusal = new Error('not this one')
  const types = {
    getTypeParser: (oid: number) => (text: string) => {
      if (oid === 20) throw refusal
      return text
    },
  }
  const after = new Kysely<DB>({ dialect: new SluiceDialect({ pool: open({ types }), values: 'pg' }) })
  const failing = CompiledQuery.raw('select 1::int8 as a')
  await expect(after.executeQuery(failing)).rejects.toBe(refusal)
  await expect(streamed(after, failing.sql, 1)).rejects.toMatchObject({ cause: refusal })
  expect((await after.executeQuery(CompiledQuery.raw('select 1 as a'))).rows).toEqual([{ a: '1' }])
})

describe('querysets', () => {
  const options = { values: 'pg', types: TYPES } as const

  it.each(['users', 'products', 'coupons', 'payments', 'reviews', 'posts', 'userProfiles'] as const)(
    'and toKysely() have our values all the same: %s',
    async (table) => {
      const logged: LogEvent[] = []
      const given = connect<DB>({
        connectionString: database.url,
        ...options,
        log: (event: LogEvent) => void logged.push(event),
      })
      const plain = connect<DB>({ connectionString: database.url })
      try {
        const name = repositories(plain)[table].schema.primaryKey[0] as never
        const expected = await repositories(plain)[table].orderBy(name).toArray()
        const rows = repositories(given)[table].orderBy(name)
        expect(await rows.toArray()).toStrictEqual(expected)
        expect(await rows.toKysely().execute()).toStrictEqual(expected)
        expect(logged).toHaveLength(2)
        const read: unknown[] = []
        for await (const row of rows.toKysely().stream(1)) read.push(row)
        expect(read).toStrictEqual(expected)
        await given.transaction().execute(async (trx) => {
          expect(await rows.using(trx).toKysely().execute()).toStrictEqual(expected)
        })
        expect([...rows.iterator()]).toStrictEqual(expected)
      } finally {
        await Promise.all([given.close(), plain.close()])
      }
    },
  )

  it('and what we ask for ourselves do not go by the parsers of others', async () => {
    const db = connect<DB>({ connectionString: database.url, ...options })
    try {
      await db.transaction().execute(async (trx) => {
        await sql`set local app.tenant = 'outer'`.execute(trx)
        await withSettings(trx, { 'app.tenant': 'inner' }, async () => {})
        const { rows } = await sql<{
          tenant: string
        }>`select current_setting('app.tenant') as tenant`.execute(trx)
        expect(rows[0]?.tenant).toMatch(/ text outer$/)
      })
    } finally {
      await db.close()
    }
  })
})

test('another choice is refused by name', () => {
  expect(() => new SluiceDialect({ pool: open(), values: 'PG' as 'pg' })).toThrow(OptionError)
  expect(() => new SluiceDialect({ pool: open(), values: 'PG' as 'pg' })).toThrow(
    /values has no choice "PG".*pg/,
  )
})
