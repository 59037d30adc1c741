import { getEventListeners } from 'node:events'
import { sql, type Transaction } from 'kysely'
import { expect, it, vi } from 'vitest'
import { afterCommit, atomic } from 'sluice'
import type { DB } from '../../generated/index.js'
import { add, names, shop, useShop } from './users.js'

useShop()

const slow = sql<boolean>`pg_sleep(600) is not null`

const running = async () =>
  (
    await shop.sql(`select from pg_stat_activity where datname = current_database()
    and state <> 'idle' and pid <> pg_backend_pid()`)
  ).length
const untilAsleep = () =>
  vi.waitFor(async () =>
    expect(
      await shop.sql(
        `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`,
      ),
    ).not.toEqual([]),
  )

const ways: Readonly<Record<string, (trx: Transaction<DB>) => Promise<unknown>>> = {
  'a repository': (trx) =>
    shop.users
      .using(trx)
      .filter(() => slow)
      .count(),
  'free-hand SQL': (trx) => sql`select ${slow}`.execute(trx),
  'a stream': (trx) =>
    shop.users
      .using(trx)
      .filter(() => slow)
      .aiterator()
      .next(),
  'a part of it': (trx) => atomic(trx, (inner) => sql`select ${slow}`.execute(inner)),
  'what nobody waits for': async (trx) => {
    sql`select ${slow}`.execute(trx).catch(() => {})
    await new Promise(() => {})
  },
}

it.each(Object.entries(ways))('is called off while the server is at work on %s', async (_, run) => {
  const controller = new AbortController()
  const outcome = atomic(
    shop.db,
    async (trx) => {
      await add(trx, 'Ada')
      await afterCommit(trx, () => add(shop.db, 'never'))
      await run(trx)
    },
    { signal: controller.signal, retry: {} },
  )
  const ended = expect(outcome).rejects.toBe('enough')
  await untilAsleep()
  controller.abort('enough')
  await ended
  expect(await running()).toBe(0)
  expect(await names()).toEqual([])
  expect(await Promise.all([shop.users.count(), shop.users.count()])).toEqual([0, 0])
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})

it('is called off while its function waits for something else, and refuses what that does later', async () => {
  const controller = new AbortController()
  let goOn = () => {}
  let later: Promise<unknown> | undefined
  const outcome = atomic(
    shop.db,
    async (trx) => {
      await add(trx, 'Ada')
      await new Promise<void>((resolve) => {
        goOn = resolve
        setImmediate(() => controller.abort('enough'))
      })
      await (later = add(trx, 'late'))
    },
    { signal: controller.signal },
  )
  await expect(outcome).rejects.toBe('enough')
  goOn()
  await vi.waitFor(() => expect(later).toBeDefined())
  await expect(later).rejects.toBe('enough')
  expect(await names()).toEqual([])
})

it('ends a part alone, by its own signal', async () => {
  await atomic(shop.db, async (trx) => {
    await add(trx, 'kept')
    const signal = AbortSignal.timeout(30)
    const part = atomic(
      trx,
      async (inner) => {
        await add(inner, 'lost')
        await sql`select ${slow}`.execute(inner)
      },
      { signal },
    )
    await expect(part).rejects.toMatchObject({ name: 'TimeoutError' })
    await add(trx, 'after')
  })
  expect(await names()).toEqual(['kept', 'after'])
})

it('ends the wait for a connection and the pause between two runs, and sends nothing once it is aborted', async () => {
  const one = await shop.db.startTransaction().execute()
  const other = await shop.db.startTransaction().execute()
  const waiting = new AbortController()
  const outcome = atomic(shop.db, () => Promise.resolve(), { signal: waiting.signal })
  setImmediate(() => waiting.abort('enough'))
  await expect(outcome).rejects.toBe('enough')
  await Promise.all([one.rollback().execute(), other.rollback().execute()])

  const pausing = new AbortController()
  const retried = atomic(
    shop.db,
    async (trx) => {
      setTimeout(() => pausing.abort('enough'), 20)
      await sql`do $$ begin raise exception 'no' using errcode = '40001'; end $$`.execute(trx)
    },
    { signal: pausing.signal, retry: { delayMs: 60_000, maxDelayMs: 60_000 } },
  )
  await expect(retried).rejects.toBe('enough')

  const called = vi.fn(() => Promise.resolve())
  await expect(atomic(shop.db, called, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  expect(called).not.toHaveBeenCalled()
})
