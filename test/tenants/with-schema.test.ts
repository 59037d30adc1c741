import { sql, CamelCasePlugin, Kysely, type KyselyPlugin, type SelectQueryBuilder } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, SluiceDialect, UsageError } from 'sluice'
import { Pool } from 'pg'
import { repositories, UsersRepository, type DB, type Repositories } from '../../generated/index.js'
import { Random } from '../queryset/random.js'
import { openShops, type Shops } from './shops.js'

let tenants: Shops
/** Each tenant's rows once more, in the default schema of a database of their own. */
const alone = new Map<string, Shops>()

beforeAll(async () => {
  tenants = await openShops({ t1: 1, t2: 2 })
  alone.set('t1', await openShops({ public: 1 }))
  alone.set('t2', await openShops({ public: 2 }))
})
afterAll(async () => {
  for (const each of [tenants, ...alone.values()]) await each[Symbol.asyncDispose]()
})

interface Readable {
  toArray(): Promise<unknown[]>
  count(): Promise<number>
  aiterator(): AsyncIterable<unknown>
  iterator(): Iterable<unknown>
}

/** A queryset that comes of chance, the same for the same numbers. */
function queryset(random: Random, repos: Repositories): Readable {
  const n = random.below(20)
  const active = repos.users.filter({ isActive: random.below(2) === 0 })
  const filtered = [
    () => repos.posts.filter({ author: { isActive: true, company: { name: { contains: 'Company' } } } }),
    () => repos.posts.filter({ authorId: { in: active } }),
    () => repos.posts.exclude({ authorId: { in: active.values('id').orderBy('id').slice(0, 3) } }),
    () =>
      repos.posts.filter((eb) =>
        eb.exists(
          sql<boolean>`${eb
            // The callback knows its own table only by its types.
            .selectFrom('users' as never)
            .where(sql.ref('users.id'), '=', sql.ref('posts.author_id'))
            .where(sql.ref('users.id'), '>', n)
            .select(sql.lit(1).as('one'))}`,
        ),
      ),
    () => repos.posts.filter({ id: { gt: n } }),
  ]
  const posts = random.pick(filtered)().orderBy('id')
  const shapes: (() => Readable)[] = [
    () => posts,
    () => posts.selectRelated('author.company', 'editor'),
    () => posts.prefetchRelated('author.postsByAuthor', 'editor'),
    () => posts.values('title').distinct().orderBy('title'),
    () =>
      posts
        .values('title')
        .union(repos.posts.filter({ id: { lt: n } }).values('title'))
        .orderBy('title'),
    () =>
      repos.users
        .filter({ postsByAuthor: { some: { id: { gt: n } } } })
        .annotate({ n: count('postsByAuthor') })
        .orderBy('-n', 'id'),
    () => repos.users.prefetchRelated({ postsByAuthor: posts.slice(0, 2) }).orderBy('id'),
    () =>
      repos.products
        .filter({ status: { in: ['active', 'draft'] }, labels: { contains: ['new'] } })
        .orderBy('id'),
    () =>
      repos.products.filter({ dimensions: { exact: { widthMm: n, heightMm: n, depthMm: 1 } } }).orderBy('id'),
    () => repos.products.prefetchRelated('categories', 'reviews').selectRelated('supplier').orderBy('id'),
    () => repos.orderSummaries.orderBy('orderId'),
    () => repos.users.filter({ email: { in: ['u1@1.example', 'u2@2.example'] } }).orderBy('id'),
  ]
  return random.pick(shapes)()
}

/** Writes that come of chance; what they return. */
async function write(random: Random, repos: Repositories, round: number): Promise<unknown> {
  const n = random.below(20) + 1
  const at = { createdAt: '2026-03-01T00:00Z' }
  const email = `w${round}@example.com`
  const writes: (() => Promise<unknown>)[] = [
    () => repos.users.create({ email, name: 'New', ...at }),
    () =>
      repos.products.bulkCreate([
        { supplierId: 1, sku: `a${round}`, name: 'A', status: 'active', labels: ['sale'], price: '1', ...at },
        {
          supplierId: 2,
          sku: `b${round}`,
          name: 'B',
          price: '2',
          dimensions: { widthMm: 1, heightMm: 2, depthMm: null },
          ...at,
        },
      ]),
    () =>
      repos.users
        .filter({ id: { lte: n }, company: { name: { contains: '1' } } })
        .update({ name: 'Changed' }),
    () => repos.posts.filter({ author: { id: n } }).delete(),
    () => repos.users.getOrCreate({ email }, { name: 'Got', ...at }),
    () => repos.users.updateOrCreate({ email: `u${n}@1.example` }, { name: `Updated ${round}`, ...at }),
    () => repos.products.bulkUpdate([{ id: n, labels: ['organic'], status: 'draft' }], ['labels', 'status']),
    () =>
      repos.products
        .update({ price: (eb) => eb('price', '+', '1') })
        .catch((error: unknown) => String(error)),
  ]
  return random.pick(writes)()
}

