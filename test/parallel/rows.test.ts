import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { openShop, type Shop } from '../support/shop.js'

const USERS = 5000
let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: USERS, connect: { max: 9 } })
  await shop.sql(
    `insert into addresses (user_id, label, recipient, street, postal_code, city)
     select id, n, 'A', 'B', 'C', 'D' from users, generate_series(1, 2) n where id % 10 = 0`,
  )
})
afterAll(() => shop[Symbol.asyncDispose]())

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const gathered = async <R>(batches: AsyncIterable<R[]>) => {
  const all: R[][] = []
  for await (const batch of batches) all.push(batch)
  return all
}
const ids = (batches: readonly (readonly { readonly id: number }[])[]) => batches.flat().map(({ id }) => id)
const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b)

describe('parallel()', () => {
  it.each([
    { partitions: 1 },
    { partitions: 2 },
    { partitions: 4, chunkSize: 50 },
    { partitions: 7, concurrency: 3 },
    { partitions: 20, concurrency: 1 },
    { partitions: 4, by: 'ctid' as const },
    { partitions: 4, maxBytes: 20_000 },
    { partitions: 3, chunkSize: Infinity },
    { partitions: 8, ordered: true },
    { partitions: 6, concurrency: 2, ordered: true, chunkSize: 100 },
  ])('has each row once with %o', async (options) => {
    const batches = await gathered(shop.users.parallel(options))
    expect(sorted(ids(batches))).toEqual(numbers(USERS))
    expect(batches.map(({ length }) => length)).toEqual(Array.from({ length: 5 }, () => 1000))
    if (options.ordered === true) expect(ids(batches)).toEqual(numbers(USERS))
  })

  it('has batches of exactly the size that was asked for, the last possibly shorter', async () => {
    const batches = await gathered(shop.users.parallel({ partitions: 3, batchYieldSize: 1300 }))
    expect(batches.map(({ length }) => length)).toEqual([1300, 1300, 1300, 1100])
  })

  it('has the rows of the queryset, typed as they are, with what belongs to them', async () => {
    const rows = shop.users
      .filter({ id: { lte: 1000 } })
      .only('email')
      .prefetchRelated('addresses')
    const batches = rows.parallel({ partitions: 4, chunkSize: 60 })
    expectTypeOf(batches).toEqualTypeOf(rows.aiterator({ batchYieldSize: 1 }))
    const found = (await gathered(batches)).flat()
    expect(found.toSorted((a, b) => a.id - b.id)).toEqual(await rows.orderBy('id').toArray())
    expect(found.filter(({ addresses }) => addresses.length === 2)).toHaveLength(100)
    const flat = await gathered(shop.users.valuesList('id', { flat: true }).parallel({ partitions: 2 }))
    expect(sorted(flat.flat())).toEqual(numbers(USERS))
  })

  it('goes by the order of the queryset where that is asked for', async () => {
    const { users } = shop
    for (const queryset of [
      users.orderBy('-id'),
      users.orderBy('email'),
      users.orderBy('-name', '-createdAt'),
    ]) {
      const batches = await gathered(queryset.parallel({ partitions: 5, ordered: true, chunkSize: 100 }))
      const [first] = await queryset.slice(0, 1).toArray()
      expect(batches[0]?.[0]).toEqual(first)
      expect(sorted(ids(batches))).toEqual(numbers(USERS))
    }
    const emails = (await gathered(users.orderBy('email').parallel({ partitions: 5, ordered: true }))).flat()
    expect(emails).toEqual(await users.orderBy('email').toArray())
  })

  it('has nothing of no rows, and of a few in more parts than there are rows what there is', async () => {
    expect(await gathered(shop.users.none().parallel({ partitions: 4 }))).toEqual([])
    expect(await gathered(shop.users.filter({ id: 0 }).parallel({ partitions: 4 }))).toEqual([])
    const few = shop.users.filter({ id: { lte: 3 } })
    expect(sorted(ids(await gathered(few.parallel({ partitions: 8 }))))).toEqual([1, 2, 3])
  })

  it('tells of progress, and of each part as a stream', async () => {
    const seen: number[] = []
    const onProgress = ({ rows }: { readonly rows: number }) => void seen.push(rows)
    await gathered(shop.users.parallel({ partitions: 4, onProgress }))
    expect(seen.at(-1)).toBe(USERS)
  })
})

describe('all parts of parallel() see one snapshot', () => {
  it('in which nothing is that is written meanwhile', async () => {
    let isFirst = true
    const seen: number[] = []
    for await (const batch of shop.users.parallel({ partitions: 6, concurrency: 2, batchYieldSize: 100 })) {
      seen.push(...batch.map(({ id }) => id))
      if (!isFirst) continue
      isFirst = false
      await shop.sql(`insert into users (id, email, name) overriding system value
        select n, 'later' || n || '@example.com', 'later' from generate_series(10001, 10100) n`)
      await shop.sql(`delete from users where id = 5000`)
    }
    expect(sorted(seen)).toEqual(numbers(USERS))
    await shop.sql(`delete from users where id > 10000`)
    await shop.sql(
      `insert into users (id, email, name) overriding system value values (5000, 'again@example.com', 'again')`,
    )
  })

  it('in which a row that an UPDATE moves to another range is once, as it was', async () => {
    const seen: string[] = []
    const rows = shop.users.filter({ id: { lte: 500 } }).orderBy('email')
    const emails = (await rows.toArray()).map(({ email }) => email)
    const batches = rows.parallel({ partitions: 5, concurrency: 1, batchYieldSize: 10, ordered: true })
    for await (const batch of batches) {
      seen.push(...batch.map(({ email }) => email))
      // From the range that is read first into the last, and the other way round.
      await shop.sql(`update users set email = translate(email, 'zu', 'uz') where id <= 500`)
    }
    expect(seen).toEqual(emails)
  })

  it('and so does what belongs to their rows', async () => {
    const rows = shop.users.filter({ id: { lte: 100 } }).prefetchRelated('addresses')
    let addresses = 0
    for await (const batch of rows.parallel({
      partitions: 4,
      concurrency: 2,
      chunkSize: 5,
      batchYieldSize: 5,
    })) {
      addresses += batch.reduce((sum, each) => sum + each.addresses.length, 0)
      await shop.sql(`insert into addresses (user_id, label, recipient, street, postal_code, city)
        select id, gen_random_uuid(), 'A', 'B', 'C', 'D' from users where id <= 100`)
    }
    expect(addresses).toBe(20)
  })

  it('by settings of their own, as policies go by them', async () => {
    await shop.sql(`create role reader; grant usage on schema public to reader; grant select on users to reader;
      grant reader to current_user; alter table users enable row level security;
      create policy own on users using (id % 2 = current_setting('app.tenant')::int)`)
    const settings = { 'app.tenant': 1, role: 'reader' }
    const batches = await gathered(shop.users.parallel({ partitions: 4, settings }))
    expect(sorted(ids(batches))).toEqual(numbers(USERS).filter((id) => id % 2 === 1))
    const { rows } = await shop.db.executeQuery<{ role: string }>(
      (await import('kysely')).CompiledQuery.raw('show role'),
    )
    expect(rows).toEqual([{ role: 'none' }])
    await shop.sql(`alter table users disable row level security; drop owned by reader; drop role reader`)
  })
})
