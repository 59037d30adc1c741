import { beforeEach, describe, expect, it } from 'vitest'
import type { NewUser } from '../../generated/index.js'
import { expectNothingRuns, lock, shop, untilWaiting, unlock, useLockedShop } from './locked-shop.js'

useLockedShop()
beforeEach(() => shop.sql('truncate users restart identity cascade'))

const rows = (count: number): NewUser[] =>
  Array.from({ length: count }, (_, n) => ({ email: `u${n}@b`, name: `N${n}` }))

/** Rows that come until someone has had enough. */
async function* aborting(
  count: number,
  abort: () => void,
  then?: () => Promise<never>,
): AsyncGenerator<NewUser> {
  yield* rows(count)
  abort()
  if (then !== undefined) await then()
  yield* rows(count * 2).slice(count)
}

describe('a bulk write that is called off', () => {
  it('between two batches leaves nothing, where it is one transaction', async () => {
    const controller = new AbortController()
    const source = aborting(2_500, () => controller.abort('enough'))
    await expect(shop.users.bulkCreate(source, { signal: controller.signal })).rejects.toBe('enough')
    await expectNothingRuns()
    expect(await shop.users.count()).toBe(0)
  })

  it('leaves the batches that are done, where each stands for itself', async () => {
    const controller = new AbortController()
    const source = aborting(20, () => controller.abort('enough'))
    const writing = shop.users.bulkCreate(source, { batchSize: 10, signal: controller.signal })
    await expect(writing).rejects.toBe('enough')
    expect(await shop.users.count()).toBeLessThanOrEqual(20)
    expect(await shop.users.count()).toBeGreaterThanOrEqual(10)
  })

  it('ends while its source has nothing to give, and need never have', async () => {
    const controller = new AbortController()
    const source = aborting(
      1_000,
      () => setTimeout(() => controller.abort('enough')),
      () => new Promise(() => {}),
    )
    await expect(shop.users.bulkCreate(source, { signal: controller.signal })).rejects.toBe('enough')
    expect(await shop.users.count()).toBe(0)
  })

  it('ends while rows are copied', async () => {
    await shop.sql(`create function stall() returns trigger language plpgsql as $$
      begin if new.name = 'N1500' then perform pg_advisory_xact_lock(1); end if; return new; end $$;
      create trigger stall before insert on users for each row execute function stall()`)
    await shop.sql('begin')
    await shop.sql('select pg_advisory_xact_lock(1)')
    const controller = new AbortController()
    const writing = shop.users.bulkCreate(rows(3_000).values(), { signal: controller.signal })
    const ended = expect(writing).rejects.toBe('enough')
    await untilWaiting()
    controller.abort('enough')
    await ended
    await expectNothingRuns()
    await unlock()
    expect(await shop.users.count()).toBe(0)
    await shop.sql('drop function stall cascade')
  })

  it('within a transaction leaves that nothing to commit', async () => {
    const writing = shop.db.transaction().execute(async (trx) => {
      const controller = new AbortController()
      const source = aborting(2_500, () => controller.abort('enough'))
      const users = shop.users.using(trx)
      await expect(users.bulkCreate(source, { signal: controller.signal })).rejects.toBe('enough')
      await users.count()
    })
    await expect(writing).rejects.toMatchObject({ sqlState: '25P02' })
    expect(await shop.users.count()).toBe(0)
  })

  it('tells of what is written, where the signal comes too late', async () => {
    const controller = new AbortController()
    const writing = shop.users.create({ email: 'a@b', name: 'A' }, { signal: controller.signal })
    const user = await writing
    controller.abort()
    expect(await shop.users.get({ id: user.id })).toEqual(user)
    await lock('users')
    await unlock()
  })
})

describe('a queryset that keeps its rows', () => {
  it('is read for each caller by itself, where one of them may call it off', async () => {
    await shop.users.bulkCreate(rows(3))
    const all = shop.users.orderBy('id')
    await lock('users')
    const controller = new AbortController()
    const one = expect(all.toArray({ signal: controller.signal })).rejects.toBe('enough')
    await untilWaiting()
    const other = all.toArray()
    controller.abort('enough')
    await one
    await unlock()
    expect(await other).toHaveLength(3)
    const kept = await all.toArray({ signal: new AbortController().signal })
    await shop.sql('delete from users')
    expect(await all.toArray({ signal: new AbortController().signal })).toEqual(kept)
  })
})
