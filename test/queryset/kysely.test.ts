import {
  CamelCasePlugin,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type LogEvent,
} from 'kysely'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SluiceDialect, UsageError } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { everyType } from './every-type.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(everyType)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('toSQL', () => {
  it('is what the server is sent, with parameters in place of operands', () => {
    const { sql, parameters } = shop.repos.users
      .filter({ isActive: true, name: { contains: '50%' } })
      .orderBy('-id')
      .only('name')
      .slice(5, 15)
      .toSQL()
    expect(sql.replace(/[()]/g, '')).toBe(
      'select "users"."id" as "id", "users"."name" as "name" from "public"."users" as "users" ' +
        'where "users"."is_active" = $1 and "users"."name" like $2 order by "users"."id" desc limit $3 offset $4',
    )
    expect(parameters).toEqual(['t', String.raw`%50\%%`, '10', '5'])
  })

  it('of none() asks for no row', async () => {
    const { sql, parameters } = shop.repos.users.none().toSQL()
    const { rows } = await new Pool({ connectionString: shop.database.url, max: 1 })
      .connect()
      .then(async (client) => {
        try {
          return await client.query(sql, [...parameters])
        } finally {
          client.release(true)
        }
      })
    expect(rows).toEqual([])
  })
})

describe('toKysely', () => {
  it('goes on where the queryset ends', async () => {
    const rows = await shop.repos.users
      .filter({ id: { lte: 2 } })
      .only('email')
      .toKysely()
      .where('is_active', '=', true)
      .execute()
    expect(rows).toEqual([{ id: 1, email: 'ada@example.com' }])
  })

  it('adds its conditions to all of the queryset’s', async () => {
    const either = shop.repos.users.filter({ or: [{ id: 1 }, { id: 2 }] })
    expect(await either.toKysely().where('is_active', '=', false).execute()).toHaveLength(1)
  })

  it('has the slice and the order', async () => {
    const rows = await shop.repos.users.orderBy('-id').slice(0, 1).values('id').toKysely().execute()
    expect(rows).toEqual([{ id: 2 }])
  })

  it('of none() has no rows', async () => {
    expect(await shop.repos.users.none().toKysely().execute()).toEqual([])
  })

  it.each(['users', 'products', 'coupons', 'payments', 'posts', 'userProfiles'] as const)(
    'reads the values that the queryset reads: %s',
    async (table) => {
      const rows = shop.repos[table].orderBy(shop.repos[table].schema.primaryKey[0] as never)
      expect(await rows.toKysely().execute()).toStrictEqual(await rows.toArray())
    },
  )

  it('nests joined rows as the queryset does, and leaves what is selected in their place as it is', async () => {
    const { orders, users, categories } = shop.repos
    const joined = orders.orderBy('id').selectRelated('user.company', 'billingAddress', 'coupon')
    expect(await joined.toArray()).not.toEqual([])
    expect(await joined.toKysely().execute()).toStrictEqual(await joined.toArray())
    const narrow = orders.orderBy('id').only('id').selectRelated('user')
    expect(await narrow.toKysely().execute()).toStrictEqual(await narrow.toArray())
    const self = categories.orderBy('id').selectRelated('parent.parent')
    expect(await self.toKysely().execute()).toStrictEqual(await self.toArray())
    const streamed: unknown[] = []
    for await (const row of users.orderBy('id').selectRelated('company').toKysely().stream())
      streamed.push(row)
    expect(streamed).toStrictEqual(await users.orderBy('id').selectRelated('company').toArray())
    const other = joined.toKysely().clearSelect().select('orders.id')
    expect(await other.execute()).toEqual(await joined.values('id').toArray())
  })

  it('refuses rows that are completed by other queries', () => {
    expect(() => shop.repos.users.prefetchRelated('orders').toKysely()).toThrow(
      /toKysely\(\) after prefetchRelated/,
    )
  })

  it('refuses rows that are not objects, which Kysely does not have', () => {
    expect(() => shop.repos.users.valuesList('id').toKysely()).toThrow(UsageError)
    expect(() => shop.repos.users.valuesList('id', { flat: true }).toKysely()).toThrow(UsageError)
  })

  it('runs where using() says', async () => {
    await shop.db
      .transaction()
      .execute(async (trx) => {
        await trx.deleteFrom('categories').execute()
        expect(await shop.repos.categories.using(trx).toKysely().execute()).toEqual([])
        expect(await shop.repos.categories.all().using(trx).toKysely().execute()).toEqual([])
        expect((await shop.repos.categories.toKysely().execute()).length).toBe(2)
        throw new Error('undo')
      })
      .catch((error: Error) => expect(error.message).toBe('undo'))
  })
})

