import { afterAll, beforeAll, expect, it } from 'vitest'
import { connect, withSettings, type Database } from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { startPgbouncer, type Pgbouncer } from '../faults/bouncer.js'
import { findPgbouncer } from '../faults/needs.js'
import { collect, shop, tenants, url, usePolicies } from './policies.js'

usePolicies()

/** Connections of ours, on fewer of the server's: what one leaves behind, another would find. */
const OURS = 6
const THEIRS = 2

const isThere = findPgbouncer() !== undefined
let bouncer: Pgbouncer
let pooled: Database<DB>
let repos: Repositories
beforeAll(async () => {
  if (!isThere) return
  bouncer = await startPgbouncer(url(), { poolSize: THEIRS })
  pooled = connect<DB>({ connectionString: bouncer.url, max: OURS })
  repos = repositories(pooled)
})
afterAll(async () => {
  if (!isThere) return
  await pooled.close()
  await bouncer.stop()
})

const three = [1, 2, 3]

/** Each way to read with the settings of a tenant. */
const WAYS: Record<string, (tenant: number) => Promise<readonly { readonly id: number }[]>> = {
  'withSettings, a stream': (tenant) =>
    withSettings(pooled, { 'app.tenant': tenant }, (inner) =>
      collect(repos.users.using(inner).aiterator({ chunkSize: 3 })),
    ),
  'withSettings, whole and prefetched': (tenant) =>
    withSettings(pooled, { 'app.tenant': tenant }, (inner) =>
      repos.users.using(inner).prefetchRelated('postsByAuthor').toArray(),
    ),
  'withSettings, free-hand': (tenant) =>
    withSettings(pooled, { 'app.tenant': tenant }, (inner) =>
      inner.selectFrom('users').select('id').execute(),
    ),
  'settings of a stream': (tenant) =>
    collect(repos.users.aiterator({ chunkSize: 2, settings: { 'app.tenant': tenant } })),
  'settings of a stream with prefetches': (tenant) =>
    collect(
      repos.users
        .prefetchRelated('postsByAuthor')
        .aiterator({ chunkSize: 4, settings: { 'app.tenant': tenant } }),
    ),
  'settings of iterator()': (tenant) =>
    Promise.resolve([...repos.users.iterator({ settings: { 'app.tenant': tenant } })]),
}

it.skipIf(!isThere).each(Object.entries(WAYS))(
  'behind PgBouncer each of many has the rows of its tenant, by %s',
  async (_, read) => {
    const wanted = Array.from({ length: 4 }, () => three).flat()
    const rows = await Promise.all(wanted.map(read))
    expect(rows.map((each) => [...tenants(each)])).toEqual(wanted.map((tenant) => [tenant]))
    expect(rows.map(({ length }) => length)).toEqual(wanted.map(() => 10))
    // And who says nothing has none, on whichever connection.
    const left = await Promise.all(wanted.map(() => repos.users.count()))
    expect(left).toEqual(wanted.map(() => 0))
  },
)

it.skipIf(!isThere)('behind PgBouncer a stream that is left, or fails, leaves no tenant behind', async () => {
  await Promise.all(
    three.map(async (tenant) => {
      for await (const user of repos.users.aiterator({ chunkSize: 2, settings: { 'app.tenant': tenant } })) {
        expect([...tenants([user])]).toEqual([tenant])
        break
      }
      const failing = withSettings(pooled, { 'app.tenant': tenant }, async (inner) => {
        await repos.users.using(inner).all().update({ name: 'Undone' })
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
    }),
  )
  const left = await Promise.all(Array.from({ length: 12 }, () => repos.users.count()))
  expect(left).toEqual(left.map(() => 0))
  expect(await shop.sql(`select 1 from users where name = 'Undone'`)).toEqual([])
})
