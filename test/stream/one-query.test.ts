import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasServerLog, serverLog, type LoggedStatement } from '../support/database.js'
import { MOST_AHEAD } from '../../src/portal/pace.js'
import { openShop, type Shop } from '../support/shop.js'

const USERS = 16_044

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: USERS, connect: { max: 1 } })
})
afterAll(() => shop[Symbol.asyncDispose]())

const forms = {
  aiterator: async (options: { chunkSize?: number; batchYieldSize: number }) => {
    const batches = []
    for await (const batch of shop.users.orderBy('id').aiterator(options)) batches.push(batch)
    return batches
  },
  iterator: (options: { chunkSize?: number; batchYieldSize: number }) => {
    const batches = []
    for (const batch of shop.users.orderBy('id').iterator(options)) batches.push(batch)
    return Promise.resolve(batches)
  },
}

describe.each(['aiterator', 'iterator'] as const)('%s', (form) => {
  it('regroups chunks of 2000 into 33 batches, 500 each but the last of 44, in order', async () => {
    const batches = await forms[form]({ chunkSize: 2000, batchYieldSize: 500 })
    expect(batches.map((batch) => batch.length)).toEqual([...Array<number>(32).fill(500), 44])
    expect(batches.flat().map((user) => user.id)).toEqual(
      Array.from({ length: USERS }, (_, index) => index + 1),
    )
  })

  it.skipIf(!hasServerLog)('sends one query whatever the sizes are', async () => {
    const log = serverLog(shop.database)
    const cases: [Parameters<typeof forms.iterator>[0], least: number][] = [
      // Some more are those that were sent before the last chunk had come.
      [{ chunkSize: 2000, batchYieldSize: 500 }, 8],
      [{ chunkSize: 999, batchYieldSize: 5000 }, 16],
      // Chunks of 10, 80, 640 and 2000 rows, each size at least once.
      [{ batchYieldSize: 7 }, 10],
    ]
    for (const [options, least] of cases) {
      const mark = await log.mark()
      await forms[form](options)
      const reads = (await log.statementsSince(mark)).filter(({ sql }) => sql.includes('"users"'))
      const count = (kind: LoggedStatement['kind']) => reads.filter((read) => read.kind === kind).length
      expect(count('execute')).toBe(1)
      expect(count('fetch')).toBeGreaterThanOrEqual(least)
      expect(count('fetch')).toBeLessThanOrEqual(least + MOST_AHEAD)
      expect(count('simple')).toBe(0)
    }
  })
})
