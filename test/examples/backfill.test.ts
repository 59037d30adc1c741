import { expect, it } from 'vitest'
import { backfillTags } from '../../examples/backfill.js'
import { hasServerLog, serverLog } from '../support/database.js'
import { openShop } from '../support/shop.js'

it('tags users by their e-mail hosts, in one read and a write per 500 rows', async () => {
  await using shop = await openShop({ users: 1_700 })
  await shop.sql(
    `update users set tags = '{}', email = 'user' || id || '@Host' || id % 3 || '.example' where id > 100`,
  )
  const log = hasServerLog ? serverLog(shop.database) : undefined
  const mark = await log?.mark()

  expect(await backfillTags(shop.users)).toBe(1_600)

  if (log && mark !== undefined) {
    const statements = await log.statementsSince(mark)
    const executed = statements.filter(({ kind }) => kind === 'execute').map(({ sql }) => sql.slice(0, 6))
    expect(executed.filter((sql) => sql === 'select')).toHaveLength(1)
    expect(executed.filter((sql) => sql === 'update')).toHaveLength(4)
  }
  expect(await shop.users.filter({ tags: ['host:host1.example'] }).count()).toBe(533)
  expect((await shop.users.get({ id: 100 })).tags).toEqual(['t2', 'all'])
  expect(await backfillTags(shop.users)).toBe(0)
})
