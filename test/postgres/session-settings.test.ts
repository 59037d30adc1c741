import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect, SluiceDialect, UsageError, type Database } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { decodePlugin } from '../../src/queryset/decode-plugin.js'
import { initialState } from '../../src/query/state.js'
import type { TableSchema } from '../../src/schema/table.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  await shop.sql(`
    create type visit as (at timestamptz, day date, lasted interval);
    create table moments (at timestamptz, day date, local timestamp, lasted interval, days date[], span tstzrange)`)
  await shop.sql(`insert into moments values ('2024-03-01 22:30:00.123456+01', '2024-03-02', '2024-03-02 12:00',
    '1 year -2 days 03:04:05', '{2024-03-02,NULL}', '[2024-03-01 00:00+00,2024-03-02 00:00+00)')`)
})
afterAll(() => shop[Symbol.asyncDispose]())

/** Text that is another in every encoding but UTF-8, and what LATIN1 and EUC_JP make of it. */
const text = 'Zoë – 日本'

async function withDatabase<T>(
  settings: { readonly options?: string },
  work: (db: Database<DB>) => Promise<T>,
): Promise<T> {
  const db = connect<DB>({ connectionString: shop.database.url, max: 1, ...settings })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

const addressOf = (title: string): string => `${title.replaceAll(' ', '-')}@example.com`

/** Writes and reads by every path; on a connection that is shared, whatever else is on it. */
async function expectTrue(handle: Kysely<DB>, title: string): Promise<void> {
  const email = addressOf(title)
  const { users } = repositories(handle)
  expect((await users.create({ email, name: text })).name).toBe(text)
  const mine = users.filter({ email })
  expect(await mine.filter({ name: text }).valuesList('name', { flat: true }).toArray()).toEqual([text])
  for await (const user of mine.aiterator()) expect(user.name).toBe(text)
  expect((await mine.toKysely().execute()).map(({ name }) => name)).toEqual([text])
  const freeHand = await sql<{
    name: string
    same: boolean
  }>`select name, name = ${text} as same, ${sql.lit(text)} as literal
    from users where email = ${email}`.execute(handle)
  expect(freeHand.rows).toEqual([{ name: text, same: true, literal: text }])
  for await (const { name } of handle.selectFrom('users').select('name').where('email', '=', email).stream())
    expect(name).toBe(text)
}

/** What the server has, read by somebody else. */
async function expectKept(title: string): Promise<void> {
  const email = addressOf(title)
  const rows = await shop.sql('select name, length(name) from users where email = $1', [email])
  expect(rows).toEqual([{ name: text, length: text.length }])
}

describe.each(['LATIN1', 'EUC_JP', 'SQL_ASCII', 'WIN1252'])('client_encoding %s', (encoding) => {
  test('set in a session, is undone before the next statement', async () => {
    await withDatabase({}, (db) =>
      db.connection().execute(async (connection) => {
        await sql.raw(`set client_encoding = '${encoding}'`).execute(connection)
        await expectTrue(connection, `session ${encoding}`)
        await expectKept(`session ${encoding}`)
        await sql`select set_config('client_encoding', 'UTF8', false)`.execute(connection)
        await expectTrue(connection, `again ${encoding}`)
      }),
    )
  })

  test('left behind on a connection of the pool, or set by a listener of its, is undone', async () => {
    const pool = new pg.Pool({ connectionString: shop.database.url, max: 1 })
    pool.on('connect', (client) => void client.query(`set client_encoding = '${encoding}'`))
    const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
    await expectTrue(db, `listener ${encoding}`)
    await sql.raw(`set client_encoding = '${encoding}'`).execute(db)
    await expectTrue(db, `left ${encoding}`)
    await db.destroy()
  })

  test.each(['set', 'set local'])('by %s in a transaction', async (set) => {
    await withDatabase({}, async (db) => {
      await db.transaction().execute(async (trx) => {
        await sql.raw(`${set} client_encoding = '${encoding}'`).execute(trx)
        await expectTrue(trx, `${set} ${encoding}`)
        const point = sql`savepoint one`
        await point.execute(trx)
        await sql.raw(`set local client_encoding = '${encoding}'`).execute(trx)
        await expect(sql`select 1 / ${0}::int`.execute(trx)).rejects.toThrow('division by zero')
        await sql`rollback to one`.execute(trx)
        await expectTrue(trx, `${set} after ${encoding}`)
      })
      await expectKept(`${set} ${encoding}`)
      await expectKept(`${set} after ${encoding}`)
      await expectTrue(db, `${set} later ${encoding}`)
    })
  })

  test('set by the very statement whose rows come, refuses them by name', async () => {
    await withDatabase({}, async (db) => {
      const turned = sql`select set_config('client_encoding', ${encoding}, false), ${'§'}::text as sign`
      await expectTrue(db, `turned ${encoding}`)
      await expect(turned.execute(db)).rejects.toThrow(UsageError)
      await expect(turned.execute(db)).rejects.toThrow(`client_encoding was set to ${encoding}`)
      await expectTrue(db, `turned back ${encoding}`)
    })
  })

  test('by the role, the database or the startup options', async () => {
    await shop.sql(`alter database ${shop.database.name} set client_encoding = '${encoding}'`)
    await withDatabase({ options: `-c client_encoding=${encoding}` }, (db) =>
      expectTrue(db, `default ${encoding}`),
    )
    await shop.sql(`alter database ${shop.database.name} reset client_encoding`)
  })
})

test('what toKysely() leaves as text names its column where that cannot be read', () => {
  const type = { kind: 'converted', type: 'timestamptz', as: 'string' } as const
  const at = { name: 'at', property: 'at', type, nullable: false, optional: false }
  const table: TableSchema = {
    ...{ schema: 'public', name: 'instants', kind: 'table', columns: [at] },
    ...{ primaryKey: [], uniqueKeys: [], foreignKeys: [] },
  }
  const instants = decodePlugin(initialState(table))
  // All that the plugin looks at.
  const read = (at: string) => instants.transformResult({ result: { rows: [{ at }] } } as never)
  expect(() => read('01.03.2024 22:30:00 CET')).toThrow(/^Column at: .*DateStyle/)
})

test('client_encoding set by a queryset as it runs refuses its rows, by every path', async () => {
  await withDatabase({}, async (db) => {
    const { users } = repositories(db)
    await users.create({ email: addressOf('itself'), name: '§' })
    const turning = users.filter({ email: addressOf('itself') }, (eb) =>
      eb(
        eb.fn<string>('set_config', [eb.val('client_encoding'), eb.val('LATIN1'), eb.lit(false)]),
        '=',
        eb.val('LATIN1'),
      ),
    )
    const refusal = /^client_encoding was set to LATIN1/
    await expect(turning.first()).rejects.toThrow(refusal)
    await expect(turning.values('name').toArray()).rejects.toThrow(refusal)
    await expect(turning.aiterator().next()).rejects.toThrow(refusal)
    expect(() => [...turning.iterator()]).toThrow(refusal)
    expect(
      await users
        .filter({ email: addressOf('itself') })
        .valuesList('name', { flat: true })
        .first(),
    ).toBe('§')
  })
})

test('client_encoding set inside a loop is undone before the next fetch', async () => {
  await withDatabase({}, async (db) => {
    for (let n = 0; n < 5; n++)
      await repositories(db).users.create({ email: addressOf(`loop ${n}`), name: text })
    await db.transaction().execute(async (trx) => {
      const { users } = repositories(trx)
      let rows = 0
      const loop = users
        .using(trx)
        .filter({ email: { startsWith: 'loop-' } })
        .aiterator({ chunkSize: 1 })
      for await (const { name } of loop) {
        expect(name).toBe(text)
        await sql`set client_encoding = 'LATIN1'`.execute(trx)
        rows++
      }
      expect(rows).toBe(5)
    })
  })
})

test('a client that was connected, and set, before the dialect had its pool', async () => {
  const pool = new pg.Pool({ connectionString: shop.database.url, max: 1 })
  const client = await pool.connect()
  await client.query(`set client_encoding = 'LATIN1'; set DateStyle = 'German'`)
  client.release()
  const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
  await expectTrue(db, 'before')
  expect((await sql`select '2024-03-02'::date as day`.execute(db)).rows).toEqual([{ day: '2024-03-02' }])
  await db.destroy()
})

describe.each([
  ['German', 'postgres'],
  ['SQL, DMY', 'sql_standard'],
  ['Postgres, MDY', 'postgres_verbose'],
  ['ISO, DMY', 'iso_8601'],
])('DateStyle %s and IntervalStyle %s', (dateStyle, intervalStyle) => {
  const options = `-c DateStyle=${dateStyle.replace(/ /g, '\\ ')} -c IntervalStyle=${intervalStyle} -c TimeZone=America/St_Johns`
  const row = {
    at: new Date('2024-03-01T21:30:00.123Z'),
    day: '2024-03-02',
    local: '2024-03-02 12:00:00',
    lasted: 'P1Y-2DT3H4M5S',
    days: ['2024-03-02', null],
    span: { lower: new Date('2024-03-01T00:00:00Z'), upper: new Date('2024-03-02T00:00:00Z'), bounds: '[)' },
  }

  test('free-hand values are the same, read and written, in and outside of transactions', async () => {
    await withDatabase({ options }, async (db) => {
      const read = sql`select * from moments`
      expect((await read.execute(db)).rows).toEqual([row])
      await db.transaction().execute(async (trx) => {
        expect((await read.execute(trx)).rows).toEqual([row])
        const written =
          await sql`insert into moments values (${row.at}, ${row.day}, ${row.local}, ${row.lasted}, ${row.days}::date[], null)
          returning *`.execute(trx)
        expect(written.rows).toEqual([{ ...row, span: null }])
        const { numAffectedRows } = await sql`delete from moments where span is null`.execute(trx)
        expect(numAffectedRows).toBe(1n)
      })
      const found =
        await sql`select 1 as found from moments where at >= ${row.at} and day = ${row.day} and lasted = ${row.lasted}`.execute(
          db,
        )
      expect(found.rows).toEqual([{ found: 1 }])
      const untyped = db.withTables<{ moments: typeof row }>()
      for await (const each of untyped.selectFrom('moments').selectAll().stream()) expect(each).toEqual(row)
    })
  })

  test('what is no query, what fails and what is several are as they are', async () => {
    await withDatabase({ options }, async (db) => {
      expect(await sql`set work_mem = '1MB'`.execute(db)).toEqual({ rows: [] })
      expect((await sql`show work_mem`.execute(db)).rows).toEqual([{ work_mem: '1MB' }])
      expect((await sql`select '2024-03-02'::date::text as day`.execute(db)).rows).toEqual([
        {
          day:
            (await shop.sql(`set DateStyle = '${dateStyle}'`),
            (await shop.sql(`select '2024-03-02'::date::text as day`))[0]!['day']),
        },
      ])
      await shop.sql('reset DateStyle')
      await expect(sql`select 1 / ${0}::int`.execute(db)).rejects.toMatchObject({
        code: '22012',
        stack: expect.stringMatching(/session-settings\.test\.ts:\d+/) as string,
      })
      await expect(sql`select 1 2`.execute(db)).rejects.toMatchObject({ code: '42601' })
      await sql`create table several (a date); insert into several values ('2024-03-02'); drop table several`.execute(
        db,
      )
      const failed = db.transaction().execute(async (trx) => {
        await sql`select 1 / ${0}::int`.execute(trx).catch(() => {})
        await sql`commit`.execute(trx)
      })
      await expect(failed).rejects.toThrow('rolled back, not committed')
    })
  })
})

test('a text that cannot be read names its column and row', async () => {
  await withDatabase({ options: '-c DateStyle=German' }, async (db) => {
    const day = sql`select n, '2024-03-02'::date as day, ';x' as more from generate_series(1, 2) as n`
    await expect(day.execute(db)).rejects.toThrow(/^Column day, row 1 of the result: .*DateStyle/)
    const endless = sql`select null::date as no, 'infinity'::timestamptz as at`
    await expect(endless.execute(db)).rejects.toThrow(/^Column at, row 1 of the result: /)
  })
  await withDatabase({}, async (db) => {
    const endless = sql`select null::date as no, 'infinity'::timestamptz as at`
    await expect(endless.execute(db)).rejects.toThrow(/^Column at, row 1 of the result: /)
  })
})

describe('a stream that prefetches', () => {
  const levels = ['read committed', 'repeatable read', 'serializable']

  /** In which isolation it reads its rows, and those that belong to them. */
  async function isolationOf(
    db: Kysely<DB>,
    form: 'aiterator' | 'iterator' = 'aiterator',
  ): Promise<string[]> {
    const { users } = repositories(db)
    const found: string[] = []
    for (const level of levels) {
      const rows = users
        .filter({ email: addressOf('isolation') }, (eb) =>
          eb(eb.fn<string>('current_setting', [eb.val('transaction_isolation')]), '=', eb.val(level)),
        )
        .prefetchRelated('orders')
      if (form === 'iterator') for (const _ of rows.iterator()) found.push(level)
      else for await (const _ of rows.aiterator()) found.push(level)
    }
    return found
  }

  beforeAll(async () => {
    await shop.users.create({ email: addressOf('isolation'), name: text })
  })

  test.each([
    ['read committed', 'repeatable read'],
    ['repeatable read', 'repeatable read'],
    ['serializable', 'serializable'],
  ])('keeps what transactions are by default: %s', async (level, expected) => {
    const options = `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`
    await withDatabase({ options }, async (db) => {
      expect(await isolationOf(db)).toEqual([expected])
      expect(await isolationOf(db, 'iterator')).toEqual([expected])
    })
    await shop.sql(`alter database ${shop.database.name} set default_transaction_isolation = '${level}'`)
    await withDatabase({}, async (db) => expect(await isolationOf(db)).toEqual([expected]))
    await shop.sql(`alter database ${shop.database.name} reset default_transaction_isolation`)
  })

  test('keeps what was set since, by free-hand SQL or by others who have the pool', async () => {
    const pool = new pg.Pool({ connectionString: shop.database.url, max: 1 })
    const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
    expect(await isolationOf(db)).toEqual(['repeatable read'])
    await sql`set session characteristics as transaction isolation level serializable`.execute(db)
    expect(await isolationOf(db)).toEqual(['serializable'])
    await pool.query('reset default_transaction_isolation')
    expect(await isolationOf(db)).toEqual(['repeatable read'])
    await pool.query(`set default_transaction_isolation = 'serializable'`)
    expect(await isolationOf(db)).toEqual(['serializable'])
    await db.destroy()
  })

  test('asks once for a connection', async () => {
    const asked = vi.spyOn(pg.Client.prototype, 'query')
    await withDatabase({}, async (db) => {
      await isolationOf(db)
      await isolationOf(db)
    })
    const texts = asked.mock.calls.map(([query]) => (query as unknown as { text: string }).text)
    asked.mockRestore()
    expect(texts.filter((each) => each.startsWith('show'))).toHaveLength(1)
  })
})