describe('using', () => {
  it('binds a queryset, and a repository with all its methods, to a transaction', async () => {
    await shop.db
      .transaction()
      .execute(async (trx) => {
        await trx.updateTable('categories').set({ name: 'Changed' }).where('id', '=', 1).execute()
        const changed = shop.repos.categories.filter({ name: 'Changed' })
        expect(await changed.count()).toBe(0)
        expect(await changed.using(trx).count()).toBe(1)
        const inside = shop.repos.categories.using(trx)
        expect(inside).toBeInstanceOf(shop.repos.categories.constructor)
        expect(inside.schema).toBe(shop.repos.categories.schema)
        expect((await inside.get({ id: 1 })).name).toBe('Changed')
        const names: string[] = []
        for await (const { name } of inside.orderBy('id').aiterator({ chunkSize: 1 })) {
          names.push(name)
          expect(await inside.count()).toBe(2)
        }
        expect(names).toEqual(['Changed', 'Sub'])
        throw new Error('undo')
      })
      .catch((error: Error) => expect(error.message).toBe('undo'))
  })

  it('starts with an empty cache', async () => {
    const rows = shop.repos.categories.filter({ id: 1 })
    await rows.toArray()
    await shop.db
      .transaction()
      .execute(async (trx) => {
        await trx.deleteFrom('categories').execute()
        expect(await rows.using(trx).toArray()).toEqual([])
        throw new Error('undo')
      })
      .catch((error: Error) => expect(error.message).toBe('undo'))
  })

  it('iterator() within it is refused at the call, saying why', async () => {
    await shop.db.transaction().execute(async (trx) => {
      await Promise.resolve()
      expect(() => shop.repos.users.using(trx).iterator()).toThrow(UsageError)
      expect(() => shop.repos.users.using(trx).iterator()).toThrow(/inside a transaction.*aiterator\(\)/)
    })
  })

  it('a Kysely instance of another database is refused, saying which dialect to use', async () => {
    const other = new Kysely<DB>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    })
    const message =
      /dialect of PostgreSQL, not SqliteAdapter.*connect\(\{ connectionString \}\).*new SluiceDialect\(\{ pool \}\)/
    expect(() => repositories(other)).toThrow(UsageError)
    expect(() => repositories(other)).toThrow(message)
    expect(() => shop.repos.users.using(other)).toThrow(message)
    expect(() => shop.repos.users.filter({ id: 1 }).using(other)).toThrow(message)
    await other.destroy()
  })

  it('a Kysely instance without a database has SQL, and is refused when it is asked', async () => {
    const other = new Kysely<DB>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    })
    const { users } = repositories(other)
    expect(users.toSQL()).toEqual(shop.repos.users.toSQL())
    await expect(users.count()).rejects.toThrow(UsageError)
    await expect(users.create({ email: 'a@example.com', name: 'a' })).rejects.toThrow('gave no answer')
    await other.destroy()
  })

  it('a Kysely instance made with SluiceDialect is taken', async () => {
    const own = new Kysely<DB>({
      dialect: new SluiceDialect({ pool: new Pool({ connectionString: shop.database.url }) }),
    })
    expect(await repositories(own).users.count()).toBe(2)
    expect(await shop.repos.users.filter({ id: 1 }).using(own).count()).toBe(1)
    await own.destroy()
  })
})

