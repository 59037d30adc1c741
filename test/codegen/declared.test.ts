import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../codegen/config/settings.js'
import { emit } from '../../codegen/emit/emit.js'
import { CodegenError } from '../../codegen/errors.js'
import type { Catalog } from '../../codegen/introspect/catalog.js'
import { buildModel } from '../../codegen/model/build-model.js'
import { selectTables } from '../../codegen/model/select-tables.js'
import type { TestDatabase } from '../support/database.js'
import { importGenerated, type GeneratedFolder } from './generated-folder.js'
import { relationsIn } from './relations-support.js'
import { introspected, typeErrors } from './support.js'

const schema = `
  create schema app;
  create table app.users (id int primary key, email text not null, code text unique, born date);
  create table app.orders (id int8 primary key, user_id int8 not null, user_email varchar(80), note json, at timestamptz);
  create table app.members (org int, id int, name text, primary key (org, id));
  create table app.notes (id int primary key, org int not null, author int not null);
  create table app.tags (id int not null, name text);
  create table app.order_tags (order_id int8 not null, tag_id int not null);
  create table app.known (id int primary key, user_id int constraint known_user references app.users);
  create view app.order_view as
    select o.id, o.user_id, u.email from app.orders o left join app.users u on u.id = o.user_id;
  create table app."od,d" (id int primary key, "a,b" int, "c(d)" int, "e.f" int);
  insert into app.users values (1, 'ada@x.example', 'A'), (2, 'bob@x.example', 'B');
  insert into app.orders values (10, 1, 'ada@x.example'), (11, 1, null), (12, 99, 'nobody'), (13, 2, 'bob@x.example');
  insert into app.members values (1, 1, 'Mia'), (2, 1, 'Max');
  insert into app.notes values (1, 2, 1), (2, 1, 1), (3, 9, 9);
  insert into app.tags values (1, 'new'), (2, 'old');
  insert into app.order_tags values (10, 1), (10, 2), (11, 2);
`

const settings = {
  relations: {
    'app.orders.user_id': 'app.users',
    'app.orders.user_email': { to: 'app.users.email', name: 'payer', inverse: 'paid' },
    'app.notes (org, author)': 'app.members (org, id)',
    'app.order_view.user_id': 'app.users',
    'app.order_view.id': { to: 'app.orders', inverse: 'view' },
    'app.order_tags.order_id': 'app.orders',
    'app.order_tags.tag_id': { to: 'app.tags', through: 'tagged' },
  },
  keys: {
    'app.order_view': ['id'],
    'app.tags': ['id'],
    'app.users': ['email'],
    'app.order_tags': ['order_id', 'tag_id'],
  },
} satisfies Config

let database: TestDatabase
let catalog: Catalog

beforeAll(async () => ({ database, catalog } = await introspected(schema)))
afterAll(() => database.drop())

