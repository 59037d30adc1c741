import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, DecodeError, QueryError, SchemaDriftError, UniqueViolation } from 'sluice'
import type { UsersRepository } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 500 })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

/** Reading goes wrong at user 400, and so does every write. */
function failing({ users }: Shop): UsersRepository {
  const divided = sql<boolean>`1 / (400 - id) is not null`
  return users.filter(() => divided) as UsersRepository
}

const taken = { email: 'user1@example.com', name: 'Another' }

const ways: Record<string, (shop: Shop) => Promise<unknown>> = {
  toArray: async (shop) => await failing(shop).toArray(),
  'for await': async (shop) => {
    for await (const row of failing(shop)) void row
  },
  'aiterator()': async (shop) => {
    for await (const row of failing(shop).aiterator({ chunkSize: 100 })) void row
  },
  'a repository’s aiterator()': async ({ posts }) => {
    for await (const row of posts.filter(() => sql<boolean>`1 / 0 = 1`).aiterator()) void row
  },
  'batches of aiterator()': async (shop) => {
    for await (const batch of failing(shop).aiterator({ batchYieldSize: 10 })) void batch
  },
  'aiterator() with a prefetch': async (shop) => {
    for await (const row of failing(shop).prefetchRelated('orders').aiterator({ chunkSize: 100 })) void row
  },
  'iterator() with a prefetch': (shop) => {
    for (const row of failing(shop).prefetchRelated('orders').iterator({ chunkSize: 100 })) void row
    return Promise.resolve()
  },
  'iterator()': (shop) => {
    for (const row of failing(shop).iterator()) void row
    return Promise.resolve()
  },
  first: async (shop) => await failing(shop).filter({ id: 400 }).first(),
  last: async (shop) => await failing(shop).filter({ id: 400 }).last(),
  get: async (shop) => await failing(shop).get({ id: 400 }),
  count: async (shop) => await failing(shop).count(),
  exists: async (shop) => await failing(shop).filter({ id: 400 }).exists(),
  aggregate: async (shop) => await failing(shop).aggregate({ n: count() }),
  inBulk: async (shop) => await failing(shop).inBulk([400]),
  explain: async (shop) => await failing(shop).explain({ analyze: true }),
  update: async (shop) => await failing(shop).update({ name: 'x' }),
  delete: async (shop) => await failing(shop).delete(),
  create: async ({ users }) => await users.create(taken),
  bulkCreate: async ({ users }) => await users.bulkCreate([taken]),
  bulkUpdate: async ({ users }) => await users.bulkUpdate([{ id: 2, email: taken.email }], ['email']),
  getOrCreate: async ({ users }) => await users.getOrCreate({ name: 'New' }, { email: taken.email }),
  updateOrCreate: async ({ users }) => await users.updateOrCreate({ name: 'New' }, { email: taken.email }),
}

