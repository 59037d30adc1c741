import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EncodeError, exactly, FieldError, OptionError, UsageError } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 2 })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

function nested(depth: number, wrap: (inner: object) => object): never {
  let filter: object = { id: 1 }
  for (let level = 0; level < depth; level++) filter = wrap(filter)
  return filter as never
}

describe('what is nested too deep', () => {
  const wraps: Record<string, (inner: object) => object> = {
    not: (inner) => ({ not: inner }),
    or: (inner) => ({ or: [inner, { id: 2 }] }),
    and: (inner) => ({ and: [inner] }),
    'a relation': (inner) => ({ referredByUser: inner }),
    'a relation to many': (inner) => ({ usersByReferredBy: { every: inner } }),
  }
  test.each(Object.entries(wraps))('is refused by name: a filter by %s', async (_, wrap) => {
    for (const depth of [3_000, 100_000]) {
      expect(() => shop.users.filter(nested(depth, wrap))).toThrow(FieldError)
      expect(() => shop.users.exclude(nested(depth, wrap))).toThrow(/nested more than 500 conditions deep/)
    }
    // What is refused is far beyond what is of use.
    await shop.users.filter(nested(3, wrap)).count()
  })

  test('is refused by name: expressions, subqueries, unions, paths and JSON', () => {
    const { users } = shop
    const times = <T>(count: number, first: T, step: (last: T) => T) => {
      let last = first
      for (let index = 0; index < count; index++) last = step(last)
      return last
    }
    const ids = users.values('id')
    const deep: Record<string, () => unknown> = {
      expression: () =>
        users.filter((eb) => times(30_000, eb('id', '=', 1), (last) => eb.not(last) as never)),
      subquery: () => times(10_000, ids, (last) => users.filter({ id: { in: last } }).values('id')).toSQL(),
      union: () => times(10_000, ids, (last) => last.union(ids)).toSQL(),
      path: () => users.selectRelated(Array(20_000).fill('referredByUser').join('.') as never),
      prefetch: () => users.prefetchRelated(Array(50_000).fill('referredByUser').join('.') as never),
    }
    for (const [name, build] of Object.entries(deep)) expect(build, name).toThrow(UsageError)
    const json = times<unknown>(100_000, 1, (last) => [last])
    expect(() => users.filter({ preferences: { exact: json as never } })).toThrow(EncodeError)
  })
})

describe('a signal that is none is refused at the call', () => {
  const half = { aborted: false, addEventListener: () => {} }
  test.each([[{}], [half], [new AbortController()], ['abort'], [true], [new EventTarget()]])(
    '%o',
    (signal) => {
      expect(() => shop.users.aiterator({ signal: signal as never })).toThrow(OptionError)
      expect(() => shop.users.iterator({ signal: signal as never })).toThrow(/signal must be an AbortSignal/)
    },
  )
})

describe('a commit of a failed transaction never passes for success', () => {
  const commits = [
    '/* a /* nested */ comment */ commit',
    '-- a comment\n-- and another\ncommit',
    ' ; ;end',
    `prepare transaction 'x'`,
    "/**/prepare/**/transaction 'x'",
    'commit and chain',
    'commit; select 1',
  ]
  test.each(commits)('%s', async (text) => {
    const trying = shop.db.connection().execute(async (db) => {
      await sql`begin`.execute(db)
      await sql`select 1/0`.execute(db).catch(() => {})
      try {
        await sql.raw(text).execute(db)
      } finally {
        await sql`rollback`.execute(db)
      }
    })
    await expect(trying).rejects.toThrow(/rolled back, not committed.*division by zero/)
  })

  test.each(['rollback', '/* commit */ rollback', '-- commit\nabort', ' ;rollback and chain'])(
    'and %s is what it says',
    async (text) => {
      await shop.db.connection().execute(async (db) => {
        await sql`begin`.execute(db)
        await sql`select 1/0`.execute(db).catch(() => {})
        await sql.raw(text).execute(db)
        await sql`rollback`.execute(db)
      })
    },
  )
})

describe('more than a message holds is refused by name, and the connection stays', () => {
  test('in bytes, in several parameters, in SQL and in free-hand SQL', async () => {
    const { users, db } = shop
    // Pages that are never written to take no memory.
    const large = new Uint8Array(new ArrayBuffer(0x4000_0000))
    const half = Buffer.from(new ArrayBuffer(0x2000_0000))
    await expect(sql`select ${large}::bytea`.execute(db)).rejects.toThrow(/at most 1073741822 bytes/)
    await expect(sql`select ${half}::bytea, ${half}::bytea`.execute(db)).rejects.toThrow(UsageError)
    const streamed = db
      .selectFrom('users')
      .select(sql<Buffer>`${large}::bytea`.as('x'))
      .stream()
    await expect(streamed[Symbol.asyncIterator]().next()).rejects.toThrow(UsageError)
    expect(await users.count()).toBe(2)
  })
})

describe('exactly() takes a plain value only', () => {
  test('finds what is equal, and refuses every object that a request may hold in its place', async () => {
    const { users } = shop
    expect(await users.filter({ email: exactly('user1@example.com') }).count()).toBe(1)
    expect(await users.filter({ preferences: exactly({ ne: null } as never) }).count()).toBe(0)
    for (const body of [
      { ne: null },
      { startsWith: '' },
      { in: ['a'] },
      { exact: 'a' },
      ['a'],
      users.values('name'),
    ]) {
      expect(() => users.filter({ name: exactly(body as never) })).toThrow(EncodeError)
      expect(() => users.filter({ id: exactly(body as never) })).toThrow(EncodeError)
    }
    for (const nothing of [null, undefined]) expect(() => exactly(nothing)).toThrow(FieldError)
  })
})
