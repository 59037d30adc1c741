import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Kysely, sql } from 'kysely'
import { Client, Pool, type PoolClient } from 'pg'
import {
  connect,
  DecodeError,
  OptionError,
  SluiceDialect,
  UsageError,
  withLimits,
  withSettings,
  type Database,
  type SessionSettings,
} from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'

/** A third of the 30 users belong to each of three tenants; posts are everyone's, one for each user. */
const POLICIES = `
  alter table users add tenant int not null default 1;
  update users set tenant = 1 + id % 3;
  insert into posts (author_id, editor_id, title, slug) select id, nullif(id % 4, 0), 'T' || id, 's' || id from users;
  alter table users enable row level security;
  create policy own on users using (tenant = nullif(current_setting('app.tenant', true), '')::int)`

let shop: Shop
let role: string
let db: Database<DB>
let repos: Repositories

beforeAll(async () => {
  shop = await openShop({ users: 30 })
  // Roles are of the whole server.
  role = `tenant_${shop.database.name}`
  await shop.sql(POLICIES)
  await shop.sql(`create role ${role} login noinherit password 'secret'; create role ${role}_two; grant ${role}_two to ${role};
    grant all on all tables in schema public to ${role}, ${role}_two;
    create policy two on users to ${role}_two using (tenant = 3)`)
})
afterAll(async () => {
  await db.close()
  await shop.sql(`drop owned by ${role}, ${role}_two; drop role ${role}, ${role}_two`)
  await shop[Symbol.asyncDispose]()
})

function url(): string {
  const url = new URL(shop.database.url)
  url.username = role
  url.password = 'secret'
  return url.href
}

beforeEach(async () => {
  await db?.close()
  db = connect<DB>({ connectionString: url(), max: 1 })
  repos = repositories(db)
})

/** A module of workerSession. */
const SET_UP = `export default (client) => client.query("select set_config('app.tenant', '2', false)")`

const tenants = (rows: readonly { readonly id: number }[]) => new Set(rows.map(({ id }) => 1 + (id % 3)))

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

