import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rank, ref, rowNumber, UsageError, walkStore } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 6 })
})
afterAll(() => shop[Symbol.asyncDispose]())

type Users = Shop['users']
const inParts: readonly (readonly [string, (users: Users) => unknown])[] = [
  ['page', (users) => users.page({ size: 3 })],
  ['resumable', (users) => users.resumable({ batchSize: 3 })],
  ['walk', (users) => users.walk({ name: 'w', store: walkStore(shop.db) }, () => {})],
  ['partitions', (users) => users.partitions(2)],
  ['partitions', (users) => users.partitions(2, { by: 'ctid' })],
  ['partition', (users) => users.partition('x')],
  ['parallel', (users) => users.parallel({ partitions: 2 })],
  ['parallel', (users) => users.parallel({ partitions: 2, by: 'ctid' })],
]

const others: readonly (readonly [string, (users: Users) => unknown])[] = [
  ['a window', (users) => users.annotate({ place: rank().over({ orderBy: 'id' }) })],
  ['a window in an expression', (users) => users.annotate({ place: rowNumber().over({}).plus(1) })],
  ['a window among values', (users) => users.values('id', { place: rank().over({ orderBy: 'id' }) })],
  ['a window of values listed', (users) => users.valuesList(rank().over({ orderBy: 'id' }))],
  ['a slice', (users) => users.slice(0, 4)],
  ['distinct rows', (users) => users.distinct()],
  ['distinct values', (users) => users.values('name').distinct('name')],
  ['a union', (users) => users.union(users.filter({ id: 1 }))],
  ['an intersection', (users) => users.intersection(users.filter({ id: 1 }))],
  ['groups', (users) => users.values('name').annotate({ n: rank().over({ orderBy: 'name' }) })],
]

describe.each(inParts)('%s(), which reads rows by several queries,', (method, call) => {
  it.each(others)('refuses %s, whose rows are not what they are by themselves', async (_, queryset) => {
    // As wrong as the types say.
    const wrong = queryset(shop.users) as Users
    const refused = expect(Promise.resolve().then(() => call(wrong))).rejects
    await refused.toThrow(UsageError)
    await refused.toThrow(`${method}`)
  })
})

it('the window is no hindrance where it is left out of the rows', async () => {
  const ranked = shop.users.annotate({ place: rank().over({ orderBy: '-id' }) })
  const { rows } = await ranked.values('id').page({ size: 2 })
  expect(rows).toEqual([{ id: 1 }, { id: 2 }])
  const parts = await ranked.values('id').partitions(2)
  expect(await Promise.all(parts.map((part) => part.count()))).toEqual([3, 3])
})

it('one query has the window over all rows', async () => {
  const places: unknown[] = []
  const ranked = shop.users.orderBy('id').annotate({ place: rank().over({ orderBy: 'id' }), same: ref('id') })
  for await (const row of ranked.aiterator({ chunkSize: 2 })) places.push(row.place)
  expect(places).toEqual([1, 2, 3, 4, 5, 6])
})