async function everything(of: Readable): Promise<unknown> {
  const rows = await of.toArray()
  const streamed: unknown[] = []
  for await (const row of of.aiterator()) streamed.push(row)
  expect(streamed).toEqual(rows)
  return { rows, count: await of.count() }
}

describe('one generated code serves many schemas', () => {
  it.each(['t1', 't2'])('what is read of %s is what a database of its own has', async (schema) => {
    const ways = [
      tenants.repos.withSchema(schema),
      repositories(tenants.db.withSchema(schema)),
      repositories(tenants.db.withSchema('elsewhere')).withSchema(schema),
    ]
    for (let seed = 0; seed < 60; seed++) {
      const wanted = await everything(queryset(new Random(seed), alone.get(schema)!.repos))
      const repos = ways[seed % ways.length]!
      expect([seed, await everything(queryset(new Random(seed), repos))]).toEqual([seed, wanted])
      if (seed % 6 === 0) {
        const rows = [...queryset(new Random(seed), repos).iterator()]
        expect([seed, rows]).toEqual([seed, (wanted as { rows: unknown[] }).rows])
      }
    }
  })

  it('what is written to one is not written to the other', async () => {
    const tables = ['users', 'products', 'posts'] as const
    for (let round = 0; round < 40; round++) {
      const schema = round % 2 === 0 ? 't1' : 't2'
      const other = schema === 't1' ? 't2' : 't1'
      const repos = tenants.repos.withSchema(schema)
      const before = await Promise.all(
        tables.map((name) => tenants.repos.withSchema(other)[name].orderBy('id').toArray()),
      )
      const wanted = await write(new Random(round), alone.get(schema)!.repos, round)
      expect([round, await write(new Random(round), repos, round)]).toEqual([round, wanted])
      for (const name of tables) {
        expect(await repos[name].orderBy('id').toArray()).toEqual(
          await alone.get(schema)!.repos[name].orderBy('id').toArray(),
        )
      }
      expect(
        await Promise.all(
          tables.map((name) => tenants.repos.withSchema(other)[name].orderBy('id').toArray()),
        ),
      ).toEqual(before)
    }
  })
})

