import { Kysely } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it, vi } from 'vitest'
import { expr, SluiceDialect, type QuerySet } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import type { UsersModel } from '../../generated/users.js'
import { openShop, type Shop } from '../support/shop.js'

const ROWS = 4000
let shop: Shop
let pool: pg.Pool
let db: Kysely<DB>
let users: Shop['users']
/** Fails for one row, in the last of four parts. */
let failing: QuerySet<UsersModel, object>
/** Waits for a lock, which the test has, in the last of four parts. */
let waiting: QuerySet<UsersModel, object>

beforeAll(async () => {
  shop = await openShop({ users: ROWS })
  await shop.sql(`
    create function fussy(id int) returns boolean language plpgsql as $$
      begin if id = 3990 then raise 'not this one'; end if; return true; end $$;
    create function patient(id int) returns boolean language plpgsql as $$
      begin if id = 3001 then perform pg_advisory_xact_lock_shared(7); end if; return true; end $$`)
})
afterAll(() => shop[Symbol.asyncDispose]())

beforeEach(() => {
  pool = new pg.Pool({ connectionString: shop.database.url, max: 5 })
  db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'sluice', closeTimeoutMs: 2000 }) })
  users = repositories(db).users
  failing = users.values({ ok: expr('bool', (eb) => eb.fn('fussy', ['id'])) })
  waiting = users.values({ ok: expr('bool', (eb) => eb.fn('patient', ['id'])) })
})
afterEach(async () => {
  await db.destroy()
  if (!pool.ending) await pool.end()
})

/** Where the machine is busy, too. */
const SOON = { timeout: 20_000, interval: 5 }
const options = { partitions: 4, chunkSize: 20, batchYieldSize: 20 } as const

/** No transaction is open, nothing runs, and every connection is in the pool. */
async function expectAllFree(connections = pool.totalCount): Promise<void> {
  expect(pool.idleCount).toBe(pool.totalCount)
  expect(pool.totalCount).toBe(connections)
  expect(pool.waitingCount).toBe(0)
  expect(new Set(await shop.states())).toEqual(new Set(connections === 0 ? [] : ['idle']))
}