describe('withSettings', () => {
  it('sets what policies go by for its transaction, and for nothing after it', async () => {
    const read = (tenant: number) =>
      withSettings(db, { 'app.tenant': tenant }, async (db) => [
        await repos.users.using(db).toArray(),
        await collect(repos.users.using(db).aiterator({ chunkSize: 3 })),
        (await db.selectFrom('users').selectAll().execute()).map(({ id }) => ({ id })),
      ])
    expect(await repos.users.count()).toBe(0)
    for (const rows of await read(2)) expect([rows.length, ...tenants(rows)]).toEqual([10, 2])
    expect(await repos.users.count()).toBe(0)
    for (const rows of await read(3)) expect([rows.length, ...tenants(rows)]).toEqual([10, 3])
    const both = await Promise.all([read(1), read(2)])
    expect(both.map(([rows]) => [...tenants(rows!)])).toEqual([[1], [2]])
  })

  it('holds within writes and limits, and what the function returns is what it gives', async () => {
    const count = await withSettings(db, { 'app.tenant': 1n }, async (db) => {
      const users = repos.users.using(withLimits(db, { queryTimeoutMs: 5000 }))
      return [await users.all().update({ name: 'Ours' }), await users.count()]
    })
    expect(count).toEqual([10, 10])
    const [{ n }] = (await shop.sql(`select count(*)::int as n from users where name = 'Ours'`)) as [
      { n: number },
    ]
    expect(n).toBe(10)
  })

  it('rolls back by what the function throws', async () => {
    const failing = withSettings(db, { 'app.tenant': 1 }, async (db) => {
      await repos.users.using(db).all().update({ name: 'Lost' })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await shop.sql(`select 1 from users where name = 'Lost'`)).toEqual([])
    expect(await repos.users.count()).toBe(0)
  })

  it('nests, and each level has its own', async () => {
    const seen: number[][] = []
    await withSettings(db, { 'app.tenant': 1, 'app.other': 'x' }, async (outer) => {
      seen.push([...tenants(await repos.users.using(outer).toArray())])
      await withSettings(outer, { 'app.tenant': 2 }, async (inner) => {
        seen.push([...tenants(await repos.users.using(inner).toArray())])
        await withSettings(inner, { 'app.tenant': 3 }, async (deep) => {
          seen.push([...tenants(await repos.users.using(deep).toArray())])
        })
        seen.push([...tenants(await repos.users.using(inner).toArray())])
      })
      const failing = withSettings(outer, { 'app.tenant': 2 }, async (inner) => {
        await repos.users.using(inner).all().update({ name: 'Undone' })
        await sql`select 1 / 0`.execute(inner)
      })
      await expect(failing).rejects.toThrow('division by zero')
      seen.push([...tenants(await repos.users.using(outer).toArray())])
    })
    expect(seen).toEqual([[1], [2], [3], [2], [1]])
    expect(await shop.sql(`select 1 from users where name = 'Undone'`)).toEqual([])
  })

  it('inside a transaction, by Kysely or begun by hand, ends with the function', async () => {
    await db.transaction().execute(async (trx) => {
      await withSettings(trx, { 'app.tenant': 2 }, async (inner) => {
        expect(await repos.users.using(inner).count()).toBe(10)
      })
      expect(await repos.users.using(trx).count()).toBe(0)
    })
    await db.connection().execute(async (one) => {
      await sql`begin`.execute(one)
      expect(await withSettings(one, { 'app.tenant': 2 }, (inner) => repos.users.using(inner).count())).toBe(
        10,
      )
      expect(await repos.users.using(one).count()).toBe(0)
      await sql`rollback`.execute(one)
      expect(await withSettings(one, { 'app.tenant': 3 }, (inner) => repos.users.using(inner).count())).toBe(
        10,
      )
    })
  })

  it('takes a role, and gives it back', async () => {
    const asTwo = { role: `${role}_two`, 'app.tenant': 1 }
    const read = async (db: Parameters<Repositories['users']['using']>[0]) =>
      [...tenants(await repos.users.using(db).toArray())].sort()
    // Permissive policies add up.
    expect(await withSettings(db, asTwo, read)).toEqual([1, 3])
    expect(
      await withSettings(db, { 'app.tenant': 1 }, async (outer) => [
        await withSettings(outer, asTwo, read),
        await read(outer),
      ]),
    ).toEqual([[1, 3], [1]])
    await expect(withSettings(db, { role: 'postgres' }, read)).rejects.toThrow(/permission denied/)
    await expect(
      db.transaction().execute(async (trx) => {
        await expect(withSettings(trx, { role: 'no_such_role' }, read)).rejects.toThrow('does not exist')
        return repos.users.using(trx).count()
      }),
    ).resolves.toBe(0)
  })

  it('waits for what its function has started without waiting, and lets nothing be sent after it', async () => {
    const left: Promise<unknown>[] = []
    let later: (() => Promise<unknown>) | undefined
    await withSettings(db, { 'app.tenant': 2 }, (inner) => {
      left.push(
        repos.users.using(inner).count(),
        repos.users.using(inner).count(),
        repos.users.using(inner).prefetchRelated('postsByAuthor').toArray(),
      )
      later = () => repos.users.using(inner).all().update({ name: 'Late' })
      return Promise.resolve()
    })
    const [one, two, posts] = await Promise.all(left)
    expect([one, two, (posts as unknown[]).length]).toEqual([10, 10, 10])
    await expect(later!()).rejects.toThrow()
    // Also in the transaction around it, where the connection is still there.
    await db.transaction().execute(async (trx) => {
      await withSettings(trx, { 'app.tenant': 2 }, (inner) => {
        later = () => repos.users.using(inner).count()
        return Promise.resolve()
      })
      await expect(later!()).rejects.toThrow('The transaction of withSettings() is over')
    })
  })

  it('ends the streams of its function with it', async () => {
    await db.transaction().execute(async (trx) => {
      const rows = await withSettings(trx, { 'app.tenant': 2 }, async (inner) => {
        const rows = repos.users.using(inner).aiterator({ chunkSize: 1 })
        await rows.next()
        return rows
      })
      await expect(collect(rows)).rejects.toThrow('while a stream in it was open')
      expect(await repos.users.using(trx).count()).toBe(0)
    })
    const stock = await withSettings(db, { 'app.tenant': 2 }, async (inner) => {
      const rows = inner.selectFrom('users').selectAll().stream(1)
      await rows.next()
      return rows
    })
    await expect(stock.next()).rejects.toThrow()
    expect(await repos.users.count()).toBe(0)
  })

  it('refuses what would run by its settings without being its own', async () => {
    await db.transaction().execute(async (trx) => {
      await withSettings(trx, { 'app.tenant': 2 }, async () => {
        await expect(repos.users.using(trx).count()).rejects.toThrow('only what its function is given runs')
        await expect(trx.selectFrom('users').selectAll().execute()).rejects.toThrow(UsageError)
        await expect(withSettings(trx, { 'app.tenant': 3 }, () => Promise.resolve())).rejects.toThrow(
          UsageError,
        )
      })
      for await (const _ of repos.posts.using(trx).aiterator({ chunkSize: 1 })) {
        await expect(withSettings(trx, { 'app.tenant': 3 }, () => Promise.resolve())).rejects.toThrow(
          'with an open stream',
        )
        break
      }
      expect(await repos.posts.using(trx).count()).toBe(30)
    })
  })

  it.each<[string, unknown]>([
    ['no settings', {}],
    ['no object', 'app.tenant'],
    ['null', null],
    ['an undefined value', { 'app.tenant': undefined }],
    ['a null value', { 'app.tenant': null }],
    ['NaN', { 'app.tenant': NaN }],
    ['NUL', { 'app.tenant': 'a\0' }],
    ['a name with SQL', { 'app.tenant; drop table users': 1 }],
    ['an empty name', { '': 1 }],
    ['a name with spaces', { 'app tenant': 1 }],
  ])('refuses %s, before anything is sent', async (_, settings) => {
    // What does not compile is refused all the same.
    const given = settings as SessionSettings
    await expect(withSettings(db, given, () => Promise.resolve())).rejects.toThrow(OptionError)
    expect(() => repos.users.aiterator({ settings: given })).toThrow(OptionError)
    expect(() => repos.users.iterator({ settings: given })).toThrow(OptionError)
  })

  it('binds hostile values', async () => {
    const value = `'; drop table users; --"\\`
    const seen = await withSettings(
      db,
      { 'app.tenant': '2', 'app.note': value, 'App.Upper': 'é' },
      async (inner) =>
        (
          await sql<{
            note: string
            upper: string
          }>`select current_setting('app.note') as note, current_setting('app.upper') as upper`.execute(inner)
        ).rows,
    )
    expect(seen).toEqual([{ note: value, upper: 'é' }])
  })
})

describe('a stream with settings', () => {
  it('reads by them, prefetches as well, and nobody after it does', async () => {
    const settings = { 'app.tenant': 3 }
    const rows = await collect(
      repos.users.prefetchRelated('postsByAuthor').aiterator({ settings, chunkSize: 4 }),
    )
    expect([rows.length, ...tenants(rows)]).toEqual([10, 3])
    expect(await repos.users.count()).toBe(0)
    const sync = [...repos.users.prefetchRelated('usersByReferredBy').iterator({ settings, chunkSize: 4 })]
    expect([sync.length, ...tenants(sync)]).toEqual([10, 3])
    expect([...repos.users.iterator()]).toEqual([])
    expect(tenants([...repos.users.iterator({ settings: { role: `${role}_two` } })])).toEqual(new Set([3]))
    await expect(collect(repos.users.aiterator({ settings: { no_such_setting: 1 } }))).rejects.toMatchObject({
      sqlState: '42704',
    })
    expect(await collect(repos.users.aiterator())).toEqual([])
  })

  it('is refused inside a transaction', async () => {
    const settings = { 'app.tenant': 3 }
    await db.transaction().execute(async (trx) => {
      expect(() => repos.users.using(trx).aiterator({ settings })).toThrow('withSettings(trx')
      expect(await repos.users.using(trx).count()).toBe(0)
    })
    await db.connection().execute(async (one) => {
      await sql`begin`.execute(one)
      await expect(collect(repos.users.using(one).aiterator({ settings }))).rejects.toThrow(
        'withSettings(trx',
      )
      await sql`rollback`.execute(one)
      expect(await collect(repos.users.using(one).aiterator({ settings }))).toHaveLength(10)
    })
  })
})

describe('rows whose parent a policy hides', () => {
  const own = <T>(body: (repos: Repositories) => Promise<T>) =>
    withSettings(db, { 'app.tenant': 2 }, (db) => body(repositories(db)))

  it('are not lost by a join: an error says which relation it is', async () => {
    for (const read of [
      ({ posts }: Repositories) => posts.selectRelated('author').toArray(),
      ({ posts }: Repositories) => collect(posts.selectRelated('author', 'editor').aiterator()),
      ({ posts }: Repositories) => posts.prefetchRelated('author').toArray(),
      ({ posts }: Repositories) => posts.orderBy('-id').selectRelated('author').slice(0, 3).toArray(),
      ({ posts }: Repositories) => posts.prefetchRelated('author.company').toArray(),
    ]) {
      const failing = own(read)
      await expect(failing).rejects.toThrow(DecodeError)
      await expect(failing).rejects.toThrow('The row of public.users that "author" of public.posts leads to')
    }
    expect(() => [...repos.posts.selectRelated('author').iterator()]).toThrow('a policy')
  })

  it('are as many as count() says, and null where the relation may lead to no row', async () => {
    const rows = await own(({ posts }) => posts.selectRelated('editor').toArray())
    expect(rows).toHaveLength(await repos.posts.count())
    expect(
      rows.filter(({ editorId, editor }) => editorId !== null && editor === null).length,
    ).toBeGreaterThan(0)
    const some = await own(({ posts, users }) =>
      posts.prefetchRelated({ author: users.filter({ id: { gt: 0 } }) }).toArray(),
    )
    expect(some.filter(({ author }) => author === null)).toHaveLength(20)
    const all = await own(({ posts, users }) => posts.prefetchRelated({ author: users.all() }).toArray())
    expect(all.filter(({ author }) => author === null)).toHaveLength(20)
  })

  it('are left out where the filter says so', async () => {
    const seen = await own(({ posts }) =>
      posts
        .filter({ author: { id: { isNull: false } } })
        .selectRelated('author')
        .toArray(),
    )
    expect(tenants(seen.map(({ author }) => author))).toEqual(new Set([2]))
    expect(seen).toHaveLength(10)
  })

  it('are locked with their parents only where these can be', async () => {
    const locked = await own(({ posts }) =>
      posts
        .selectRelated('author')
        .selectForUpdate({ of: ['self', 'author'] })
        .toArray(),
    )
    expect(locked).toHaveLength(10)
    const failing = own(({ posts }) =>
      posts
        .selectRelated('author')
        .selectForUpdate({ of: ['self'] })
        .toArray(),
    )
    await expect(failing).rejects.toThrow(DecodeError)
  })
})

describe('iterator()', () => {
  const open = (pool: Pool, more: object = {}) => {
    const dialect = new SluiceDialect({ pool, ...more })
    return { dialect, pool }
  }

  it('refuses on a connection that is pinned, in use or not', async () => {
    await db.connection().execute(async (one) => {
      const pinned = repos.users.using(one)
      expect(() => pinned.iterator()).toThrow('db.connection()')
      await sql`select set_config('app.tenant', '2', false)`.execute(one)
      const busy = pinned.count()
      expect(() => pinned.iterator()).toThrow('db.connection()')
      expect(() => repos.users.using(withLimits(one, { queryTimeoutMs: 500 })).iterator()).toThrow(
        'db.connection()',
      )
      expect(await busy).toBe(10)
      await sql`begin`.execute(one)
      expect(() => pinned.iterator()).toThrow('db.connection()')
      await sql`rollback`.execute(one)
    })
  })

  it('is not taken for pinned by what it asks, and takes no connection to ask', async () => {
    const before = (await shop.states()).length
    expect([...repos.users.iterator()]).toEqual([])
    expect(await repos.users.count()).toBe(0)
    const held = db.transaction().execute(async () => {
      // The only connection is taken: it would wait for another.
      expect([...repos.users.iterator()]).toEqual([])
      return Promise.resolve()
    })
    await held
    expect((await shop.states()).length).toBeLessThanOrEqual(before + 2)
    expect(await repositories(connect<DB>({ connectionString: url() })).users.count()).toBe(0)
  })

  class TenantPool extends Pool {
    // As people write it: whoever connects is of a tenant.
    override connect(): Promise<PoolClient>
    override connect(
      callback: (error: Error | undefined, client?: PoolClient, done?: () => void) => void,
    ): void
    override connect(callback?: unknown): unknown {
      if (callback !== undefined) throw new Error('not here')
      return super.connect().then(async (client) => {
        await client.query(`select set_config('app.tenant', '2', false)`)
        return client
      })
    }
  }
  const set = (client: PoolClient) => void client.query(`select set_config('app.tenant', '2', false)`)

  it.each<[string, () => { readonly pool: Pool; readonly dialect: SluiceDialect }]>([
    ['connect()', () => open(new TenantPool({ connectionString: url() }))],
    ['"acquire" listener', () => open(new Pool({ connectionString: url() }).on('acquire', set))],
    ['"connect" listener', () => open(new Pool({ connectionString: url() }).on('connect', set))],
    [
      '"connect" listener',
      () =>
        open(
          new Pool({ connectionString: url() }).on('connect', function (this: Pool) {
            void this.totalCount
          }),
        ),
    ],
    [
      'verify',
      () => open(new Pool({ connectionString: url(), verify: (_: unknown, done: () => void) => done() })),
    ],
    ['onConnect', () => open(new Pool({ connectionString: url(), onConnect: set } as never))],
    [
      'onCreateConnection',
      () => open(new Pool({ connectionString: url() }), { onCreateConnection: () => Promise.resolve() }),
    ],
    [
      'class of clients',
      () =>
        open(
          new Pool({
            connectionString: url(),
            Client: class extends Client {},
          }),
        ),
    ],
  ])('refuses where connections are set up by %s, or may be', async (name, make) => {
    const { dialect } = make()
    const own = new Kysely<DB>({ dialect })
    const { users } = repositories(own)
    expect(() => users.iterator()).toThrow(name)
    expect(() => users.iterator()).toThrow('workerSession')
    // Also when the pool is in use.
    await users.count()
    expect(() => users.iterator()).toThrow(name)
    await own.destroy()
  })

  it.each<[string, object]>([
    ['settings', { settings: { 'app.tenant': 2 } }],
    ['statements', { statements: [`set app.tenant = '1'`, `set app.tenant = '2'`] }],
    ['a module', { module: 'data:text/javascript,' + encodeURIComponent(SET_UP) }],
  ])('reads as workerSession says: %s', async (_, workerSession) => {
    const { dialect } = open(new Pool({ connectionString: url() }).on('connect', set), { workerSession })
    const own = new Kysely<DB>({ dialect })
    const rows = [...repositories(own).users.iterator()]
    expect([rows.length, ...tenants(rows)]).toEqual([10, 2])
    await own.destroy()
  })

  it('runs beside instrumentation that takes no client, and where nothing is said to be set', async () => {
    let connected = 0
    const counting = new Pool({ connectionString: url() })
      .on('connect', () => void connected++)
      .on('acquire', function () {
        connected++
      })
    const { dialect } = open(counting)
    const own = new Kysely<DB>({ dialect })
    await repositories(own).posts.count()
    expect([...repositories(own).posts.iterator()]).toHaveLength(30)
    expect(connected).toBeGreaterThan(0)
    await own.destroy()
    const named = connect<DB>({
      connectionString: url(),
      onCreateConnection: () => Promise.resolve(),
      workerSession: {},
    })
    expect([...repositories(named).posts.iterator()]).toHaveLength(30)
    await named.close()
  })

  it.each<[string, object]>([
    ['pg.Pool', Pool.prototype],
    ['the class below it', Object.getPrototypeOf(Pool.prototype) as object],
  ])('runs where instrumentation has wrapped connect() of %s', async (_, prototype) => {
    const present = Object.getOwnPropertyDescriptor(prototype, 'connect')
    const original = Reflect.get(prototype, 'connect') as (...given: unknown[]) => unknown
    const value = function (this: unknown, ...given: unknown[]) {
      return original.apply(this, given)
    }
    Object.defineProperty(prototype, 'connect', { value, configurable: true, writable: true })
    try {
      const own = new Kysely<DB>({ dialect: open(new Pool({ connectionString: url() })).dialect })
      await repositories(own).posts.count()
      expect([...repositories(own).posts.iterator()]).toHaveLength(30)
      await own.destroy()
    } finally {
      if (present === undefined) Reflect.deleteProperty(prototype, 'connect')
      else Object.defineProperty(prototype, 'connect', present)
    }
  })

  it('refuses once a statement has set what others do not have, until it is reset', async () => {
    await sql`set role ${sql.raw(`${role}_two`)}`.execute(db)
    expect(await repos.users.count()).toBe(10)
    expect(() => repos.users.iterator()).toThrow('SET role')
    await sql`reset role`.execute(db)
    expect([...repos.users.iterator()]).toEqual([])
    await sql`SET SESSION app.tenant TO '2'`.execute(db)
    expect(() => repos.users.iterator()).toThrow('SET app.tenant')
    await sql`discard all`.execute(db)
    await sql`set statement_timeout = '1min'`.execute(db)
    expect([...repos.users.iterator()]).toEqual([])
  })

  it.each<[unknown, string]>([
    [{ settings: { 'a b': 1 } }, 'settings'],
    [{ statements: 'set role x' }, 'statements'],
    [{ module: './session.js' }, 'module'],
    [{ setting: {} }, '"setting"'],
    [null, 'object'],
    [7, 'object'],
  ])('refuses workerSession %j', (workerSession, text) => {
    expect(() => connect({ connectionString: url(), workerSession: workerSession as never })).toThrow(text)
  })
})
