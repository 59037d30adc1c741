import pg from 'pg'
import { Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect, SluiceDialect } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { startPgbouncer, type BouncerOptions, type Pgbouncer } from '../faults/bouncer.js'
import { findPgbouncer } from '../faults/needs.js'
import { createTestDatabase } from '../support/database.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 3000 })
})
afterAll(() => shop[Symbol.asyncDispose]())

const read = async ({ users }: Pick<Shop, 'users'>, partitions: number) => {
  let rows = 0
  for await (const batch of users.parallel({ partitions, chunkSize: 100 })) rows += batch.length
  return rows
}

async function behind(
  options: BouncerOptions,
  use: (shop: Pick<Shop, 'users'>) => Promise<void>,
  acquireTimeoutMs = 30_000,
): Promise<void> {
  const bouncer: Pgbouncer = await startPgbouncer(shop.database.url, options)
  const db = connect<DB>({ connectionString: bouncer.url, max: 5, acquireTimeoutMs, closeTimeoutMs: 300 })
  try {
    await use(repositories(db))
  } finally {
    await db.close()
    await bouncer.untilUnused()
    await bouncer.stop()
  }
}

// As docs/promises.md has it: what needs PgBouncer runs where it is installed.
describe.runIf(findPgbouncer())('behind PgBouncer parallel()', () => {
  it('has each row once in transaction mode', () =>
    behind({ poolSize: 4 }, async (shop) => {
      expect(await read(shop, 4)).toBe(3000)
      expect(await read(shop, 4)).toBe(3000)
    }))

  it('says that it has too few connections to the server, and leaves none in use', () =>
    behind(
      { poolSize: 2 },
      async (shop) => {
        const failure = {
          code: 'ACQUIRE_TIMEOUT',
          message: expect.stringMatching(/pooler.*pool size/) as string,
        }
        await expect(read(shop, 4)).rejects.toMatchObject(failure)
        expect(await shop.users.count()).toBe(3000)
        expect(await read(shop, 2)).toBe(3000)
      },
      200,
    ))

  it('says in statement mode why it cannot', () =>
    behind({ mode: 'statement' }, async (shop) => {
      await expect(read(shop, 2)).rejects.toThrow(/pooler in between refuses: .*In transaction mode it can/)
    }))
})

it('connections that lead to different servers are found out before the first row', async () => {
  await using other = await createTestDatabase({ schema: 'shop' })
  let connections = 0
  class Spread extends pg.Client {
    constructor(config: pg.ClientConfig) {
      super(connections++ === 0 ? config : { ...config, connectionString: other.url })
    }
  }
  const pool = new pg.Pool({ connectionString: shop.database.url, max: 5, Client: Spread as never })
  const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
  const { users } = repositories(db)
  await expect(read({ users }, 3)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(
      /does not know the one that another has exported.*different servers/,
    ) as string,
  })
  // One that was still being made when the others had failed is nobody's any more.
  await vi.waitFor(() => expect(pool.idleCount).toBe(pool.totalCount))
  await db.destroy()
})
