import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, max, UsageError, type QuerySet } from 'sluice'
import type { CompaniesModel } from '../../generated/index.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) SELECT chr(96 + n) FROM generate_series(1, 5) AS n;
    INSERT INTO users (email, name, company_id) VALUES ('a@x', 'a', 2), ('b@x', 'b', 3), ('c@x', 'c', 5)`)
})
afterAll(() => shop[Symbol.asyncDispose]())

// Without what types say of slices.
const companies = (): QuerySet<CompaniesModel> => shop.repos.companies.orderBy('id').slice(1, 3)
const users = () => shop.repos.users.orderBy('id').slice(1, 3)

/** Conditions, orders and groups would count within the slice; Django refuses them as well. */
const refused: Readonly<Record<string, () => unknown>> = {
  filter: () => companies().filter({ id: 1 }),
  'filter without conditions': () => companies().filter(),
  exclude: () => companies().exclude({ id: 1 }),
  orderBy: () => companies().orderBy('name'),
  reverse: () => companies().reverse(),
  distinct: () => companies().distinct(),
  'distinct by fields': () => companies().distinct('id'),
  annotate: () => companies().annotate({ n: count('users') }),
  last: () => companies().last(),
  latest: () => companies().latest('name'),
  earliest: () => companies().earliest('name'),
  'get with conditions': () => companies().get({ id: 2 }),
  inBulk: () => companies().inBulk([2]),
  'inBulk without keys': () => companies().inBulk(),
  update: () => companies().update({ name: 'x' }),
  delete: () => companies().delete(),
}

const IDS = [2, 3]
const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id)

/** What reads the rows of the slice, or changes what a row of it is. */
const allowed: Readonly<Record<string, () => Promise<unknown>>> = {
  all: async () => ids(await companies().all().toArray()),
  slice: async () => ids(await companies().slice(0, 5).toArray()),
  only: async () => ids(await companies().only('name').toArray()),
  defer: async () => ids(await companies().defer('name').toArray()),
  values: async () => ids(await companies().values('id').toArray()),
  valuesList: () => companies().valuesList('id', { flat: true }).toArray(),
  selectRelated: async () => (await users().selectRelated('company').toArray()).map((row) => row.id),
  prefetchRelated: async () => ids(await companies().prefetchRelated('users').toArray()),
  union: async () => ids(await companies().union(companies()).orderBy('id').toArray()),
  intersection: async () => ids(await companies().intersection(shop.repos.companies).orderBy('id').toArray()),
  difference: async () =>
    ids(
      await companies()
        .difference(shop.repos.companies.filter({ id: 9 }))
        .orderBy('id')
        .toArray(),
    ),
  selectForUpdate: () =>
    shop.db
      .transaction()
      .execute(async (trx) => ids(await companies().using(trx).selectForUpdate().toArray())),
  iterating: async () => {
    const rows = []
    for await (const row of companies()) rows.push(row)
    return ids(rows)
  },
  aiterator: async () => {
    const rows = []
    for await (const row of companies().aiterator({ chunkSize: 1 })) rows.push(row)
    return ids(rows)
  },
  iterator: () => Promise.resolve(ids([...companies().iterator({ chunkSize: 1 })])),
  toKysely: async () => ids(await companies().toKysely().execute()),
  first: async () => [(await companies().first())?.id, 3],
  get: async () => [2, (await companies().slice(1).get()).id],
  count: async () => [await companies().count(), 3],
  exists: async () => [(await companies().exists()) ? 2 : 0, (await companies().slice(2).exists()) ? 0 : 3],
  aggregate: async () => [2, (await companies().aggregate({ id: max('id') })).id],
  explain: async () => [2, /Limit/.test(await companies().explain()) ? 3 : 0],
}

describe('after a slice', () => {
  it.each(Object.keys(refused))('%s is refused', async (name) => {
    const call = async () => void (await refused[name]?.())
    await expect(call()).rejects.toThrow(UsageError)
    await expect(call()).rejects.toThrow(`${name.split(' ')[0]}() on a slice of public.companies`)
  })

  it.each(Object.keys(allowed))('%s goes by the rows of the slice', async (name) => {
    expect(await allowed[name]?.()).toEqual(IDS)
  })

  it('none is empty', async () => {
    expect(await companies().none().toArray()).toEqual([])
  })
})
