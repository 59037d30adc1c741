import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect, SluiceDialect, type SluiceError } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'
import { failureOf } from './support/fault-database.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 60, connect: { max: 1, acquireTimeoutMs: 100 } })
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('waiting for a connection', () => {
  it.each<[string, (shop: Shop) => Promise<unknown>]>([
    ['a read', ({ users }) => users.count()],
    ['a write', ({ users }) => users.create({ email: 'a@b', name: 'A' })],
    ['a stream', ({ users }) => users.aiterator().next()],
    ['free-hand SQL', ({ db }) => sql`select 1`.execute(db)],
    ['a transaction', ({ db }) => db.transaction().execute(() => Promise.resolve())],
  ])('has a code of its own, by which a server can answer 503: %s', async (_, wanted) => {
    await shop.db.connection().execute(async () => {
      expect(await failureOf(wanted(shop))).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
    })
  })
})

describe('a closed database', () => {
  const uses: readonly [string, (db: Kysely<DB>) => unknown][] = [
    ['count', (db) => repositories(db).users.count()],
    ['create', (db) => repositories(db).users.create({ email: 'a@b', name: 'A' })],
    ['aiterator', (db) => repositories(db).users.aiterator().next()],
    ['iterator', (db) => repositories(db).users.iterator().next()],
  ]
  const freeHand: typeof uses = [
    ['free-hand SQL', (db) => sql`select 1`.execute(db)],
    ['a transaction', (db) => db.transaction().execute(() => Promise.resolve())],
  ]
  const closed = { code: 'DATABASE_CLOSED', message: expect.stringContaining('is closed') as string }

  it.each([...uses, ...freeHand])('says so to %s, also before its first use', async (_, use) => {
    const unused = connect<DB>({ connectionString: shop.database.url })
    await unused.close()
    expect(await failureOf(Promise.resolve().then(() => use(unused)))).toMatchObject(closed)

    const used = connect<DB>({ connectionString: shop.database.url })
    await repositories(used).users.count()
    await used.close()
    expect(await failureOf(Promise.resolve().then(() => use(used)))).toMatchObject(closed)
  })

  it.each(uses)("says so to %s, by Kysely's own destroy()", async (_, use) => {
    const pool = new pg.Pool({ connectionString: shop.database.url })
    const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
    await repositories(db).users.count()
    await db.destroy()
    expect(await failureOf(Promise.resolve().then(() => use(db)))).toMatchObject(closed)
  })
})

describe('what is missing', () => {
  it.each([undefined, '', null])('a connection string that is %j is told by its name', (connectionString) => {
    // As a variable of the environment would be that is not set.
    expect(() => connect({ connectionString } as object)).toThrow(
      /^The connectionString of connect\(\) is .*set/,
    )
  })

  it('settings that are none are told', () => {
    for (const settings of [
      undefined,
      null,
      'postgres://x',
      [],
      new Map(),
      new URL('postgres://x'),
      new AbortController().signal,
    ])
      expect(() => connect(settings as never)).toThrow(/connect\(\) takes its settings as an object/)
  })

  it.for<object>([{}, { password: undefined }, { password: '' }])(
    'a password that is %j is told',
    async (given, { skip }) => {
      const { hostname: host, port, username: user, pathname, password } = new URL(shop.database.url)
      skip(password === '', 'The server asks for no password.')
      const db = connect<DB>({ host, port: Number(port), user, database: pathname.slice(1), ...given })
      const message = /the server asks for a password, and none was given/
      expect(await failureOf(repositories(db).users.count())).toMatchObject({
        message: expect.stringMatching(message) as string,
        isRetryable: false,
      })
      expect(await failureOf(sql`select 1`.execute(db))).toMatchObject({
        message: expect.stringMatching(message) as string,
      })
      await db.close()
    },
  )
})

