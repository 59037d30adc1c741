import { afterAll, beforeAll, expect, it } from 'vitest'
import { Client } from 'pg'
import { connect, Repository, SchemaRegistry, type Database, type KyselyHandle, type Model } from 'sluice'
import { createTestDatabase, type TestDatabase } from '../support/database.js'
import { tableSchema } from '../support/table-schema.js'
import { openShop, type Shop } from '../support/shop.js'

/** A table whose rows refer to others by another field than their primary key. */
const nodes = tableSchema(
  'nodes',
  { id: 'int4', num: 'int4', parent: 'int4?' },
  {
    primaryKey: ['id'],
    uniqueKeys: [['num']],
    foreignKeys: [
      {
        name: 'nodes_parent_fkey',
        columns: ['parent'],
        references: { schema: 'public', table: 'nodes', columns: ['num'] },
      },
    ],
    relations: [
      {
        name: 'above',
        kind: 'one',
        nullable: true,
        target: 'public.nodes',
        columns: ['parent'],
        targetColumns: ['num'],
      },
    ],
  },
)

interface NodesModel extends Model {
  readonly name: 'nodes'
  readonly row: { readonly id: number; readonly num: number; readonly parent: number | null }
  readonly key: 'id'
  readonly filter: Readonly<Record<string, unknown>>
}

class Nodes extends Repository<NodesModel> {
  constructor(kysely: KyselyHandle) {
    super(kysely, nodes, new SchemaRegistry([nodes]))
  }
}

let database: TestDatabase
let db: Database<object>
let shop: Shop
beforeAll(async () => {
  database = await createTestDatabase()
  const client = new Client(database.url)
  await client.connect()
  await client.query(`
    create table nodes (id int primary key, num int not null unique, parent int references nodes (num));
    insert into nodes values (1, 42, null), (2, 1, 42), (3, 7, 1)`)
  await client.end()
  db = connect<object>({ connectionString: database.url })
  shop = await openShop({ users: 3 })
})
afterAll(async () => {
  await db.close()
  await database.drop()
  await shop[Symbol.asyncDispose]()
})

const ids = async (rows: { toArray(): Promise<{ readonly id: number }[]> }) =>
  (await rows.toArray()).map(({ id }) => id)

it('whole rows in "in" go by the field that the foreign key refers to', async () => {
  const all = new Nodes(db)
  expect(await ids(all.filter({ parent: { in: all.filter({ num: 42 }) } }))).toEqual([2])
  expect(await ids(all.filter({ parent: { notIn: all.filter({ num: 42 }) } }).orderBy('id'))).toEqual([1, 3])
  expect(await ids(all.filter({ parent: { in: all.filter({ id: 2 }).orderBy('num').slice(0, 1) } }))).toEqual(
    [3],
  )
  expect(
    await ids(all.filter({ parent: { in: all.filter({ num: { in: [1, 42] } }).distinct() } }).orderBy('id')),
  ).toEqual([2, 3])
  // What names its field is that field.
  expect(await ids(all.filter({ parent: { in: all.values('id') } }))).toEqual([3])
  expect(await ids(all.filter({ id: { in: all.filter({ num: 1 }) } }))).toEqual([2])
})

it('those of another table are refused, where a foreign key tells', () => {
  const { users, posts } = shop
  expect(() => users.filter({ companyId: { in: posts.all() } })).toThrow(
    'public.users.companyId refers to public.companies, and the queryset is of public.posts: name the field that is meant by values()',
  )
  expect(() => users.filter({ companyId: { in: posts.values('id') } })).not.toThrow()
})

it('what is iterable, and no array, is to be made one', () => {
  const { users } = shop
  const set = new Set([1]) as never
  expect(() => users.filter({ id: { in: set } })).toThrow('Make an array of it: [...values].')
})

it('a field that is no relation is said to be none', () => {
  const { users } = shop
  expect(() => users.orderBy('name.foo' as never)).toThrow(
    '"name" of public.users is a field, and no relation',
  )
})