describe('withSchema', () => {
  const one = () => tenants.repos.withSchema('t1')

  it('is there on a repository, a queryset and what using() gives', async () => {
    const { users, posts } = tenants.repos
    const wanted = await one().users.count()
    expect(await users.withSchema('t1').count()).toBe(wanted)
    expect(
      await users
        .filter({ id: { gt: 0 } })
        .withSchema('t1')
        .count(),
    ).toBe(wanted)
    expect(await users.using(tenants.db.withSchema('t1')).count()).toBe(wanted)
    expect(await users.all().using(tenants.db.withSchema('t1')).count()).toBe(wanted)
    await tenants.db.transaction().execute(async (trx) => {
      expect(await one().users.using(trx).count()).toBe(wanted)
      expect(await one().users.using(trx.withSchema('t2')).count()).toBe(wanted + 3)
    })
    // What is put into another takes its schema, whatever came first.
    const late = posts
      .filter({ authorId: { in: users.filter({ isActive: true }) } })
      .prefetchRelated({ author: users.all() })
    expect(await late.withSchema('t2').count()).toBe(
      await tenants.repos
        .withSchema('t2')
        .posts.filter({ author: { isActive: true } })
        .count(),
    )
    expect((await late.withSchema('t2').orderBy('id').first())?.author).toBeTruthy()
  })

  it('keeps what has a schema of its own, and refuses relations across schemas', async () => {
    const two = tenants.repos.withSchema('t2')
    const both = one().users.values('email').union(two.users.values('email'), { all: true })
    expect(await both.count()).toBe((await one().users.count()) + (await two.users.count()))
    await expect(one().users.prefetchRelated({ postsByAuthor: two.posts.all() }).toArray()).rejects.toThrow(
      'leads to t1.posts, not to t2.posts',
    )
  })

  it('takes places by schema, table and type', async () => {
    await tenants.sql(`create schema shared; create table shared.companies (like t2.companies);
      insert into shared.companies overriding system value select * from t2.companies`)
    const mixed = tenants.repos.withSchema({ public: 't1', 'public.companies': 'shared' })
    expect(await mixed.companies.count()).toBe(5)
    expect(mixed.users.filter({ company: { name: 'x' } }).toSQL().sql).toContain('"shared"."companies"')
    expect(mixed.users.toSQL().sql).toContain('"t1"."users"')
    expect(
      tenants.repos
        .withSchema({ public: 't1', 'public.product_label': 't2' })
        .products.filter({ labels: ['new'] })
        .toSQL().sql,
    ).toContain('"t1"."products"')
    expect(() => tenants.repos.withSchema({ pubic: 't1' })).toThrow(
      '"pubic", which is no schema, table or type',
    )
  })

  it.each<unknown>(['', 'a'.repeat(64), 'a\0b', '\ud800', 7, {}, undefined])('refuses %j', (schema) => {
    expect(() => tenants.repos.withSchema(schema as never)).toThrow(UsageError)
    expect(() => tenants.repos.users.withSchema(schema as never)).toThrow(UsageError)
  })

  it('quotes hostile names', async () => {
    const { sql: text } = tenants.repos.withSchema('a"; drop schema t1; --').users.toSQL()
    expect(text).toContain('"a""; drop schema t1; --"."users"')
    await expect(tenants.repos.withSchema('no such').users.count()).rejects.toThrow(
      '"no such.users" does not exist',
    )
  })

  it('is in errors, and where toKysely() goes on', async () => {
    await expect(one().users.create({ email: 'u1@1.example', name: 'Twice' })).rejects.toMatchObject({
      table: 't1.users',
      columns: ['email'],
    })
    await expect(one().users.get({ id: -1 })).rejects.toThrow('"t1.users"')
    const posts = one().posts.filter({ id: 1 }).toKysely() as unknown as SelectQueryBuilder<
      Record<string, Record<string, unknown>>,
      string,
      object
    >
    const joined = posts.innerJoin('users as author', 'author.id', 'posts.author_id')
    expect(joined.compile().sql).toContain('inner join "t1"."users" as "author"')
    expect(await joined.execute()).toHaveLength(1)
  })

  it('leaves names of WITH, aliases and qualified tables in callbacks as they are', () => {
    const dialect = new SluiceDialect({ pool: new Pool() })
    const ids = new Kysely<Record<string, { id: number }>>({ dialect })
      .with('users', (db) => db.selectFrom('posts as p').where('p.id', '<', 3).select('p.id'))
      .selectFrom('users')
      .select('users.id')
    const { sql: text } = one()
      .users.filter(() => sql<boolean>`id in (${ids})`)
      .toSQL()
    expect(text).toMatch(/with "users" as \(select "p"\."id" from "t1"\."posts" as "p"/)
    expect(text).toMatch(/from "users"/)
  })
})

describe('plugins of a Kysely instance', () => {
  it('that concern free-hand SQL alone do no harm', async () => {
    const db = new Kysely<DB>({
      dialect: new SluiceDialect({ pool: new Pool({ connectionString: tenants.database.url }) }),
      plugins: [new CamelCasePlugin(), new (class extends CamelCasePlugin {})()],
    })
    expect(await new UsersRepository(db.withSchema('t1')).count()).toBe(
      await tenants.repos.withSchema('t1').users.count(),
    )
    // As Kysely itself writes it.
    expect(new UsersRepository(db.withSchema('tenantOne')).toSQL().sql).toContain('"tenant_one"."users"')
    await db.destroy()
  })

  it.each<[string, KyselyPlugin]>([
    [
      'TenantPlugin',
      new (class TenantPlugin {
        transformQuery = ({ node }: Parameters<KyselyPlugin['transformQuery']>[0]) => node
        transformResult = ({ result }: Parameters<KyselyPlugin['transformResult']>[0]) =>
          Promise.resolve(result)
      })(),
    ],
    [
      'an object',
      { transformQuery: ({ node }) => node, transformResult: ({ result }) => Promise.resolve(result) },
    ],
    [
      'SoftDelete',
      new (class SoftDelete extends CamelCasePlugin {
        override transformQuery(args: Parameters<KyselyPlugin['transformQuery']>[0]) {
          return super.transformQuery(args)
        }
      })(),
    ],
  ])('that are others are refused by name: %s', (name, plugin) => {
    const db = tenants.db.withPlugin(plugin)
    expect(() => repositories(db)).toThrow(name)
    expect(() => tenants.repos.users.using(db)).toThrow('withoutPlugins()')
    expect(() => repositories(db.withoutPlugins())).not.toThrow()
  })
})
