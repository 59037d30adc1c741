import { expect, it } from 'vitest'
import { logSlowQueries, requests, type SlowQuery } from '../../examples/slow-queries.js'
import { openShop } from '../support/shop.js'

it('logs what is slow, by the request that asked, and not the body of a loop', async () => {
  await using shop = await openShop({ users: 3 })
  await shop.users.count()
  const logged: SlowQuery[] = []
  const stop = logSlowQueries(300, (slow) => logged.push(slow))
  try {
    const slow = shop.users.filter((eb) => eb(eb.fn('pg_sleep', [eb.val(0.2)]), 'is not', null))
    const read = async () => {
      for await (const _ of slow.aiterator());
    }
    await Promise.all([requests.run('request 1', read), requests.run('request 2', () => slow.toArray())])
    for await (const _ of shop.users.aiterator()) await new Promise((resolve) => setTimeout(resolve, 150))
  } finally {
    stop()
  }
  await shop.users.filter((eb) => eb(eb.fn('pg_sleep', [eb.val(0.2)]), 'is not', null)).count()
  const what = logged.map(({ request, kind, table, rows, failed }) => ({
    request,
    kind,
    table,
    rows,
    failed,
  }))
  expect(what.sort((a, b) => ((a.request ?? '') < (b.request ?? '') ? -1 : 1))).toEqual([
    { request: 'request 1', kind: 'stream', table: 'public.users', rows: 3, failed: false },
    { request: 'request 2', kind: 'query', table: 'public.users', rows: 3, failed: false },
  ])
})
