import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { connect, type ConnectOptions, type Database } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { startProxy, type Proxy } from '../postgres/support/proxy.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
let proxy: Proxy
beforeAll(async () => {
  shop = await openShop({ users: 50 })
  proxy = await startProxy(shop.database.url)
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})
beforeEach(() => {
  proxy.newcomers = 'served'
  vi.useFakeTimers({
    toFake: [
      ...([
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
      ] as const),
      ...(['Date', 'performance'] as const),
    ],
    now: 0,
  })
})
afterEach(() => void vi.useRealTimers())

async function withDatabase<T>(options: ConnectOptions, work: (db: Database<DB>) => Promise<T>): Promise<T> {
  const db = connect<DB>({ connectionString: proxy.url, max: 1, ...options })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

/** The first twenty come at once, the rest after a minute. */
const slow = (db: Database<DB>) =>
  repositories(db)
    .users.filter((eb) =>
      eb.or([eb('id', '<=', 20), eb(eb.fn<string>('pg_sleep', [eb.lit(60)]), 'is not', null)]),
    )
    .orderBy()

describe('with timers and clocks that were replaced by fakes', () => {
  test('a loop that is left is cancelled on the server', async () => {
    await withDatabase({}, async (db) => {
      for await (const _ of slow(db).aiterator({ chunkSize: 20 })) break
      expect(await repositories(db).users.count()).toBe(50)
    })
    expect((await shop.states()).filter((state) => state === 'active')).toEqual([])
  })

  test('fetchTimeoutMs, idleTimeoutMs and acquireTimeoutMs pass', async () => {
    await withDatabase({ acquireTimeoutMs: 1000 }, async (db) => {
      const fetching = slow(db).aiterator({ chunkSize: 40, fetchTimeoutMs: 100 })
      await expect(fetching.next()).rejects.toMatchObject({ code: 'FETCH_TIMEOUT' })
      const { users } = repositories(db)
      const idle = users.aiterator({ chunkSize: 5, idleTimeoutMs: 3000 })
      await idle.next()
      await expect(users.count()).rejects.toThrow(/within 1000 ms \(acquireTimeoutMs\)/)
      await sql`select pg_sleep(3)`.execute(shop.db)
      await expect(
        (async () => {
          for await (const _ of idle);
        })(),
      ).rejects.toMatchObject({ code: 'IDLE_TIMEOUT' })
    })
  })

  test('connectTimeoutMs passes', async () => {
    proxy.newcomers = 'ignored'
    await withDatabase({ connectTimeoutMs: 100 }, async (db) => {
      await expect(sql`select 1`.execute(db)).rejects.toThrow(/within 100 ms \(connectTimeoutMs\)/)
    })
  })

  test('closeTimeoutMs passes, for a server that does not answer any more', async () => {
    await withDatabase({ closeTimeoutMs: 100 }, async (db) => {
      const stream = repositories(db).users.aiterator({ chunkSize: 5 })
      await stream.next()
      const { relayToServer } = proxy
      proxy.relayToServer = () => {}
      proxy.newcomers = 'ignored'
      await stream.return()
      proxy.relayToServer = relayToServer
    })
  })

  test('iterator() reads, and its progress has the time that has passed', async () => {
    const db = connect<DB>({ connectionString: shop.database.url })
    const times: number[] = []
    const onProgress = ({ elapsedMs }: { elapsedMs: number }) => times.push(elapsedMs)
    expect([...repositories(db).users.iterator({ onProgress })]).toHaveLength(50)
    expect(times.at(-1)).toBeGreaterThan(0)
    await db.close()
  })
})
