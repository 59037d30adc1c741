import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  Repository,
  SchemaRegistry,
  type KyselyHandle,
  type Model,
  type RelationSchema,
  type TableSchema,
  type TypeSchema,
  type ToMany,
  type ToOne,
} from 'sluice'
import { openLibrary, type Library } from '../support/library.js'

interface Row {
  id: number
  code: unknown
}
interface BaseModel extends Model {
  readonly row: Row
  readonly key: 'id'
  readonly filter: object
  readonly insert: Row
  readonly update: Partial<Row>
  readonly columns: object
}
interface ParentModel extends BaseModel {
  readonly name: 'parents'
  readonly relations: { readonly children: ToMany<ChildModel> }
}
interface ChildModel extends BaseModel {
  readonly name: 'children'
  readonly relations: { readonly parent: ToOne<ParentModel, true> }
}

const INT4_RANGE: TypeSchema = { kind: 'range', schema: 'pg_catalog', name: 'int4range', subtype: 'int4' }
const PLACE: TypeSchema = {
  ...{ kind: 'composite', schema: 'public', name: 'place' },
  fields: [
    { property: 'number', name: 'number', type: 'int4' },
    { property: 'name', name: 'name', type: 'text' },
  ],
}

let library: Library
beforeAll(async () => {
  library = await openLibrary(1, { max: 1 })
  await library.sql('create extension if not exists citext; create type place as (number int4, name text)')
})
afterAll(() => library[Symbol.asyncDispose]())

/** Two tables whose foreign key is of a type: a parent and two children, spelled in two ways, and rows without a key. */
async function family(type: string, spelling: string, other: string, readAs: TypeSchema = type) {
  await library.sql(`
    drop table if exists children, parents;
    create table parents (id integer primary key, code ${type} unique);
    create table children (id integer primary key, code ${type} references parents (code));
    insert into parents values (1, '${spelling}'), (2, null);
    insert into children values (1, '${other}'), (2, '${spelling}'), (3, null)`)
  const table = (name: string, relation: RelationSchema): TableSchema => ({
    ...{ schema: 'public', name, kind: 'table', primaryKey: ['id'], uniqueKeys: [['code']], foreignKeys: [] },
    columns: [
      { property: 'id', name: 'id', type: 'int4', nullable: false, optional: false },
      { property: 'code', name: 'code', type: readAs, nullable: true, optional: true },
    ],
    relations: [relation],
  })
  const key = { columns: ['code'], targetColumns: ['code'] }
  const parents = table('parents', {
    ...{ name: 'children', kind: 'many', nullable: false, target: 'public.children' },
    ...key,
  })
  const children = table('children', {
    ...{ name: 'parent', kind: 'one', nullable: true, target: 'public.parents' },
    ...key,
  })
  const schemas = new SchemaRegistry([parents, children])
  class Parents extends Repository<ParentModel> {
    constructor(kysely: KyselyHandle) {
      super(kysely, parents, schemas)
    }
  }
  class Children extends Repository<ChildModel> {
    constructor(kysely: KyselyHandle) {
      super(kysely, children, schemas)
    }
  }
  return { parents: new Parents(library.db), children: new Children(library.db) }
}

it.each([
  ['int8', '9007199254740993', '9007199254740993'],
  ['text', 'a"{},\\', 'a"{},\\'],
  ['uuid', '6f2c1c1e-1111-4111-8111-11111111111a', '6F2C1C1E-1111-4111-8111-11111111111A'],
  ['bytea', '\\x00ff', '\\x00FF'],
  ['timestamp', '2024-01-01 00:00:00.123456', '2024-01-01 00:00:00.123456'],
  ['timestamptz', '2024-01-01 00:00:00.123456+00', '2024-01-01 01:00:00.123456+01'],
  ['numeric', '1.0', '1.00'],
  ['citext', 'Ab', 'aB'],
  ['bpchar', 'a ', 'a'],
  ['float8', '-0', '0'],
  ['interval', '24 hours', '1 day'],
  ['jsonb', '{"a":1.0}', '{"a":1}'],
  ['int4[]', '{1,NULL,3}', '{1, null, 3}', { kind: 'array', element: 'int4' }],
  ['text[]', '{"a,b",""}', '{"a,b",""}', { kind: 'array', element: 'text' }],
  ['int4range', '[1,3)', '[1,2]', INT4_RANGE],
  ['int4range[]', '{"[1,3)",empty}', '{"[1,2]","(1,1)"}', { kind: 'array', element: INT4_RANGE }],
  ['place', '(1,"a,b")', '(1,"a,b")', PLACE],
] satisfies [type: string, spelling: string, other: string, readAs?: TypeSchema][])(
  'keys of %s find the rows that are equal to the server',
  async (type, spelling, other, readAs?: TypeSchema) => {
    const { parents, children } = await family(type, spelling, other, readAs)
    const own = parents.orderBy('id').prefetchRelated({ children: children.orderBy('id') })
    const expected = [[1, 2], []]
    expect((await own.toArray()).map((row) => row.children.map(({ id }) => id))).toEqual(expected)
    const streamed = [...own.iterator({ chunkSize: 1 })]
    expect(streamed.map((row) => row.children.map(({ id }) => id))).toEqual(expected)
    const last = parents.orderBy('id').prefetchRelated({ children: children.orderBy('-id').slice(0, 1) })
    expect((await last.toArray()).map((row) => row.children.map(({ id }) => id))).toEqual([[2], []])
    const up = children.orderBy('id').prefetchRelated('parent').selectRelated('parent')
    expect((await up.toArray()).map((row) => row.parent?.id)).toEqual([1, 1, undefined])
    const into = await own.orderBy().prefetchInto(await parents.orderBy('id').toArray())
    expect(into.map((row) => row.children.map(({ id }) => id))).toEqual(expected)
    const joined = children.orderBy('id').selectRelated('parent').prefetchRelated('parent.children')
    expect((await joined.toArray()).map((row) => row.parent?.children.length)).toEqual([2, 2, undefined])
    const apart = children.orderBy('id').only('id').prefetchRelated('parent')
    expect((await apart.toArray()).map((row) => row.parent?.id)).toEqual([1, 1, undefined])
  },
)

it.each([
  ['timestamp', '2024-01-01 00:00:00.123456'],
  ['date', '2024-01-01'],
])('keys of %s that rows have as a Date find their rows', async (type, value) => {
  const { parents, children } = await family(type, value, value, { kind: 'converted', type, as: 'Date' })
  const own = await parents.orderBy('id').prefetchRelated('children').toArray()
  expect(own.map((row) => row.children.map(({ id }) => id))).toEqual([[1, 2], []])
  const into = await parents.prefetchRelated('children').prefetchInto(await parents.orderBy('id').toArray())
  expect(into.map((row) => row.children.map(({ id }) => id))).toEqual([[1, 2], []])
  const up = await children.orderBy('id').prefetchRelated('parent').toArray()
  expect(up.map((row) => row.parent?.id)).toEqual([1, 1, undefined])
})