describe('the Kysely instance', () => {
  it('has plugins that do not touch querysets', async () => {
    const db = shop.open({ plugins: [new CamelCasePlugin()] })
    const { users, products } = repositories(db)
    const plain = shop.repos.users.orderBy('id')
    const camel = users.orderBy('id')
    expect(camel.toSQL()).toEqual(plain.toSQL())
    expect(await camel.toArray()).toStrictEqual(await plain.toArray())
    const streamed = []
    for await (const row of camel.aiterator()) streamed.push(row)
    expect(streamed).toStrictEqual(await plain.toArray())
    // A plugin that maps nested objects would rewrite this one's keys.
    expect((await products.get({ id: 1 })).dimensions).toStrictEqual({
      widthMm: 1,
      heightMm: 2,
      depthMm: null,
    })
    expect(await camel.values('isActive').toKysely().execute()).toEqual(
      await plain.values('isActive').toArray(),
    )
  })

  it('has a log that hears of reads and streams', async () => {
    const events: LogEvent[] = []
    const db = shop.open({ log: (event: LogEvent) => void events.push(event) })
    const { users } = repositories(db)
    const rows = users.filter({ name: 'Ada' })
    await rows.toArray()
    await users.count()
    for await (const _ of rows.aiterator());
    const logged = events.filter(({ query }) => query.sql.startsWith('select'))
    expect(logged.map(({ level }) => level)).toEqual(['query', 'query', 'query'])
    expect(logged[0]?.query).toMatchObject(rows.toSQL())
    expect(logged[2]?.query).toMatchObject(rows.toSQL())
  })

  it.each(['aiterator', 'iterator'] as const)(
    'has a log that hears of %s, without the loop',
    async (form) => {
      const events: LogEvent[] = []
      const db = shop.open({ log: (event: LogEvent) => void events.push(event) })
      const rows = repositories(db).users.all().prefetchRelated('orders')
      let inLoop = 0
      for await (const _ of rows[form]({ chunkSize: 1 })) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
        inLoop++
      }
      expect(inLoop).toBeGreaterThan(1)
      const logged = events.filter(({ query }) => query.sql.startsWith('select'))
      expect(logged.filter(({ query }) => query.sql === rows.toSQL().sql)).toHaveLength(1)
      expect(logged).toHaveLength(1 + inLoop)
      const stream = logged.find(({ query }) => query.sql === rows.toSQL().sql)
      expect(stream).toMatchObject({ level: 'query', isStream: true })
      if (form === 'aiterator') expect(stream?.queryDurationMillis).toBeLessThan(inLoop * 1000)
      const failing = repositories(db).users.filter({ name: { regex: '(' } })
      await expect(
        (async () => {
          for await (const _ of failing[form]());
        })(),
      ).rejects.toMatchObject({ sqlState: '2201B' })
      expect(events.filter(({ level }) => level === 'error')).toHaveLength(1)
    },
  )

  it.each(['aiterator', 'iterator'] as const)(
    'has a log that hears of %s on SluiceDialect, without the loop',
    async (form) => {
      const events: LogEvent[] = []
      const pool = new Pool({ connectionString: shop.database.url, max: 1 })
      const dialect = new SluiceDialect({ pool, values: 'sluice' })
      const db = new Kysely<DB>({ dialect, log: (event) => void events.push(event) })
      const { users } = repositories(db)
      const rows = users.all().prefetchRelated('orders')
      let inLoop = 0
      for await (const _ of rows[form]({ chunkSize: 1 })) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
        inLoop++
      }
      await expect(
        (async () => {
          for await (const _ of users.filter({ name: { regex: '(' } })[form]());
        })(),
      ).rejects.toMatchObject({ sqlState: '2201B' })
      const logged = () => events.filter(({ query }) => query.sql.startsWith('select'))
      await vi.waitFor(() => expect(logged()).toHaveLength(2 + inLoop))
      const streams = logged().filter(({ query }) => query.sql === rows.toSQL().sql)
      expect(streams).toMatchObject([{ level: 'query', isStream: true }])
      // The first of iterator() waits for its worker to start.
      if (form === 'aiterator') expect(streams[0]?.queryDurationMillis).toBeLessThan(inLoop * 1000)
      expect(logged().filter(({ level }) => level === 'error')).toHaveLength(1)
      expect((await db.selectFrom('users').select('id').execute()).length).toBe(inLoop)
      await db.destroy()
    },
  )

  it('has a log that hears of failures', async () => {
    const events: LogEvent[] = []
    const db = shop.open({ log: (event: LogEvent) => void events.push(event) })
    const { users } = repositories(db)
    await expect(users.filter({ name: { regex: '(' } }).toArray()).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      sqlState: '2201B',
      table: 'public.users',
      rowsDelivered: 0,
    })
    expect(events.filter(({ level }) => level === 'error')).toHaveLength(1)
  })
})