describe('relations and keys that are declared', () => {
  it('are relations as others, in both directions and through link tables, which may lead to no row', () => {
    const relations = relationsIn(buildModel(catalog, settings))
    expect(relations).toMatchObject({
      members: ['notes → app.notes[]'],
      notes: ['authorMember → app.members?'],
      orders: [
        ...['user → app.users?', 'payer → app.users?', 'orderTags → app.order_tags[]'],
        ...['view → app.order_view?', 'tags → app.tags[] through app.order_tags'],
      ],
      orderTags: ['order → app.orders?', 'tag → app.tags?'],
      orderView: ['order → app.orders?', 'user → app.users?'],
      tags: ['orderTags → app.order_tags[]', 'tagged → app.orders[] through app.order_tags'],
    })
  })

  it('leave names of constraints as they are', () => {
    const names = { 'app.known_user': { name: 'person' } }
    const relations = relationsIn(
      buildModel(catalog, { relations: { ...settings.relations, ...names }, keys: settings.keys }),
    )
    expect(relations['known']).toEqual(['person → app.users?'])
  })

  it('take columns with any name', () => {
    const relations = {
      'app.od,d ("a,b", "c(d)")': 'app.members',
      'app.od,d."e.f"': 'app.users',
      'app.od,d.c(d)': 'app.users',
    }
    expect(relationsIn(buildModel(catalog, { relations }))['odD']).toHaveLength(3)
  })

  it('say of which keys rows may have none', () => {
    expect(buildModel(catalog, settings).notes).toEqual([
      'keys["app.order_view"]: as far as the database says, id can be NULL, and stays so in types; rows where it is have no key',
    ])
  })

  it.each<[string, Config, RegExp]>([
    [
      'an unknown column',
      { relations: { 'app.orders.usr_id': 'app.users' } },
      /relations\["app\.orders\.usr_id"\] names .* no column\. Did you mean "app\.orders\.user_id"\?/,
    ],
    [
      'an unknown table',
      { relations: { 'app.order.user_id': 'app.users' } },
      /of which there is no table\. Did you mean "app\.orders"\?/,
    ],
    [
      'an unknown target',
      { relations: { 'app.orders.user_id': 'app.user' } },
      /"app\.user", of which there is no table\. Did you mean "app\.users"\?/,
    ],
    [
      'an unknown column of a target',
      { relations: { 'app.orders.user_id': 'app.users.idd' } },
      /Did you mean "app\.users\.id"\?/,
    ],
    [
      'an unknown column among several',
      { relations: { 'app.notes (org, autor)': 'app.members' } },
      /"autor", which app\.notes has not\. Did you mean "author"\?/,
    ],
    ['a table alone', { relations: { 'app.orders': 'app.users' } }, /names no column of app\.orders/],
    [
      'types that are not compared',
      { relations: { 'app.orders.user_email': 'app.users' } },
      /app\.orders\.user_email is varchar and app\.users\.id is int4, which PostgreSQL does not compare/,
    ],
    [
      'a type without equality',
      { relations: { 'app.orders.note': 'app.users' } },
      /app\.orders\.note is json/,
    ],
    [
      'a moment that leads to a text',
      { relations: { 'app.orders.at': 'app.users.code' } },
      /is timestamptz and .* is text/,
    ],
    [
      'a target that is not unique',
      { relations: { 'app.orders.user_email': 'app.users.email' } },
      /app\.users\.email, which is not unique.*Its keys: app\.users\.id, app\.users\.code\. .*keys: \{ 'app\.users': \['email'\] \}/,
    ],
    [
      'a target without key',
      { relations: { 'app.order_tags.tag_id': 'app.tags' } },
      /app\.tags, which has no primary key.*keys: \{ 'app\.tags': \['id'\] \}/,
    ],
    [
      'too few columns',
      { relations: { 'app.notes.author': 'app.members' } },
      /is of 1 column, and what it leads to of 2: app\.members \(org, id\)/,
    ],
    [
      'what a foreign key says',
      { relations: { 'app.known.user_id': 'app.users' } },
      /foreign key app\.known\.known_user says already\. Leave it out/,
    ],
    [
      'the same twice',
      { relations: { 'app.orders.user_id': 'app.users', 'app.orders (user_id)': 'app.users.id' } },
      /declared relation app\.orders\.user_id says as well/,
    ],
    [
      'the same twice in another order',
      {
        relations: {
          'app.notes (org, author)': 'app.members',
          'app.notes (author, org)': 'app.members (id, org)',
        },
      },
      /says as well/,
    ],
    [
      'a column that leads to itself',
      { relations: { 'app.users.id': 'app.users' } },
      /leads from a column to itself/,
    ],
    [
      'a column that is named twice',
      { relations: { 'app.notes (org, org)': 'app.members' } },
      /names a column twice/,
    ],
    [
      'a name that a column has',
      { relations: { 'app.orders.user_id': { to: 'app.users', name: 'note' } } },
      /The declared relation app\.orders\.user_id sets the relation name "note".*the column note/,
    ],
    [
      'a key of an unknown table',
      { keys: { 'app.order_vew': ['id'] } },
      /keys\["app\.order_vew"\] .*Did you mean "app\.order_view"\?/,
    ],
    [
      'a key of an unknown column',
      { keys: { 'app.order_view': ['idd'] } },
      /"idd", which app\.order_view has not\. Did you mean "id"\?/,
    ],
    ['a key that is there', { keys: { 'app.users': ['id'] } }, /is a key in the database already/],
    ['a unique key that is there', { keys: { 'app.users': ['code'] } }, /is a key in the database already/],
    [
      'a key of what has no equality',
      { keys: { 'app.orders': ['note'] } },
      /"note", whose type json PostgreSQL does not compare/,
    ],
    ['a key of one column twice', { keys: { 'app.tags': ['id', 'id'] } }, /names the column "id" twice/],
    [
      'a key by its columns',
      { keys: { 'app.tags.id': ['id'] } },
      /Write the table and then its columns: \{ 'app\.tags': \['id'\] \}/,
    ],
  ])('refuse %s', (_what, config, message) => {
    const attempt = () => buildModel(catalog, { relations: config.relations ?? {}, keys: config.keys ?? {} })
    expect(attempt).toThrow(CodegenError)
    expect(attempt).toThrow(message)
  })

  it('refuse what is not generated, by the reason', () => {
    const selected = selectTables(catalog, { exclude: ['app.users'] })
    const attempt = () => buildModel(selected, { relations: { 'app.orders.user_id': 'app.users' } })
    expect(attempt).toThrow(/app\.users, which is not generated: excluded by "app\.users"/)
  })
})

