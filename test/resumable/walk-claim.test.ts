import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WalkError, walkStore, type WalkStore } from 'sluice'
import { repositories } from '../../generated/index.js'
import { openShop, type Shop } from '../queryset/shop.js'

let shop: Shop
let store: WalkStore
beforeEach(async () => {
  shop = await openShop(`INSERT INTO companies (name) SELECT 'c' || i FROM generate_series(10, 19) i`)
  store = walkStore(shop.db)
  await store.create()
})
afterEach(() => shop[Symbol.asyncDispose]())

/** A walk as another process has it. */
function elsewhere(more: object, body: (rows: { name: string }[]) => unknown, of: Shop = shop) {
  const db = of.open()
  const { companies } = repositories(db)
  const options = { name: 'x', store: walkStore(db), batchSize: 4, ...more }
  return companies.orderBy('name').walk(options, body)
}

/** Something to wait for, and what ends the wait. */
function gate() {
  let open = () => {}
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { open, passed }
}

/** As its process does that is killed: nothing of it is heard any more. */
const markAsHeld = (lease: string) =>
  shop.run(
    `UPDATE sluice_walks SET walker = gen_random_uuid(), lease_until = clock_timestamp() + ${lease}, failure = NULL`,
  )

describe('a walk is one walker’s at a time', () => {
  it('while it is in the midst of a batch, however long, and between two', async () => {
    const [begun, end] = [gate(), gate()]
    const first = elsewhere({ leaseMs: 1 }, async () => {
      begun.open()
      await end.passed
    })
    await begun.passed
    // Its lease is over, but its batch has the row.
    const second = elsewhere({}, () => expect.unreachable())
    await expect(second).rejects.toThrow(WalkError)
    await expect(second).rejects.toMatchObject({ code: 'WALK_TAKEN' })
    await expect(second).rejects.toThrow(/The walk "x" is under way elsewhere/)
    end.open()
    expect(await first).toMatchObject({ outcome: 'completed', rows: 10 })
  })

  it('of many that begin at once one walks, and the others are refused', async () => {
    const seen: string[] = []
    const walks = Array.from({ length: 6 }, () =>
      elsewhere({}, async (rows) => {
        seen.push(...rows.map(({ name }) => name))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }),
    )
    const ended = await Promise.allSettled(walks)
    const refused = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
    // Whoever comes when it is completed has nothing to do.
    for (const reason of refused) expect(reason).toMatchObject({ code: 'WALK_TAKEN' })
    expect(seen.join(' ')).toBe('c10 c11 c12 c13 c14 c15 c16 c17 c18 c19')
  })

  it('whose holder is gone: it is taken over when its lease is over', async () => {
    await expect(elsewhere({}, () => Promise.reject(new Error('killed')))).rejects.toThrow('killed')
    await markAsHeld(`interval '1 hour'`)
    expect(await store.status('x')).toMatchObject({ state: 'running' })
    await expect(elsewhere({}, () => {})).rejects.toMatchObject({ code: 'WALK_TAKEN' })
    await markAsHeld(`interval '-1 ms'`)
    expect(await store.status('x')).toMatchObject({ state: 'stopped' })
    expect(await elsewhere({}, () => {})).toMatchObject({ outcome: 'completed', rows: 10 })
  })

  it('who may wait for it', async () => {
    await expect(elsewhere({}, () => Promise.reject(new Error('killed')))).rejects.toThrow('killed')
    await markAsHeld(`interval '400 ms'`)
    expect(await elsewhere({ waitMs: 60_000 }, () => {})).toMatchObject({ outcome: 'completed' })
  })

  it('and may be called off while he waits', async () => {
    await expect(elsewhere({}, () => Promise.reject(new Error('killed')))).rejects.toThrow('killed')
    await markAsHeld(`interval '1 hour'`)
    const signal = AbortSignal.timeout(50)
    const waited = await elsewhere({ waitMs: 60_000, signal }, () => expect.unreachable())
    expect(waited).toMatchObject({ outcome: 'interrupted', rows: 0 })
    expect(await store.status('x')).toMatchObject({ state: 'running' })
  })

  it('and one that was thought to be gone commits nothing more', async () => {
    const [begun, end] = [gate(), gate()]
    let calls = 0
    const { companies } = shop.repos
    const paused = companies
      .orderBy('name')
      .walk({ name: 'x', store, batchSize: 4, throttle: { when, everyMs: 1 } }, async (_, { trx }) => {
        await repositories(trx).categories.create({ name: `${calls}`, slug: `${calls}` })
      })
    async function when() {
      if (++calls < 2) return false
      begun.open()
      await end.passed
      return false
    }
    await begun.passed
    await shop.run(`UPDATE sluice_walks SET lease_until = clock_timestamp()`)
    const seen: string[] = []
    await elsewhere({}, (rows) => void seen.push(...rows.map(({ name }) => name)))
    end.open()
    await expect(paused).rejects.toMatchObject({ code: 'WALK_LOST' })
    expect(seen.join(' ')).toBe('c14 c15 c16 c17 c18 c19')
    expect(await shop.repos.categories.count()).toBe(1)
    expect(await store.status('x')).toMatchObject({ state: 'completed', rows: 10, failure: null })
  })

  it('and one that is forgotten under way ends', async () => {
    const { companies } = shop.repos
    let forgotten: Promise<boolean> | undefined
    const walked = companies.walk({ name: 'x', store, batchSize: 1 }, async () => {
      forgotten ??= store.forget('x')
      await new Promise((resolve) => setTimeout(resolve, 50))
    })
    await expect(walked).rejects.toMatchObject({ code: 'WALK_LOST' })
    expect(await forgotten).toBe(true)
    expect(await store.status('x')).toBeNull()
  })
})
