import { describe, expect, it } from 'vitest'
import { SchemaDriftError, type QuerySet, type Model } from 'sluice'
import { everyType } from './every-type.js'
import { openShop } from './shop.js'

/** Every way of reading rows. */
const paths: readonly (readonly [string, (rows: QuerySet<Model, unknown>) => Promise<unknown>])[] = [
  ['toArray', (rows) => rows.toArray()],
  ['first', (rows) => rows.first()],
  [
    'for await',
    async (rows) => {
      for await (const _ of rows);
    },
  ],
  [
    'aiterator',
    async (rows) => {
      for await (const _ of rows.aiterator());
    },
  ],
  [
    'iterator',
    async (rows) => {
      await Promise.resolve()
      for (const _ of rows.iterator());
    },
  ],
]

const changes: readonly (readonly [string, string, 'categories' | 'products' | 'payments', RegExp])[] = [
  [
    'a dropped column',
    'ALTER TABLE categories DROP COLUMN position',
    'categories',
    /public\.categories.*position/,
  ],
  [
    'a renamed column',
    'ALTER TABLE categories RENAME slug TO sluggish',
    'categories',
    /public\.categories.*slug/,
  ],
  ['a dropped table', 'DROP TABLE categories CASCADE', 'categories', /public\.categories/],
  [
    'a column of another type',
    'ALTER TABLE categories ALTER position TYPE text',
    'categories',
    /public\.categories\.position is text.*expects int2.*Run the generator again/,
  ],
  [
    'a wider integer',
    'ALTER TABLE products ALTER stock TYPE bigint',
    'products',
    /public\.products\.stock is int8.*expects int4/,
  ],
  [
    'a timestamp without its time zone',
    'ALTER TABLE payments ALTER paid_at TYPE timestamp',
    'payments',
    /public\.payments\.paid_at is timestamp\b.*expects timestamptz/,
  ],
  [
    'an integer that became an enum, whose labels are as wide',
    `CREATE TYPE level AS ENUM ('high');
     ALTER TABLE products ALTER stock DROP DEFAULT, ALTER stock TYPE level USING 'high'`,
    'products',
    /public\.products\.stock/,
  ],
]

describe.each(changes)('%s since generation', (_, change, table, message) => {
  it('is a SchemaDriftError that names it, by every path', async () => {
    await using shop = await openShop(everyType)
    const rows = (): QuerySet<Model, unknown> => shop.repos[table]
    for (const [, read] of paths) await read(rows())
    await shop.run(change)
    for (const [path, read] of paths) {
      const failure: unknown = await read(rows().all()).catch((error: unknown) => error)
      expect.soft(failure, path).toBeInstanceOf(SchemaDriftError)
      expect.soft((failure as Error).message, path).toMatch(message)
      expect.soft(failure, path).toMatchObject({ code: 'SCHEMA_DRIFT' })
    }
  })
})

it('a column that is not asked for may go', async () => {
  await using shop = await openShop(everyType)
  await shop.run('ALTER TABLE categories DROP COLUMN position')
  expect(await shop.repos.categories.defer('position').count()).toBe(2)
  expect((await shop.repos.categories.only('name').toArray()).length).toBe(2)
})

it('a text column may become a varchar, and the other way round', async () => {
  await using shop = await openShop(everyType)
  await shop.run('ALTER TABLE categories ALTER slug TYPE varchar(50)')
  expect((await shop.repos.categories.orderBy('id').first())?.slug).toBe('top')
})

it('a column may gain a domain over the same type', async () => {
  await using shop = await openShop(everyType)
  await shop.run('CREATE DOMAIN slug AS text; ALTER TABLE categories ALTER slug TYPE slug')
  expect((await shop.repos.categories.orderBy('id').first())?.slug).toBe('top')
})
