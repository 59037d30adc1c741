import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UniqueViolation } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'
import { listen } from './heard.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 250 })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

const OVER = ['start', 'end', 'asyncStart', 'asyncEnd']

describe('sluice:query', () => {
  it('hears of a query: what was asked, of whom, and what it took', async () => {
    using heard = listen()
    const rows = shop.users.filter({ id: { lte: 20 } })
    await rows.toArray()
    expect(heard.events).toEqual(OVER)
    const [trace = expect.fail()] = heard.traces
    const { firstRowMs = NaN, waitMs = NaN, fetchMs, durationMs = NaN, server, ...others } = trace
    expect(server.database).toBe(new URL(shop.database.url).pathname.slice(1))
    expect(heard.traces).toHaveLength(1)
    expect(others).toEqual({
      kind: 'query',
      isSync: false,
      operation: 'SELECT',
      table: 'public.users',
      sql: rows.toSQL().sql,
      parameterCount: 1,
      rows: 20,
      chunks: 1,
    })
    expect(waitMs + fetchMs).toBeLessThanOrEqual(durationMs)
    expect(firstRowMs).toBeLessThanOrEqual(durationMs)
  })

  it('hears of every method that runs', async () => {
    using heard = listen()
    const { users } = shop
    await users.count()
    await users.exists()
    await users.first()
    await users.get({ id: 1 })
    await users.inBulk([1, 2])
    await users.explain()
    await users.none().toArray()
    expect(heard.names()).toEqual([
      ...Array.from({ length: 5 }, () => 'query SELECT public.users'),
      'query EXPLAIN public.users',
    ])
    expect(heard.events).toEqual(heard.traces.flatMap(() => OVER))
  })

  it('hears of prefetches one by one', async () => {
    using heard = listen()
    await shop.users.prefetchRelated('orders').toArray()
    expect(heard.names()).toEqual(['query SELECT public.users', 'prefetch SELECT public.orders'])
    expect(heard.traces[0]?.fetchMs).toBeGreaterThanOrEqual(heard.traces[1]?.fetchMs ?? NaN)
  })

  it('hears of failures, by the error that the caller gets', async () => {
    using heard = listen()
    const error = await shop.users
      .filter({ name: { regex: '(' } })
      .toArray()
      .catch((met: unknown) => met)
    expect(error).toMatchObject({ code: 'QUERY_FAILED' })
    expect(heard.traces[0]?.error).toBe(error)
    expect(heard.events).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
  })

  it('tells waiting for a connection from what the server took', async () => {
    await using small = await openShop({ connect: { max: 1, acquireTimeoutMs: 1000 } })
    using heard = listen()
    await small.db.connection().execute(async () => {
      await expect(small.users.count()).rejects.toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
      await expect(
        small.users.bulkCreate([
          { email: 'a@example.com', name: 'a' },
          { email: 'b@example.com', name: 'b', isActive: true },
        ]),
      ).rejects.toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
    })
    expect(heard.names()).toEqual(['query SELECT public.users', 'write BEGIN public.users'])
    for (const { waitMs = NaN, fetchMs, error } of heard.traces) {
      expect(error).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
      expect(waitMs).toBeGreaterThan(fetchMs)
    }
  })

  it('is heard in the context of who asks', async () => {
    const requests = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const hear = () => void seen.push(requests.getStore())
    const channels = ['start', 'asyncEnd'].map((event) => `tracing:sluice:query:${event}`)
    for (const channel of channels) subscribe(channel, hear)
    try {
      await Promise.all(
        ['a', 'b'].map((id) =>
          requests.run(id, async () => {
            await shop.users.count()
            for await (const _ of shop.users.aiterator({ chunkSize: 100 }));
            for (const _ of shop.users.iterator()) break
            await shop.users.filter({ id: 1 }).update({ name: id })
          }),
        ),
      )
      expect(seen.filter((id) => id === 'a')).toHaveLength(8)
      expect(seen.filter((id) => id === 'b')).toHaveLength(8)
      expect(seen).toHaveLength(16)
    } finally {
      for (const channel of channels) unsubscribe(channel, hear)
    }
  })
})

describe('sluice:query of writes', () => {
  it('hears of each statement, and of the rows that it wrote', async () => {
    await using own = await openShop()
    using heard = listen()
    await own.users.create({ email: 'a@example.com', name: 'A' })
    await own.users.filter({ email: 'a@example.com' }).update({ name: 'B' })
    await own.users.getOrCreate({ email: 'c@example.com' }, { name: 'C' })
    await own.users.bulkCreate([
      { email: 'd@example.com', name: 'D' },
      { email: 'e@example.com', name: 'E', isActive: false },
    ])
    await own.users.all().delete()
    expect(heard.traces.map(({ kind, operation, rows }) => [kind, operation, rows])).toEqual([
      ['write', 'INSERT', 1],
      ['write', 'UPDATE', 1],
      ['query', 'SELECT', 0],
      ['write', 'INSERT', 1],
      ['write', 'BEGIN', 0],
      ['write', 'INSERT', 1],
      ['write', 'INSERT', 1],
      ['write', 'COMMIT', 0],
      ['write', 'DELETE', 4],
    ])
    expect(heard.events).toEqual(heard.traces.flatMap(() => OVER))
  })

  it('hears of refused ones by the error of the constraint', async () => {
    using heard = listen()
    const email = 'user1@example.com'
    const error = await shop.users.create({ email, name: 'again' }).catch((met: unknown) => met)
    expect(heard.traces[0]?.error).toBe(error)
    expect(error).toBeInstanceOf(UniqueViolation)
    expect(JSON.stringify({ ...heard.traces[0], error: undefined })).not.toContain(email)
  })
})
