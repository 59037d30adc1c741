import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type TableSchema } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'
import { tableSchema } from '../support/table-schema.js'
import { listen } from '../trace/heard.js'
import { MANY, numbered, Rows } from './copied-tables.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ connect: { max: 3 } })
})
afterAll(() => shop[Symbol.asyncDispose]())

const schema = (name: string, more: Partial<TableSchema> = {}) =>
  tableSchema(name, { id: 'int4', v: 'int4?' }, { primaryKey: ['id'], ...more })

/** Writes many rows, of which none goes by COPY. */
async function insertMany(
  table: TableSchema,
  kysely: Parameters<typeof Rows.of>[0] = shop.db,
): Promise<number> {
  using heard = listen()
  const count = await Rows.of(kysely, table).bulkCreate(numbered(MANY, (id) => ({ v: id })).values())
  const operations = heard.traces.map(({ operation }) => operation)
  expect(operations).toContain('INSERT')
  expect(operations).not.toContain('COPY')
  return count
}

const countOf = async (name: string) =>
  (await shop.sql<{ n: number }>(`select count(*)::int as n from ${name}`))[0]?.n

describe('rows are inserted where COPY would do otherwise', () => {
  it('since the table has a rule', async () => {
    await shop.sql(`
      create table ruled (id int, v int); create table log (id int);
      create rule also as on insert to ruled do also insert into log values (new.id)`)
    expect(await insertMany(schema('ruled'))).toBe(MANY)
    expect(await countOf('log')).toBe(MANY)
  })

  it('since row-level security counts for the role', async () => {
    const role = `copier_${shop.database.name}`
    await shop.sql(`
      create table secured (id int, v int); alter table secured enable row level security;
      create policy small on secured for insert with check (v < 100000);
      create role ${role}; grant insert on secured to ${role}`)
    try {
      const db = connect<object>({
        connectionString: shop.database.url,
        onReserveConnection: async (connection) => {
          await connection.executeQuery({ sql: `set role ${role}`, parameters: [] } as never)
        },
      })
      try {
        expect(await insertMany(schema('secured'), db)).toBe(MANY)
        const large = numbered(MANY, (id) => ({ v: id * 100 })).values()
        await expect(Rows.of(db, schema('secured')).bulkCreate(large)).rejects.toThrow(
          /row-level security policy/,
        )
      } finally {
        await db.close()
      }
      expect(await countOf('secured')).toBe(MANY)
      // Whoever owns the table goes past its policies, by either way.
      using heard = listen()
      await Rows.of(shop.db, schema('secured')).bulkCreate(numbered(MANY).values())
      expect(heard.traces.some(({ operation }) => operation === 'COPY')).toBe(true)
    } finally {
      await shop.sql(`drop table secured; drop owned by ${role}; drop role ${role}`)
    }
  })

  it('since the table is a view by now, whose trigger takes the rows', async () => {
    await shop.sql(`
      create table behind (id int, v int); create view viewed as select * from behind;
      create function behind() returns trigger language plpgsql as $$
        begin insert into behind values (new.id, new.v); return new; end $$;
      create trigger instead instead of insert on viewed for each row execute function behind()`)
    expect(await insertMany(schema('viewed'))).toBe(MANY)
    expect(await countOf('behind')).toBe(MANY)
  })

  it('since it is a foreign table', async () => {
    await shop.sql(`
      create extension postgres_fdw; create table remote (id int, v int);
      create server far foreign data wrapper postgres_fdw options (host '127.0.0.1');
      create foreign table far (id int, v int) server far options (table_name 'remote')`)
    const url = new URL(shop.database.url)
    await shop.sql(`alter server far options (add port '${url.port}', add dbname '${shop.database.name}');
      create user mapping for current_user server far
        options (user '${url.username}', password '${decodeURIComponent(url.password)}')`)
    expect(await insertMany(schema('far', { kind: 'foreign table' }))).toBe(MANY)
    expect(await insertMany(schema('far'))).toBe(MANY)
    expect(await countOf('remote')).toBe(2 * MANY)
  })

  it.each([
    ['int8', 'int8'],
    ['of the same width', 'float4'],
    ['numeric', 'numeric(12, 2)'],
  ])('since a column has another type by now: %s', async (_, type) => {
    const name = `drifted_${type.replaceAll(/\W/g, '')}`
    await shop.sql(`create table ${name} (id int, v ${type})`)
    expect(await insertMany(schema(name))).toBe(MANY)
    expect(await countOf(`${name} where v = id`)).toBe(MANY)
  })

  it('since the server alone fills a column by now', async () => {
    await shop.sql('create table always (id int, v int generated always as identity)')
    using heard = listen()
    const given = numbered(MANY, (id) => (id < 1_500 ? {} : { v: 5 })).values()
    await expect(Rows.of(shop.db, schema('always')).bulkCreate(given)).rejects.toThrow(/non-DEFAULT value/)
    expect(heard.traces.some(({ operation }) => operation === 'COPY')).toBe(false)
  })

  it('since there are conflicts to handle, or no more rows than a few', async () => {
    await shop.sql('create table conflicting (id int primary key, v int)')
    const rows = Rows.of(shop.db, schema('conflicting', { uniqueKeys: [] }))
    using heard = listen()
    expect(await rows.bulkCreate(numbered(900).values())).toBe(900)
    expect(await rows.bulkCreate(numbered(MANY).values(), { ignoreConflicts: true })).toBe(MANY - 900)
    const update = { updateConflicts: true, updateFields: ['v'], uniqueFields: ['id'] } as const
    expect(await rows.bulkCreate(numbered(MANY, () => ({ v: 1 })).values(), update)).toBe(MANY)
    await rows.all().delete()
    expect(await rows.bulkCreate(numbered(200).values(), { batchSize: 50 })).toBe(200)
    const operations = new Set(heard.traces.map(({ operation }) => operation))
    expect([...operations]).toEqual(['BEGIN', 'INSERT', 'COMMIT', 'DELETE'])
  })
})
