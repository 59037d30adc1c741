import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { lookup, ref, value } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO users (email, name, created_at)
    SELECT 'm' || i || '@example.com', 'moment', timestamptz '2024-03-10 01:59:59.999+00' + i * interval '137 microseconds'
    FROM generate_series(0, 99) i;
    INSERT INTO users (email, name, created_at)
    SELECT 'b' || i || '@example.com', 'before', timestamptz '1969-12-31 23:59:59.999+00' + i * interval '137 microseconds'
    FROM generate_series(0, 19) i;
  `)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('a Date that was read finds its row', () => {
  it.each(['moment', 'before'])('by every page of a walk, forwards and backwards: %s', async (name) => {
    const own = shop.repos.users.filter({ name })
    const all = (await own.orderBy('createdAt').toArray()).map(({ id }) => id)
    for (const isAscending of [true, false]) {
      const seen: number[] = []
      const ordered = own.orderBy(isAscending ? 'createdAt' : '-createdAt')
      for (let last: Date | undefined; seen.length <= all.length;) {
        const after = (date: Date) =>
          isAscending ? { createdAt: { gt: date } } : { createdAt: { lt: date } }
        const page = await (last === undefined ? ordered : ordered.filter(after(last))).slice(0, 7).toArray()
        if (page.length === 0) break
        seen.push(...page.map(({ id }) => id))
        last = page.at(-1)?.createdAt
      }
      expect(seen).toEqual(isAscending ? all : all.toReversed())
    }
  })

  it('however it was read and wherever it is given back', async () => {
    const { users } = shop.repos
    const first = await users.filter({ name: 'moment' }).orderBy('createdAt').slice(3, 4).get()
    const { id } = first
    const own = users.filter({ id })
    const [listed] = await own.valuesList('createdAt', { flat: true }).toArray()
    const computed = await own.annotate({ also: ref('createdAt') }).get()
    const streamed: Date[] = []
    for await (const row of own.aiterator()) streamed.push(row.createdAt)
    for (const row of own.iterator()) streamed.push(row.createdAt)
    for (const batch of own.iterator({ batchYieldSize: 2 }))
      streamed.push(...batch.map((row) => row.createdAt))
    const built = await own.toKysely().execute()
    const dates = [first.createdAt, listed, computed.also, ...streamed, ...built.map((row) => row.createdAt)]
    expect(dates).toHaveLength(7)
    for (const date of dates) {
      if (!(date instanceof Date)) throw new Error('It is no Date.')
      expect(await users.filter({ createdAt: date }).valuesList('id', { flat: true }).toArray()).toEqual([id])
      expect(await users.filter({ createdAt: { in: [date] } }).count()).toBe(1)
      expect(await users.filter({ name: 'moment', createdAt: { range: [date, date] } }).count()).toBe(1)
      expect(await users.filter(lookup(ref('createdAt'), { exact: value(date) })).count()).toBe(1)
      expect(await users.filter((eb) => eb('created_at', '=', date)).count()).toBe(1)
      expect(await users.toKysely().where('created_at', '=', date).execute()).toHaveLength(1)
      expect(await shop.db.selectFrom('users').select('id').where('created_at', '=', date).execute()).toEqual(
        [{ id }],
      )
      const listed = sql`select id from users where created_at = any(${[new Date(0), date]}::timestamptz[])`
      expect((await listed.execute(shop.db)).rows).toEqual([{ id }])
    }
  })

  it('and is written as it was, in a statement and by COPY', async () => {
    const { users } = shop.repos
    const read = await users.filter({ name: 'moment' }).orderBy('-createdAt').slice(0, 20).toArray()
    const copies = read.map(({ email, createdAt }) => ({ email: `c${email}`, name: 'copy', createdAt }))
    const [one, ...rest] = copies
    if (one === undefined) throw new Error('There is none.')
    const created = await users.create(one)
    expect(await users.filter({ createdAt: created.createdAt }).count()).toBe(2)
    await users.bulkCreate(rest.slice(0, 4))
    await users.bulkCreate(rest.slice(4))
    const { rows } = await sql`
      SELECT count(DISTINCT created_at)::int AS moments FROM users WHERE name IN ('moment', 'copy')`.execute(
      shop.db,
    )
    expect(rows).toEqual([{ moments: 100 }])
  })
})

describe('a Date that was read', () => {
  it('is a Date as any other: nothing of it shows what it remembers', async () => {
    const { createdAt } = await shop.repos.users
      .filter({ name: 'moment' })
      .orderBy('createdAt')
      .slice(1, 2)
      .get()
    const plain = new Date('2024-03-10T01:59:59.999Z')
    expect(createdAt).toStrictEqual(plain)
    expect(Reflect.ownKeys(createdAt)).toEqual([])
    expect(Object.getPrototypeOf(createdAt)).toBe(Date.prototype)
    expect(structuredClone(createdAt)).toStrictEqual(plain)
    expect(JSON.stringify(createdAt)).toBe(JSON.stringify(plain))
  })

  it('is the time that it was set to', async () => {
    const { users } = shop.repos
    const { id, createdAt } = await users.filter({ name: 'moment' }).orderBy('createdAt').slice(2, 3).get()
    createdAt.setUTCMilliseconds(5)
    expect(await users.filter({ id, createdAt }).exists()).toBe(false)
    await users.filter({ id }).update({ createdAt })
    expect(await users.filter({ id, createdAt: '2024-03-10 01:59:59.005Z' }).exists()).toBe(true)
  })
})
