import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  connect,
  FieldError,
  Repository,
  UniqueViolation,
  UsageError,
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
  readonly insert: Record<string, unknown>
  readonly update: Record<string, unknown>
  readonly filter: Record<string, unknown>
  readonly key: string
}

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

const column = (name: string, type: TypeSchema, property = name): ColumnSchema => ({
  property,
  name,
  type,
  nullable: true,
  optional: true,
})

/** Creates a table with SQL and a repository of it that no generator saw. */
async function tableOf(
  sql: string,
  table: Partial<TableSchema> & { readonly name: string; readonly columns: readonly ColumnSchema[] },
) {
  const client = new Client(database.url)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
  const schema: TableSchema = {
    schema: 'public',
    kind: 'table',
    primaryKey: ['id'],
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

const violation = (promise: Promise<unknown>): Promise<UniqueViolation> =>
  promise.then(
    () => expect.fail('nothing was refused'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(UniqueViolation)
      return error as UniqueViolation
    },
  )

describe('names', () => {
  it('a table named excluded has its conflicts updated', async () => {
    const rows = await tableOf('create table excluded (id int primary key, excluded text)', {
      name: 'excluded',
      columns: [column('id', 'int4'), column('excluded', 'text')],
    })
    await rows.create({ id: 1, excluded: 'old' })
    const options = {
      updateConflicts: true,
      updateFields: ['excluded'],
      uniqueFields: ['id'],
    } as const
    expect(await rows.bulkCreate([{ id: 1, excluded: 'new' }], options)).toEqual([{ id: 1, excluded: 'new' }])
    expect(await rows.filter({ id: 1 }).update({ excluded: 'set' })).toBe(1)
    expect(await rows.bulkUpdate([{ id: 1, excluded: 'each' }], ['excluded'])).toBe(1)
    expect(await rows.filter({ excluded: 'each' }).delete()).toBe(1)
  })

  it('what every object has is not taken for the value of a column', async () => {
    const rows = await tableOf('create table inherited (id int primary key, "__proto__" jsonb)', {
      name: 'inherited',
      columns: [column('id', 'int4'), column('__proto__', 'jsonb')],
    })
    await rows.create({ id: 1, ['__proto__']: { kept: true } })
    await expect(rows.bulkUpdate([{ id: 1 } as never], ['__proto__'])).rejects.toThrow(
      /__proto__ is undefined/,
    )
  })
})

describe('a row', () => {
  it('is no object that keeps its fields elsewhere', async () => {
    const rows = await tableOf('create table plain (id int primary key default 1, v text)', {
      name: 'plain',
      columns: [column('id', 'int4'), column('v', 'text')],
    })
    const promise = Promise.resolve({ v: 'lost' }) as never
    await expect(rows.create(promise)).rejects.toThrow(FieldError)
    await expect(rows.create(new Map([['v', 'lost']]) as never)).rejects.toThrow(FieldError)
    await expect(rows.bulkCreate([promise])).rejects.toThrow(/Row 1 of bulkCreate\(\)/)
    await expect(rows.bulkCreate(promise)).rejects.toThrow(/is an await missing/)
    await expect(rows.bulkUpdate('ab' as never, ['v'])).rejects.toThrow(UsageError)
    expect(await rows.count()).toBe(0)
    expect(await rows.create({})).toEqual({ id: 1, v: null })
  })
})

describe('rows that refer to each other', () => {
  const tree = () =>
    tableOf(
      `drop table if exists tree;
       create table tree (id int primary key, parent int constraint up references tree, place int default 0)`,
      {
        name: 'tree',
        columns: [column('id', 'int4'), column('parent', 'int4'), column('place', 'int4')],
        foreignKeys: [
          {
            name: 'up',
            columns: ['parent'],
            references: { schema: 'public', table: 'tree', columns: ['id'] },
          },
        ],
      },
    )

  it('are created in their order, whatever fields they give', async () => {
    const rows = [
      { id: 1, parent: null },
      { id: 2, parent: 1, place: 5 },
      { id: 3, parent: 2 },
      { id: 4, parent: 3, place: 5 },
      { id: 5 },
      { id: 6, parent: 5 },
    ]
    const array = await tree()
    const created = await array.bulkCreate(rows)
    expect(created.map(({ id, parent }) => `${String(id)}<${String(parent)}`)).toEqual(
      '1<null 2<1 3<2 4<3 5<null 6<5'.split(' '),
    )
    expect(await (await tree()).bulkCreate(rows.values())).toBe(6)
  })
})

describe('the same key twice', () => {
  it.each([
    ['numeric', '15', '+1.50e1'],
    ['numeric', '-0.10', '-.1'],
    ['numeric', '0', '-0.00'],
    ['bpchar', 'a', 'a  '],
  ])('is seen in whatever way a %s is written: %j and %j', async (type, one, other) => {
    const name = `keys_${Buffer.from(one + other).toString('hex')}`
    const rows = await tableOf(`create table ${name} (id ${type} primary key, v text)`, {
      name,
      columns: [column('id', type), column('v', 'text')],
    })
    await rows.create({ id: one, v: 'old' })
    const twice = [
      { id: one, v: 'a' },
      { id: other, v: 'b' },
    ]
    await expect(rows.bulkUpdate(twice, ['v'])).rejects.toThrow(/Row 2 of bulkUpdate\(\) .* has the same key/)
    await expect(
      rows.bulkCreate(twice, { updateConflicts: true, updateFields: ['v'], uniqueFields: ['id'] }),
    ).rejects.toThrow(/Row 2 of bulkCreate\(\) .* has the same key/)
    expect((await rows.get({ id: one }))['v']).toBe('old')
  })

  it('is not seen in different numbers', async () => {
    const rows = await tableOf('create table numbers (id numeric primary key, v text)', {
      name: 'numbers',
      columns: [column('id', 'numeric'), column('v', 'text')],
    })
    const ids = ['1', '10', '100', '-1', '0.1', '0.01', '1.01', '101', '0', 'NaN', '1e5', '1e-5', 'Infinity']
    await rows.bulkCreate(ids.map((id) => ({ id })))
    const changed = ids.map((id) => ({ id, v: id }))
    expect(await rows.bulkUpdate(changed, ['v'])).toBe(ids.length)
  })
})

describe('the columns of a unique key', () => {
  it('are told by their properties in a partition too', async () => {
    const rows = await tableOf(
      `create table parts (part_id int primary key) partition by range (part_id);
       create table parts_1 partition of parts for values from (0) to (9)`,
      {
        name: 'parts',
        kind: 'partitioned table',
        columns: [column('part_id', 'int4', 'partId')],
        primaryKey: ['partId'],
      },
    )
    await rows.create({ partId: 1 })
    expect(await violation(rows.create({ partId: 1 }))).toMatchObject({
      table: 'public.parts_1',
      columns: ['partId'],
    })
  })

  it('are not made up where it is one of expressions, and may have any name', async () => {
    const rows = await tableOf(
      `create table keyed (id int primary key, "a, b" text, "c)=(" text unique);
       create unique index on keyed (coalesce("a, b", 'x'), id);
       create unique index on keyed ("a, b", lower("a, b"));
       create unique index on keyed ("a, b", "c)=(")`,
      {
        name: 'keyed',
        columns: [column('id', 'int4'), column('a, b', 'text', 'ab'), column('c)=(', 'text', 'c')],
      },
    )
    await rows.create({ id: 1, ab: 'x', c: 'y' })
    expect((await violation(rows.create({ id: 2, ab: 'x', c: 'z' }))).columns).toEqual([])
    expect((await violation(rows.create({ id: 2, ab: 'z', c: 'y' }))).columns).toEqual(['c'])
    expect((await violation(rows.create({ id: 1, ab: 'q', c: 'q' }))).columns).toEqual(['id'])
  })
})
