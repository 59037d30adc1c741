/** What becomes of walks between which and the server something is: a network that fails, a pooler. */
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { connect, walkStore, type WalkEvent } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import { startPgbouncer } from '../faults/bouncer.js'
import { findPgbouncer } from '../faults/needs.js'
import { startProxy } from '../postgres/support/proxy.js'
import { openShop } from '../queryset/shop.js'
import { listen } from '../trace/heard.js'

const COMPANIES = `INSERT INTO companies (name) SELECT 'c' || i FROM generate_series(10, 19) i`

it.each(['and is done', 'and is not done'])(
  'a COMMIT whose answer is lost %s does each row once',
  async (how) => {
    await using shop = await openShop(COMPANIES)
    await using proxy = await startProxy(shop.database.url)
    const db = connect<DB>({ connectionString: proxy.url })
    try {
      const store = walkStore(db)
      await store.create()
      let batches = 0
      let isCut = false
      const cut = (bytes: Buffer, words: string) => {
        if (batches !== 2 || isCut || !bytes.includes(words)) return false
        return (isCut = true)
      }
      // Of the answer, or of the request.
      if (how === 'and is done')
        proxy.relay = (bytes, to) => void (cut(bytes, 'COMMIT\0') ? to.destroy() : to.write(bytes))
      else proxy.relayToServer = (bytes, to) => void (cut(bytes, 'commit\0') ? to.destroy() : to.write(bytes))
      const events: WalkEvent[] = []
      const onEvent = (event: WalkEvent) => void events.push(event)
      const retry = { attempts: 5, delayMs: 1 }
      const walked = await repositories(db).companies.walk(
        { name: 'x', store, batchSize: 4, retry, onEvent },
        async (rows, { trx }) => {
          batches++
          for (const { name } of rows) await repositories(trx).categories.create({ name, slug: name })
        },
      )
      expect(isCut).toBe(true)
      expect(walked).toMatchObject({ outcome: 'completed', rows: 10, batches: 3 })
      expect(events.find(({ type }) => type === 'retried')?.error).toMatchObject({ code: 'COMMIT_UNKNOWN' })
      expect(batches).toBe(how === 'and is done' ? 3 : 4)
      expect(await shop.repos.categories.count()).toBe(10)
    } finally {
      await db.close()
    }
  },
)

it.skipIf(findPgbouncer() === undefined)(
  'a walk goes through a pooler in transaction mode, and only one at a time',
  async () => {
    await using shop = await openShop(COMPANIES)
    const bouncer = await startPgbouncer(shop.database.url, { poolSize: 2 })
    const dbs = Array.from({ length: 4 }, () => connect<DB>({ connectionString: bouncer.url }))
    try {
      await walkStore(shop.db).create()
      const ended = await Promise.all(
        dbs.map((db) =>
          repositories(db).companies.walk(
            { name: 'x', store: walkStore(db), batchSize: 2, waitMs: 60_000 },
            async (rows, { trx }) => {
              const names = rows.map(({ name }) => ({ name, slug: name }))
              await repositories(trx).categories.bulkCreate(names)
            },
          ),
        ),
      )
      expect(ended.map(({ outcome }) => outcome)).toEqual(Array(4).fill('completed'))
      expect(await shop.repos.categories.count()).toBe(10)
      const names: string[] = []
      for await (const { rows } of repositories(dbs[0] as (typeof dbs)[0]).companies.resumable({
        batchSize: 3,
      }))
        names.push(...rows.map(({ name }) => name))
      expect(names).toHaveLength(10)
    } finally {
      await Promise.all(dbs.map((db) => db.close()))
      await bouncer.stop()
    }
  },
)

it('each batch is one query for those who listen, with its prefetches', async () => {
  await using shop = await openShop(COMPANIES)
  using heard = listen()
  for await (const _ of shop.repos.companies.prefetchRelated('users').resumable({ batchSize: 5 }));
  expect(heard.names()).toEqual([
    ...['query SELECT public.companies', 'prefetch SELECT public.users'],
    ...['query SELECT public.companies', 'prefetch SELECT public.users'],
    'query SELECT public.companies',
  ])
})

it('a store shows its table, and not by what it is reached', async () => {
  await using shop = await openShop()
  const store = walkStore(shop.db)
  expect(inspect(store, { depth: 9, showHidden: true })).not.toMatch(/executor|engine|password/)
  expect(JSON.parse(JSON.stringify(store))).toEqual({ table: '"public"."sluice_walks"' })
})