async function failureOf(way: Promise<unknown>): Promise<Error> {
  try {
    await way
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing failed.')
}

describe.each(Object.entries(ways))('the error of %s', (name, way) => {
  it('has the line of the caller in its stack, once, the SQLSTATE, the table and the SQL', async () => {
    const error = await failureOf(
      (async () => {
        await way(shop)
      })(),
    )
    expect(error).toBeInstanceOf(QueryError)
    const lines = error.stack?.match(/error-details\.test\.ts:\d+/g) ?? []
    expect(lines).not.toEqual([])
    expect(new Set(lines).size).toBe(lines.length)
    expect(error).toMatchObject({
      sqlState: expect.stringMatching(/^22012|23505$/) as string,
      table: name.includes('posts') || name.includes('repository') ? 'public.posts' : 'public.users',
      sql: expect.stringMatching(/^(with|select|insert|update|delete|explain)/) as string,
      isRetryable: false,
    })
  })
})

/** Nobody waits for these when they fail. */
const alone: Record<string, (shop: Shop) => Promise<unknown>> = {
  toArray: (shop) => failing(shop).toArray(),
  get: (shop) => failing(shop).get({ id: 400 }),
  count: (shop) => failing(shop).count(),
  'aiterator()': (shop) => failing(shop).aiterator({ chunkSize: 500 }).next(),
  update: (shop) => failing(shop).update({ name: 'x' }),
  delete: (shop) => failing(shop).delete(),
  create: ({ users }) => users.create(taken),
  bulkCreate: ({ users }) => users.bulkCreate([taken]),
  bulkUpdate: ({ users }) => users.bulkUpdate([{ id: 2, email: taken.email }], ['email']),
  getOrCreate: ({ users }) => users.getOrCreate({ name: 'New' }, { email: taken.email }),
  updateOrCreate: ({ users }) => users.updateOrCreate({ name: 'New' }, { email: taken.email }),
}

describe.each(Object.entries(alone))('the promise of %s, for which nobody waits yet', (_, way) => {
  it('is rejected with an error that has the line of the caller in its stack', async () => {
    const { stack = '' } = await new Promise<Error>((resolve) => void way(shop).catch(resolve))
    expect(stack).toMatch(/error-details\.test\.ts:\d+/)
  })
})

describe('rowsDelivered', () => {
  it('is what the loop has received', async () => {
    let rows = 0
    const reading = (async () => {
      for await (const row of failing(shop).aiterator({ chunkSize: 100 })) rows = row.id
    })()
    expect(await failureOf(reading)).toMatchObject({ rowsDelivered: 300 })
    expect(rows).toBe(300)
  })

  it('is there too when a value cannot be decoded, or a column has changed', async () => {
    await shop.sql(`create table public.odd (like public.users including all)`)
    await shop.sql(`update users set created_at = '294276-01-01' where id = 250`)
    const reading = (async () => {
      for await (const row of shop.users.orderBy('id').aiterator({ chunkSize: 100 })) void row
    })()
    const error = await failureOf(reading)
    expect(error).toBeInstanceOf(DecodeError)
    expect(error).toMatchObject({ rowsDelivered: 200, table: 'public.users', code: 'DECODE_ERROR' })
    expect(error.stack).toContain('error-details.test.ts')

    await shop.sql('alter table coupons rename to vouchers')
    const drift = await failureOf(shop.coupons.toArray())
    expect(drift).toBeInstanceOf(SchemaDriftError)
    expect(drift).toMatchObject({ sqlState: '42P01', table: 'public.coupons', code: 'SCHEMA_DRIFT' })
  })
})

describe('isRetryable', () => {
  it('is true after a serialization failure, a deadlock and a lock that is not free, also for writes', async () => {
    for (const state of ['40001', '40P01', '55P03']) {
      await shop.sql(`create or replace function fail() returns trigger language plpgsql as
        $$ begin raise exception 'on purpose' using errcode = '${state}'; end $$`)
      await shop.sql('create or replace trigger fails before update on users execute function fail()')
      const error = await failureOf(shop.users.filter({ id: 1 }).update({ name: 'x' }))
      expect(error).toMatchObject({ sqlState: state, isRetryable: true })
    }
    await shop.sql('drop trigger fails on users')
  })

  it('is true after the loss of a connection for what only reads', async () => {
    const killed = sql<boolean>`pg_terminate_backend(pg_backend_pid())`
    const read = await failureOf(shop.users.filter(() => killed).toArray())
    expect(read).toMatchObject({ sqlState: '57P01', isRetryable: true })
    const written = await failureOf(shop.users.filter(() => killed).update({ name: 'x' }))
    expect(written).toMatchObject({ sqlState: '57P01', isRetryable: false })
  })

  it('is false after the loss of a connection on which a stream may have written', async () => {
    const killed = sql<boolean>`pg_terminate_backend(pg_backend_pid())`
    const read = shop.users.filter(() => killed)
    expect(await failureOf(read.aiterator().next())).toMatchObject({ isRetryable: true })
    const stepped = read.aiterator({ readOnly: false }).next()
    expect(await failureOf(stepped)).toMatchObject({ sqlState: '57P01', isRetryable: false })
    await failureOf(
      shop.db.transaction().execute(async (trx) => {
        const inside = read.using(trx).aiterator({ readOnly: false }).next()
        // All of the transaction is repeated, and nothing of it is there.
        expect(await failureOf(inside)).toMatchObject({ sqlState: '57P01', isRetryable: true })
        await inside
      }),
    )
  })

  it('is false for a bulk write of which a batch is committed', async () => {
    await shop.sql(`create or replace function fail() returns trigger language plpgsql as
      $$ begin if new.name = 'bad' then raise exception 'x' using errcode = '40001'; end if; return new; end $$`)
    await shop.sql(
      'create or replace trigger fails before insert on users for each row execute function fail()',
    )
    const rows = ['good', 'bad'].map((name) => ({ name, email: `${name}@example.org` }))
    const write = (...given: typeof rows) => failureOf(shop.users.bulkCreate(given, { batchSize: 1 }))
    const [good, bad] = rows as [(typeof rows)[0], (typeof rows)[0]]
    expect(await write(bad, good)).toMatchObject({ sqlState: '40001', isRetryable: true })
    expect(await write(good, bad)).toMatchObject({ sqlState: '40001', isRetryable: false })
    await failureOf(
      shop.db.transaction().execute(async (trx) => {
        const inside = shop.users
          .using(trx)
          .bulkCreate([{ ...good, email: 'other@example.org' }, bad], { batchSize: 1 })
        expect(await failureOf(inside)).toMatchObject({ sqlState: '40001', isRetryable: true })
        await inside
      }),
    )
    await shop.sql('drop trigger fails on users')
  })

  it('is false for what will fail again', async () => {
    const error = await failureOf(shop.users.create(taken))
    expect(error).toBeInstanceOf(UniqueViolation)
    expect(error).toMatchObject({ isRetryable: false })
  })
})