describe('generated code with declared relations and keys', () => {
  let generated: GeneratedFolder
  const files = () =>
    new Map(emit(buildModel(catalog, settings)).map(({ name, text }) => [name, text] as const))

  beforeAll(async () => {
    generated = await importGenerated(files(), 'declared', database.url)
  })
  afterAll(() => generated[Symbol.asyncDispose]())

  /** The rows of a queryset, which types know nothing of here. */
  const repo = (name: string) => generated.repositories[name] as unknown as Untyped

  it('type-checks, with rows that may be missing', () => {
    const use = `
      import type { Repositories } from './index.js'
      export async function use({ orders, orderView, users, orderTags }: Repositories) {
        const [order] = await orders.selectRelated('user').prefetchRelated('view').toArray()
        const name: string | undefined = order?.user?.email
        const email: string | null | undefined = order?.view?.email
        // @ts-expect-error it may be missing
        order!.user.email
        const byId: Map<bigint, unknown> = await orderView.inBulk([1n])
        const [user] = await users.prefetchRelated('ordersByUser', 'paid').toArray()
        await orders.filter({ user: null, tags: { some: { name: 'x' } } }).toArray()
        await orderTags.filter({ order: { user: { email: 'x' } } }).toArray()
        return [name, email, byId, user?.paid]
      }`
    expect(typeErrors(new Map([...files(), ['use.ts', use]]))).toEqual([])
  })

  it('reads a missing row as null, by a join, by prefetch and by both iterators', async () => {
    const expected = [1, 1, undefined, 2]
    const orders = repo('orders').orderBy('id')
    for (const queryset of [orders.selectRelated('user'), orders.prefetchRelated('user')]) {
      expect((await queryset.toArray()).map(({ user }) => user?.id)).toEqual(expected)
      expect([...queryset.iterator({ chunkSize: 1 })].map(({ user }) => user?.id)).toEqual(expected)
      const streamed = []
      for await (const { user } of queryset.aiterator({ chunkSize: 2 })) streamed.push(user?.id)
      expect(streamed).toEqual(expected)
    }
    expect(await orders.selectRelated('user').count()).toBe(4)
  })

  it('filters across them, and by what they lead to not', async () => {
    const ids = async (filter: object) =>
      (await repo('orders').filter(filter).orderBy('id').toArray()).map(({ id }) => id)
    expect(await ids({ user: { email: 'ada@x.example' } })).toEqual([10n, 11n])
    expect(await ids({ tags: { some: { name: 'old' } } })).toEqual([10n, 11n])
    expect(await ids({ view: { email: null } })).toEqual([12n])
    expect(await ids({ not: { user: { email: 'ada@x.example' } } })).toEqual([12n, 13n])
  })

  it('leads by other columns than the key, by several, from views, and through link tables', async () => {
    const [users, notes, views, tags] = await Promise.all([
      repo('users').orderBy('id').prefetchRelated('paid', 'ordersByUser', 'orderViews').toArray(),
      repo('notes').orderBy('id').selectRelated('authorMember').toArray(),
      repo('orderView').orderBy('id').prefetchRelated('order.orderTags').selectRelated('user').toArray(),
      repo('tags').orderBy('id').prefetchRelated('tagged').toArray(),
    ])
    expect(users.map((user) => user.paid.map(({ id }) => id))).toEqual([[10n], [13n]])
    expect(users.map((user) => user.orderViews.length)).toEqual([2, 1])
    expect(notes.map((note) => note.authorMember?.name)).toEqual(['Max', 'Mia', undefined])
    expect(views.map(({ user, order }) => [user?.email, order.orderTags.length])).toEqual([
      ...[
        ['ada@x.example', 2],
        ['ada@x.example', 1],
      ],
      ...[
        [undefined, 0],
        ['bob@x.example', 0],
      ],
    ])
    expect(tags.map((tag) => tag.tagged.map(({ id }) => id))).toEqual([[10n], [10n, 11n]])
  })

  it('has rows of views by their key, and keeps it', async () => {
    const views = repo('orderView')
    const found = await views.inBulk([11n, 12n, 77n])
    expect([...found.keys()].sort()).toEqual([11n, 12n])
    expect(Object.keys((await views.only('email').first()) ?? {}).sort()).toEqual(['email', 'id'])
    expect((await views.first())?.id).toBe(10n)
    expect([...views.orderBy('-id').iterator({ chunkSize: 1 })].map(({ id }) => id)).toEqual([
      13n,
      12n,
      11n,
      10n,
    ])
    expect(await views.filter({ id: { in: [10n, 11n] } }).count()).toBe(2)
  })
})

interface Row {
  readonly id: unknown
  readonly name: string
  readonly email: string | null
  readonly user: Row | null
  readonly order: Row
  readonly authorMember: Row | null
  readonly paid: readonly Row[]
  readonly orderViews: readonly Row[]
  readonly orderTags: readonly Row[]
  readonly tagged: readonly Row[]
}

interface Untyped {
  filter(filter: object): Untyped
  orderBy(...keys: string[]): Untyped
  selectRelated(...names: string[]): Untyped
  prefetchRelated(...names: string[]): Untyped
  only(...names: string[]): Untyped
  toArray(): Promise<Row[]>
  first(): Promise<Row | undefined>
  count(): Promise<number>
  inBulk(keys: readonly unknown[]): Promise<Map<unknown, Row>>
  iterator(options?: object): Iterable<Row>
  aiterator(options?: object): AsyncIterable<Row>
}