const sessions = () =>
  shop.sql<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
     and backend_type = 'client backend'`,
  )
const untilOneWaits = () =>
  vi.waitFor(async () => {
    const locks = await shop.sql(`select from pg_locks where locktype = 'advisory' and not granted`)
    expect(locks).toHaveLength(1)
  }, SOON)

describe('all connections of parallel() are in the pool again', () => {
  it('after the last batch', async () => {
    let rows = 0
    for await (const batch of users.parallel(options)) {
      expect(pool.totalCount).toBe(4)
      rows += batch.length
    }
    expect(rows).toBe(ROWS)
    await expectAllFree(4)
  })

  it.each([false, true])('after a loop that is left, ordered: %s', async (ordered) => {
    for await (const batch of users.parallel({ ...options, ordered })) {
      expect(batch).toHaveLength(20)
      break
    }
    await expectAllFree(4)
    for await (const _ of users.prefetchRelated('orders').parallel({ ...options, ordered })) break
    await expectAllFree(4)
  })

  it('after an error in the loop', async () => {
    const problem = new Error('of the loop')
    const loop = async () => {
      for await (const _ of users.parallel(options)) throw problem
    }
    await expect(loop()).rejects.toBe(problem)
    await expectAllFree(4)
  })

  it.each([
    ['as they come', {}],
    ['in order', { ordered: true }],
    ['with fewer at once', { concurrency: 2 }],
    ['in one batch', { batchYieldSize: ROWS, chunkSize: Infinity }],
  ])('after one part has failed, %s', async (_, others) => {
    const loop = async () => {
      for await (const _ of failing.parallel({ ...options, ...others }));
    }
    await expect(loop()).rejects.toMatchObject({
      name: 'QueryError',
      table: 'public.users',
      message: expect.stringContaining('not this one') as string,
      sql: expect.stringContaining('"id" > $1') as string,
    })
    await expectAllFree()
    expect((await sessions()).length).toBe(pool.totalCount)
  })

  it('after one part has failed while the loop was at work, before that comes back', async () => {
    for await (const _ of failing.parallel({ ...options, chunkSize: 1000 })) {
      await vi.waitFor(() => expect(pool.idleCount).toBe(4), SOON)
      await expectAllFree(4)
      break
    }
  })

  it('after a connection was lost, which is closed', async () => {
    const loop = async () => {
      for await (const _ of users.parallel(options)) {
        const [one] = await sessions()
        await shop.sql('select pg_terminate_backend($1)', [one?.pid])
      }
    }
    await expect(loop()).rejects.toMatchObject({ name: 'QueryError' })
    await expectAllFree()
    expect(pool.totalCount).toBeLessThan(4)
    expect(await users.count()).toBe(ROWS)
  })

  it('after a signal that comes in the loop, and one that came before takes none', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const { signal } = controller
    const loop = async () => {
      for await (const _ of users.parallel({ ...options, signal })) controller.abort(reason)
    }
    await expect(loop()).rejects.toBe(reason)
    await expectAllFree(4)
    await expect(loop()).rejects.toBe(reason)
    await expectAllFree(4)
  })

  it('after a signal while a part is at work on the server, which ends', async () => {
    await shop.sql('select pg_advisory_lock(7)')
    const reason = new Error('enough')
    const controller = new AbortController()
    const loop = async () => {
      const { signal } = controller
      for await (const _ of waiting.parallel({ ...options, ordered: true, signal }));
    }
    const ended = expect(loop()).rejects.toBe(reason)
    await untilOneWaits()
    controller.abort(reason)
    await ended
    await expectAllFree(4)
    await shop.sql('select pg_advisory_unlock(7)')
  })

  it('after a loop that is left while a part is at work on the server', async () => {
    await shop.sql('select pg_advisory_lock(7)')
    const batches = waiting.parallel(options)
    await batches.next()
    await untilOneWaits()
    await batches.return()
    await expectAllFree(4)
    await shop.sql('select pg_advisory_unlock(7)')
    expect(await batches.next()).toEqual({ done: true, value: undefined })
  })

  it('after a signal while it is told where the parts end', async () => {
    await shop.sql('select pg_advisory_lock(7)')
    const reason = new Error('enough')
    const controller = new AbortController()
    const filtered = users.filter((eb) => eb.fn<boolean>('patient', ['id']))
    const ended = expect(filtered.parallel({ ...options, signal: controller.signal }).next()).rejects.toBe(
      reason,
    )
    await untilOneWaits()
    controller.abort(reason)
    await ended
    await expectAllFree(1)
    await shop.sql('select pg_advisory_unlock(7)')
  })

  it('after a signal while it waits for connections that others have', async () => {
    const taken = await Promise.all([pool.connect(), pool.connect()])
    const reason = new Error('enough')
    const controller = new AbortController()
    const step = users.parallel({ ...options, signal: controller.signal }).next()
    await vi.waitFor(() => expect(pool.waitingCount).toBe(1), SOON)
    controller.abort(reason)
    await expect(step).rejects.toBe(reason)
    for (const client of taken) client.release()
    await vi.waitFor(() => expectAllFree(5), SOON)
  })

  it('where others have too many of them: nothing is read', async () => {
    const own = new Kysely<DB>({
      dialect: new SluiceDialect({ pool, values: 'sluice', acquireTimeoutMs: 50 }),
    })
    const taken = await Promise.all([pool.connect(), pool.connect()])
    const step = repositories(own).users.parallel(options).next()
    await expect(step).rejects.toMatchObject({ name: 'QueryError', code: 'ACQUIRE_TIMEOUT' })
    for (const client of taken) client.release()
    await vi.waitFor(() => expectAllFree(5), SOON)
  })

  it('or closed with the database, and the loop is told', async () => {
    const loop = async () => {
      for await (const _ of users.parallel(options)) await db.destroy()
    }
    await expect(loop()).rejects.toMatchObject({ code: 'DATABASE_CLOSED' })
    // The server notices that they have gone a moment later.
    await vi.waitFor(async () => expect(await sessions()).toEqual([]), SOON)
  })

  it('and the next loop has them', async () => {
    for (let turn = 0; turn < 20; turn++) {
      for await (const _ of users.parallel(options)) if (turn % 2 === 0) break
      expect(await users.count()).toBe(ROWS)
    }
    await expectAllFree(4)
  })
})
