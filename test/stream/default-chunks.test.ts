import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasServerLog, serverLog } from '../support/database.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 3000, connect: { max: 1 } })
})
afterAll(() => shop[Symbol.asyncDispose]())

describe.skipIf(!hasServerLog)('without a chunk size', () => {
  it.each(['aiterator', 'iterator'] as const)(
    '%s begins with few rows and goes on with more',
    async (form) => {
      const log = serverLog(shop.database)
      const mark = await log.mark()
      const users = shop.users.orderBy('id').prefetchRelated('orders')
      let read = 0
      for await (const _ of users[form]()) read++
      expect(read).toBe(3000)
      const statements = await log.statementsSince(mark)
      // Chunks of 10, 80, 640, 2000 and the last 270 rows: related rows are read for each.
      const related = statements.filter(
        ({ kind, sql }) => kind === 'execute' && sql.includes('from "public"."orders"'),
      )
      expect(related).toHaveLength(5)
    },
  )
})
