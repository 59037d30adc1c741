import { getEventListeners } from 'node:events'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SluiceDialect } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 50, connect: { max: 2 } })
})
afterAll(() => shop[Symbol.asyncDispose]())

const SEED = Number(process.env['ABORT_SEED'] ?? Date.now() % 1_000_000)
const CALLS = Number(process.env['ABORT_CALLS'] ?? 120)

/** The same numbers for the same seed: mulberry32. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** As far as a call gets in the time that chance gives it. */
async function pause(random: () => number): Promise<void> {
  const until = random()
  if (until < 0.2) return
  if (until < 0.6) for (let turns = random() * 8; turns > 0; turns--) await setImmediate()
  else await sleep(random() * 4)
}

it(`never meets another query than its own, whenever it is aborted (ABORT_SEED=${SEED})`, async () => {
  const outcomes = { answered: 0, aborted: 0 }
  const lane = async (random: () => number) => {
    for (let n = 0; n < CALLS; n++) {
      const id = 1 + Math.floor(random() * 50)
      const controller = new AbortController()
      const { signal } = controller
      const slow = random() < 0.3 ? [() => sql<boolean>`pg_sleep(0.003) is not null`] : []
      const isWrite = random() < 0.3
      const user = shop.users.filter({ id }, ...slow)
      const called = (isWrite ? user.update({ name: `L${n}` }, { signal }) : user.get({ signal })).then(
        (result) => {
          expect(isWrite ? result : (result as { id: number }).id).toBe(isWrite ? 1 : id)
          outcomes.answered++
        },
        (error: unknown) => {
          expect(error).toBe(n)
          outcomes.aborted++
        },
      )
      await pause(random)
      controller.abort(n)
      if (random() < 0.5) await called
      // On whichever connection is free: the one that was just cancelled, as often as not.
      const other = 1 + Math.floor(random() * 50)
      expect((await shop.users.get({ id: other })).id).toBe(other)
      await called
    }
  }
  await Promise.all([1, 2, 3].map((each) => lane(dice(SEED * 3 + each))))
  expect(outcomes.answered).toBeGreaterThan(CALLS / 10)
  expect(outcomes.aborted).toBeGreaterThan(CALLS / 10)
  expect((await shop.states()).filter((state) => state !== 'idle')).toEqual([])
})

it('leaves no listener on a signal that goes on, and has one at a time', async () => {
  const { signal } = new AbortController()
  for (let round = 0; round < 20; round++) {
    const calls = Array.from({ length: 25 }, (_, n) => shop.users.get({ id: 1 + n }, { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    expect(await Promise.all(calls)).toHaveLength(25)
    await shop.users.bulkUpdate([{ id: 1, name: 'A' }].values(), ['name'], { signal })
    await shop.users.toArray({ signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  }
})

it('ends where the server cannot be asked to cancel, and cuts the connection that goes on with it', async () => {
  const pool = new pg.Pool({ connectionString: shop.database.url, max: 1 })
  // As behind what does not pass on by which number a session can be asked.
  pool.on('connect', (client) => Object.assign(client, { processID: null }))
  const dialect = new SluiceDialect({ pool, values: 'sluice', closeTimeoutMs: 100 })
  const db = new Kysely<DB>({ dialect })
  const { users } = repositories(db)
  const controller = new AbortController()
  const slow = users.filter(() => sql<boolean>`pg_sleep(1) is not null`).count({ signal: controller.signal })
  const ended = expect(slow).rejects.toBe('enough')
  setTimeout(() => controller.abort('enough'), 50)
  await ended
  expect(await users.count()).toBe(50)
  await db.destroy()
})
