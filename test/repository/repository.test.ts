import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  connect,
  Repository,
  type ColumnSchema,
  type Database,
  type KyselyHandle,
  type Model,
  type TableSchema,
  type TypeSchema,
} from 'sluice'
import { createTestDatabase, type TestDatabase } from '../support/database.js'

interface AnyModel extends Model {
  readonly row: Record<string, unknown>
  readonly filter: Record<string, unknown>
}

/** A repository of a table that no generator saw. */
function repositoryOf(db: KyselyHandle, table: Partial<TableSchema> & { readonly name: string }) {
  const schema: TableSchema = {
    schema: 'public',
    kind: 'table',
    columns: [],
    primaryKey: [],
    uniqueKeys: [],
    foreignKeys: [],
    ...table,
  }
  class HandMade extends Repository<AnyModel> {
    constructor(kysely: KyselyHandle) {
      super(kysely, schema)
    }
  }
  return new HandMade(db)
}

const column = (property: string, name: string, type: TypeSchema): ColumnSchema => ({
  property,
  name,
  type,
  nullable: true,
  optional: true,
})

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

let database: TestDatabase
let db: Database<object>
beforeAll(async () => {
  database = await createTestDatabase()
  db = connect({ connectionString: database.url })
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

async function run(sql: string): Promise<void> {
  const client = new Client(database.url)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** What every path reads. */
async function readings(rows: Repository<AnyModel>): Promise<unknown[][]> {
  const streamed: unknown[] = []
  for await (const row of rows.aiterator()) streamed.push(row)
  return [await rows.toArray(), streamed, [...rows.iterator()]]
}

describe('names', () => {
  const hostile = [
    '__proto__',
    'constructor',
    'a"b',
    "it's",
    '$1',
    ';--',
    '*/',
    '${x}',
    '`',
    '\\',
    'é😀',
    'select',
    'A.B',
    '  ',
  ]

  it.each(hostile)('a table and a column named %j are read and filtered', async (name) => {
    await run(`
      CREATE TABLE ${quoted(name)} (${quoted(name)} int, plain int);
      INSERT INTO ${quoted(name)} VALUES (1, 2), (3, 4)`)
    const rows = repositoryOf(db, {
      name,
      columns: [column(name, name, 'int4'), column('plain', 'plain', 'int4')],
      primaryKey: ['plain'],
    })
    for (const read of await readings(rows)) {
      expect(read.map((row) => Object.entries(row as object))).toEqual([
        [
          [name, 1],
          ['plain', 2],
        ],
        [
          [name, 3],
          ['plain', 4],
        ],
      ])
      for (const row of read) expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
    }
    const filter = JSON.parse(`{${JSON.stringify(name)}: {"gt": 2}}`) as Record<string, unknown>
    expect(await rows.filter(filter).valuesList(name, { flat: true }).toArray()).toEqual([3])
    expect(await rows.orderBy(`-${name}`).valuesList(name, { flat: true }).first()).toBe(3)
  })

  it('that PostgreSQL cuts to the same 63 bytes stay apart', async () => {
    const [first, second] = ['a', 'b'].map((last) => 'x'.repeat(70) + last) as [string, string]
    await run('CREATE TABLE long (one int, two int); INSERT INTO long VALUES (1, 2)')
    const rows = repositoryOf(db, {
      name: 'long',
      columns: [column(first, 'one', 'int4'), column(second, 'two', 'int4')],
    })
    for (const read of await readings(rows)) expect(read).toEqual([{ [first]: 1, [second]: 2 }])
    expect(await rows.distinct().count()).toBe(1)
    expect(await rows.orderBy(second).distinct().slice(0, 1).count()).toBe(1)
  })

  it('a field whose name begins with a minus is not a descending one', async () => {
    await run('CREATE TABLE minus ("-n" int, n int); INSERT INTO minus VALUES (1, 2), (2, 1)')
    const rows = repositoryOf(db, {
      name: 'minus',
      columns: [column('-n', '-n', 'int4'), column('n', 'n', 'int4')],
    })
    expect(await rows.orderBy('-n').valuesList('n', { flat: true }).toArray()).toEqual([2, 1])
    expect(await rows.orderBy('--n').valuesList('n', { flat: true }).toArray()).toEqual([1, 2])
  })

  it('are looked up in their own schema, whatever the search_path', async () => {
    await run(`
      CREATE SCHEMA other; CREATE TABLE other.twin (n int); CREATE TABLE twin (n int);
      INSERT INTO other.twin VALUES (1); INSERT INTO twin VALUES (2)`)
    const rows = repositoryOf(db, { schema: 'other', name: 'twin', columns: [column('n', 'n', 'int4')] })
    expect(await rows.filter({ n: 1 }).toArray()).toEqual([{ n: 1 }])
  })
})

describe('shapes of tables', () => {
  it('a table without columns has empty rows', async () => {
    await run('CREATE TABLE empty (); INSERT INTO empty DEFAULT VALUES; INSERT INTO empty DEFAULT VALUES')
    const rows = repositoryOf(db, { name: 'empty' })
    for (const read of await readings(rows)) expect(read).toEqual([{}, {}])
    expect(await rows.count()).toBe(2)
    expect(await rows.exists()).toBe(true)
  })

  it('a table of 1600 columns is read whole', async () => {
    const names = Array.from({ length: 1600 }, (_, index) => `c${index}`)
    await run(`
      CREATE TABLE wide (${names.map((name) => `${name} int2`).join()});
      INSERT INTO wide SELECT ${names.map((_, index) => (index % 7 === 0 ? 'NULL' : index)).join()} FROM generate_series(1, 3)`)
    const rows = repositoryOf(db, { name: 'wide', columns: names.map((name) => column(name, name, 'int2')) })
    const row = Object.fromEntries(names.map((name, index) => [name, index % 7 === 0 ? null : index]))
    for (const read of await readings(rows)) expect(read).toEqual([row, row, row])
  })

  it('a cell of several megabytes is read whole', async () => {
    await run(
      `CREATE TABLE big (t text); INSERT INTO big SELECT repeat('äb', 2000000) FROM generate_series(1, 2)`,
    )
    const rows = repositoryOf(db, { name: 'big', columns: [column('t', 't', 'text')] })
    for (const read of await readings(rows)) {
      expect(read.map((row) => (row as { t: string }).t === 'äb'.repeat(2_000_000))).toEqual([true, true])
    }
  })
})

describe('types of tables', () => {
  const domain = (name: string, base: TypeSchema): TypeSchema => ({
    kind: 'domain',
    schema: 'public',
    name,
    base,
  })
  const range = { kind: 'range', schema: 'pg_catalog', name: 'tstzrange', subtype: 'timestamptz' } as const
  const texts: TypeSchema = { kind: 'array', element: 'text' }
  const composite: TypeSchema = {
    kind: 'composite',
    schema: 'public',
    name: 'pair',
    fields: [
      { property: 'a', name: 'a', type: 'int4' },
      { property: 'b', name: 'b', type: 'text' },
    ],
  }
  const level: TypeSchema = { kind: 'enum', schema: 'public', name: 'level', labels: ['low', 'high'] }

  const cases: readonly (readonly [string, string, TypeSchema, unknown])[] = [
    ['a domain over an array', `'{a,NULL}'::texts`, domain('texts', texts), ['a', null]],
    ['a domain over a domain', `'{a}'::more_texts`, domain('more_texts', domain('texts', texts)), ['a']],
    [
      'a domain over a range',
      `'[2024-01-01 00:00Z,)'::period`,
      domain('period', range),
      { lower: new Date('2024-01-01T00:00:00Z'), upper: null, bounds: '[)' },
    ],
    ['a domain over an enum', `'high'::a_level`, domain('a_level', level), 'high'],
    ['a domain over an integer', `5::small`, domain('small', 'int4'), 5],
    [
      'an array of a domain',
      `'{1,NULL}'::small[]`,
      { kind: 'array', element: domain('small', 'int4') },
      [1, null],
    ],
    ['an array of enums', `'{low}'::level[]`, { kind: 'array', element: level }, ['low']],
    [
      'an array of arrays',
      `'{{1,2},{3,4}}'::int[]`,
      { kind: 'array', element: 'int4' },
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['a composite', `'(1,"x,y")'::pair`, composite, { a: 1, b: 'x,y' }],
    [
      'an array of composites',
      `'{"(1,x)"}'::pair[]`,
      { kind: 'array', element: composite },
      [{ a: 1, b: 'x' }],
    ],
    ['varchar', `'v'::varchar(3)`, 'varchar', 'v'],
    ['an array of varchar', `'{v}'::varchar(3)[]`, { kind: 'array', element: 'varchar' }, ['v']],
    ['an array of numeric', `'{1.50}'::numeric[]`, { kind: 'array', element: 'numeric' }, ['1.50']],
    [
      'an array of bytea',
      `'{"\\\\x0102"}'::bytea[]`,
      { kind: 'array', element: 'bytea' },
      [Buffer.from([1, 2])],
    ],
    ['an array of jsonb', `ARRAY['[1]'::jsonb]`, { kind: 'array', element: 'jsonb' }, [[1]]],
    ['money', `'12.5'::money`, 'money', '$12.50'],
    ['oid', `4294967295::oid`, 'oid', 4294967295],
    ['float4', `'0.1'::float4`, 'float4', 0.1],
    ['name', `'n'::name`, 'name', 'n'],
    ['bit', `B'101'`, 'bit', '101'],
    ['tsvector', `'a b'::tsvector`, 'tsvector', `'a' 'b'`],
    ['macaddr', `'08:00:2b:01:02:03'::macaddr`, 'macaddr', '08:00:2b:01:02:03'],
    ['timetz', `'04:05:06+05:45'::timetz`, 'timetz', '04:05:06+05:45'],
  ]

  beforeAll(async () => {
    await run(`
      CREATE TYPE level AS ENUM ('low', 'high'); CREATE TYPE pair AS (a int, b text);
      CREATE DOMAIN texts AS text[]; CREATE DOMAIN more_texts AS texts; CREATE DOMAIN period AS tstzrange;
      CREATE DOMAIN a_level AS level; CREATE DOMAIN small AS int`)
    for (const [index, [, value]] of cases.entries()) {
      await run(`CREATE TABLE t${index} AS SELECT 1 AS id, ${value} AS v UNION ALL SELECT 2, NULL`)
    }
  })

  it.each(cases.map(([label], index) => [label, index] as const))(
    '%s is read, and found by its value',
    async (_, index) => {
      const [, , type, value] = cases[index]!
      const rows = repositoryOf(db, {
        name: `t${index}`,
        columns: [column('id', 'id', 'int4'), column('v', 'v', type)],
        primaryKey: ['id'],
      })
      for (const read of await readings(rows)) {
        expect(read).toEqual([
          { id: 1, v: value },
          { id: 2, v: null },
        ])
      }
      const ids = async (v: unknown): Promise<unknown[]> =>
        rows.filter({ v }).valuesList('id', { flat: true }).toArray()
      expect(await ids({ exact: value })).toEqual([1])
      expect(await ids({ in: [value] })).toEqual([1])
      expect(await ids({ in: [value, null] })).toEqual([1, 2])
      expect(await ids({ ne: value })).toEqual([2])
    },
  )
})

describe('a repository', () => {
  it('holds its table as data, and makes others of its class', async () => {
    await run('CREATE TABLE plain (n int); INSERT INTO plain VALUES (1)')
    const rows = repositoryOf(db, { name: 'plain', columns: [column('n', 'n', 'int4')] })
    expect(rows.schema.name).toBe('plain')
    const count = await db.transaction().execute((trx) => {
      const inside = rows.using(trx)
      expect(inside).toBeInstanceOf(rows.constructor)
      return inside.count()
    })
    expect(count).toBe(1)
  })
})
