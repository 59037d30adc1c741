import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { KyselyHandle } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'

/** With a pool of two connections. */
export let shop: Shop

/** Has the tests of a file run on a shop without users. */
export function useShop(): void {
  beforeAll(async () => {
    shop = await openShop({ connect: { max: 2, closeTimeoutMs: 2_000 } })
  })
  afterAll(() => shop[Symbol.asyncDispose]())
  beforeEach(() => shop.sql('delete from users; delete from companies'))
}

/** Makes a user. */
export const add = (db: KyselyHandle, name: string) =>
  shop.users.using(db).create({ email: `${name}@example.com`, name })

/** Those that are committed. */
export async function names(): Promise<string[]> {
  return (await shop.sql<{ name: string }>('select name from users order by id')).map(({ name }) => name)
}

export const fails =
  (message = 'no') =>
  () =>
    Promise.reject(new Error(message))