describe('a statement of a failed transaction', () => {
  const wanted = /earlier statement of it failed \(.*"nowhere" does not exist\): .*nowhere/

  it.each<[string, (db: Kysely<DB>) => Promise<unknown>]>([
    ['a read', (db) => repositories(db).users.count()],
    ['a write', (db) => repositories(db).users.filter({ id: 1 }).update({ name: 'x' })],
    ['free-hand SQL', (db) => sql`select 1`.execute(db)],
    ['free-hand SQL with parameters', (db) => sql`select ${1}::int`.execute(db)],
  ])('names the one that failed: %s', async (_, next) => {
    const failed = shop.db.transaction().execute(async (trx) => {
      await sql`select * from nowhere`.execute(trx).catch(() => {})
      await next(trx)
    })
    expect(await failureOf(failed)).toMatchObject({ message: expect.stringMatching(wanted) as string })
  })

  it('names the write of a repository', async () => {
    const failed = shop.db.transaction().execute(async (trx) => {
      const { users } = repositories(trx)
      await users.create({ email: 'nobody', name: 'x' }).catch(() => {})
      await users.count()
    })
    expect(await failureOf(failed)).toMatchObject({
      message: expect.stringMatching(/email_address_check.*: insert into "public"."users"/) as string,
    })
  })
})

describe("the caller's line", () => {
  it.each<[string, () => unknown]>([
    ['a filter', () => shop.users.filter({ id: 'x' } as never)],
    [
      'a nested filter',
      () => shop.users.filter({ company: { and: [{ or: [{ id: { in: ['x'] } }] }] } } as never),
    ],
    [
      'an unknown lookup',
      () => shop.users.filter({ and: [{ and: [{ not: { id: { like: 1 } } }] }] } as never),
    ],
    ['a write', () => shop.users.create({ email: 'a@b', name: 5 } as never)],
    ['a bulk write', () => shop.users.bulkCreate([{ email: 'a@b', name: 5 }] as never)],
    ['an update', () => shop.users.filter({ id: 1 }).update({ tags: [5] } as never)],
  ])('is in the stack of what %s refuses', async (_, act) => {
    const error = await failureOf(Promise.resolve().then(act))
    expect((error as SluiceError).stack).toContain('told.test.ts')
  })
})

describe('one AbortSignal', () => {
  it('serves many streams without a warning of too many listeners, and ends them all', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    const leaving = new AbortController()
    const db = connect<DB>({ connectionString: shop.database.url, max: 3 })
    const streams = Array.from({ length: 25 }, () =>
      repositories(db).users.aiterator({ signal: leaving.signal }),
    )
    const first = await Promise.all(streams.slice(0, 3).map((stream) => stream.next()))
    expect(first.map(({ done }) => done)).toEqual([false, false, false])
    const rest = streams.slice(3).map((stream) => failureOf(stream.next()))
    leaving.abort(new Error('enough'))
    for (const error of await Promise.all(rest)) expect(error).toMatchObject({ message: 'enough' })
    for (const stream of streams.slice(0, 3))
      expect(await failureOf(stream.next())).toMatchObject({ message: 'enough' })
    await new Promise((resolve) => setImmediate(resolve))
    await db.close()
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })

  it('that is none is refused', () => {
    for (const signal of [{}, 5, new EventTarget(), { aborted: true }])
      expect(() => shop.users.aiterator({ signal } as never)).toThrow(
        /^signal must be an AbortSignal, not (?:an object|an EventTarget|5)/,
      )
  })
})

it('options that are none are refused', () => {
  for (const options of [5, 'x', null, [], new Set(), new Map(), new Date(), new AbortController().signal]) {
    expect(() => shop.users.iterator(options as never)).toThrow(/options must be an object/)
    expect(() => shop.users.aiterator(options as never)).toThrow(/options must be an object/)
  }
})

it('options of what is read at once are no others', async () => {
  for (const options of [[], new Set(), new Map(), new AbortController().signal]) {
    const { users } = shop
    const reads = ['toArray', 'first', 'count', 'exists', 'explain'] as const
    for (const read of reads)
      await expect(users[read](options as never)).rejects.toThrow(
        /options.* must be an object, not an? [A-Z]/,
      )
  }
})

it('a slice that ends before it starts is refused', () => {
  expect(() => shop.users.slice(5, 3)).toThrow(
    'slice(start, end) ends before it starts: start is 5, end is 3.',
  )
})

it('NaN is no decimal, since it comes of a calculation that went wrong', () => {
  expect(() => shop.products.filter({ price: NaN })).toThrow(/numeric takes a decimal string .*not NaN/)
  expect(shop.products.filter({ price: 'NaN' })).toBeDefined()
})
