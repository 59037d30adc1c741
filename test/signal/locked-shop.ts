import { afterAll, afterEach, beforeAll, vi, expect } from 'vitest'
import { sql } from 'kysely'
import { openShop, type Shop } from '../support/shop.js'

/** With a pool of one connection, and ten users. */
export let shop: Shop

/** Has the tests of a file run on a shop whose tables can be locked. */
export function useLockedShop(): void {
  beforeAll(async () => {
    shop = await openShop({ users: 10, connect: { max: 1 } })
  })
  afterEach(() => shop.sql('rollback'))
  afterAll(() => shop[Symbol.asyncDispose]())
}

/** Has everyone else wait who needs a table. */
export async function lock(table: string): Promise<void> {
  await shop.sql('begin')
  await shop.sql(`lock table ${table} in access exclusive mode`)
}

export const unlock = () => shop.sql('rollback')

const waiting = async () =>
  (
    await shop.sql(`select pid from pg_locks join pg_database on oid = database
    where datname = current_database() and not granted`)
  ).length

/** Waits until somebody does. */
export const untilWaiting = () =>
  vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 10_000, interval: 2 })

/** The server is at work on nothing of ours. */
export async function expectNothingRuns(): Promise<void> {
  expect(await waiting()).toBe(0)
  expect(
    await shop.sql(`select query from pg_stat_activity
    where datname = current_database() and state = 'active' and pid <> pg_backend_pid()`),
  ).toEqual([])
}

/** Which session of the server the pool's connection is. */
export async function sessionOfPool(): Promise<unknown> {
  return (await sql`select pg_backend_pid() as pid`.execute(shop.db)).rows
}
