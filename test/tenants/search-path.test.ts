import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sql } from 'kysely'
import { withSettings } from 'sluice'
import { generate } from '../../codegen/generate.js'
import type { Repositories, repositories } from '../../generated/index.js'
import { createTestDatabase } from '../support/database.js'
import { openShops, type Shops } from './shops.js'

let shops: Shops
let make: typeof repositories
let repos: Repositories

/** The code of schema.sql once more, which leaves the schema open. */
const out = fileURLToPath(new URL('.generated-search-path', import.meta.url))

async function generated(): Promise<typeof repositories> {
  await rm(out, { recursive: true, force: true })
  await using database = await createTestDatabase({ schema: 'shop' })
  await generate({ source: { url: database.url }, out, settings: { followSearchPath: true } })
  // The same names as those of the repository's own.
  const module = (await import(`${out}/index.ts`)) as { readonly repositories: typeof repositories }
  return module.repositories
}

beforeAll(async () => {
  shops = await openShops({ t1: 1, t2: 2 })
  make = await generated()
  repos = make(shops.open({ options: '-c search_path=t1' }))
})
afterAll(async () => {
  await shops[Symbol.asyncDispose]()
  await rm(out, { recursive: true, force: true })
})

it('follows the search_path of its connections, and of a transaction', async () => {
  const db = shops.open({ options: '-c search_path=t2' })
  const two = make(db)
  expect([await repos.users.count(), await two.users.count()]).toEqual([23, 26])
  expect([...two.posts.selectRelated('author').iterator()]).toHaveLength(42)
  expect(await repos.users.prefetchRelated('postsByAuthor', 'company').toArray()).toHaveLength(23)
  expect(await repos.products.filter({ status: 'draft', labels: { contains: ['sale'] } }).exists()).toBe(true)
  expect(await withSettings(db, { search_path: 't1' }, (trx) => two.users.using(trx).count())).toBe(23)
  expect([...two.users.iterator({ settings: { search_path: 't1' } })]).toHaveLength(23)
})

it('writes by it, and names the table that the server does', async () => {
  const [product] = await repos.products.bulkCreate([
    { supplierId: 1, sku: 'path', name: 'P', status: 'active', labels: ['sale'], price: '1' },
  ])
  expect(await shops.sql(`select id from t1.products where sku = 'path'`)).toEqual([{ id: product?.id }])
  await expect(
    repos.products.create({ supplierId: 1, sku: 'path', name: 'P', price: '1' }),
  ).rejects.toMatchObject({
    table: 't1.products',
    columns: ['sku'],
  })
})

it('goes by withSchema() where that is called, and refuses iterator() once a statement sets another', async () => {
  expect(repos.users.toSQL().sql).toContain('from "users" as "users"')
  expect(await repos.withSchema('t2').users.prefetchRelated('company').toArray()).toHaveLength(26)
  const db = shops.open({ max: 1, options: '-c search_path=t1' })
  await sql`set search_path to t2`.execute(db)
  expect(await make(db).users.count()).toBe(26)
  expect(() => make(db).users.iterator()).toThrow('SET search_path')
})
