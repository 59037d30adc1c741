import type { Socket } from 'node:net'
import { setImmediate as turnOfLoop, setTimeout as sleep } from 'node:timers/promises'
import { Kysely } from 'kysely'
import pg from 'pg'
import { expect, it } from 'vitest'
import { SluiceDialect } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { openShop } from '../support/shop.js'

const ROWS = 4000
const ROW_BYTES = 10_000

it.each([false, true])(
  'a loop that is slower than the server has that wait, in all parts; ordered: %s',
  async (ordered) => {
    await using shop = await openShop({ users: ROWS })
    await shop.sql(`update users set name = repeat('x', ${ROW_BYTES})`)
    const sockets: Socket[] = []
    const pool = new pg.Pool({ connectionString: shop.database.url, max: 5 })
    // pg's types leave out what a client talks by.
    pool.on('connect', (client) => void sockets.push((client as unknown as WithSocket).connection.stream))
    const db = new Kysely<DB>({ dialect: new SluiceDialect({ pool, values: 'sluice' }) })
    const { users } = repositories(db)
    const maxBytes = 2_000_000
    let taken = 0
    let most = 0
    for await (const batch of users.parallel({ partitions: 4, ordered, maxBytes, batchYieldSize: 20 })) {
      taken += batch.length
      // As much as comes, comes.
      for (let turn = 0; turn < 30; turn++) await turnOfLoop()
      const read = sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0)
      most = Math.max(most, read - taken * ROW_BYTES)
    }
    expect(taken).toBe(ROWS)
    // What a fetch brings beyond its share is known when it is there: far below the 40 MB that there are.
    expect(most).toBeLessThan(1.5 * maxBytes)
    await db.destroy()
  },
)

it('a part that waits long for a slow loop is not idle to the server', async () => {
  await using shop = await openShop({ users: ROWS, connect: { max: 5 } })
  await shop.sql(`alter database ${shop.database.name} set idle_in_transaction_session_timeout = '2s'`)
  let rows = 0
  for await (const batch of shop.users.parallel({ partitions: 4, ordered: true, batchYieldSize: 50 })) {
    rows += batch.length
    // The last part waits for three seconds, in which the loop comes back every now and then.
    await sleep(50)
  }
  expect(rows).toBe(ROWS)
})

interface WithSocket {
  readonly connection: { readonly stream: Socket }
}
