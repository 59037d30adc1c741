import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { count, EncodeError, FieldError, UsageError } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(async () => {
  await shop.sql('truncate users restart identity cascade')
  await shop.users.bulkCreate(
    Array.from({ length: 10 }, (_, index) => ({ email: `u${index}@b`, name: `N${index}` })),
  )
})

describe('update', () => {
  it('sets the fields of the rows of the queryset and returns their number', async () => {
    const { users } = shop
    const createdAt = new Date('2024-01-01T00:00:00Z')
    const count = await users
      .filter({ id: { gt: 7 } })
      .exclude({ name: 'N9' })
      .update({ tags: ['x', 'y,z'], createdAt })
    expect(count).toBe(2)
    const rows = await users.filter({ createdAt }).orderBy('id').toArray()
    expect(rows.map(({ id, tags }) => [id, tags])).toEqual([
      [8, ['x', 'y,z']],
      [9, ['x', 'y,z']],
    ])
  })

  it('takes expressions over the row as it was', async () => {
    await shop.users.filter({ id: { in: [1, 2] } }).update({
      name: (eb) => eb('name', '||', eb.ref('email')),
      birthDate: null,
      referredBy: (eb) => eb('id', '+', 2),
    })
    expect(await shop.users.orderBy('id').slice(0, 3).valuesList('name', 'referredBy').toArray()).toEqual([
      ['N0u0@b', 3],
      ['N1u1@b', 4],
      ['N2', null],
    ])
  })

  it('goes by conditions on relations and annotations', async () => {
    const { users, posts } = shop
    await posts.bulkCreate([1, 1, 2].map((authorId, n) => ({ authorId, title: 't', slug: `s${n}` })))
    expect(await users.filter({ postsByAuthor: { some: {} } }).update({ tags: ['author'] })).toBe(2)
    const busy = users.annotate({ posts: count('postsByAuthor') }).filter({ posts: { gt: 1 } })
    expect(await busy.update({ tags: ['busy'] })).toBe(1)
    expect((await users.get({ id: 1 })).tags).toEqual(['busy'])
    await expect(busy.update({ posts: 1 } as never)).rejects.toThrow(/computed by the server alone/)
    expect(await busy.delete()).toBe(1)
    // Every post has an author, so that this is every post.
    await expect(posts.filter({ author: {} }).delete()).rejects.toThrow(UsageError)
    expect(await posts.filter({ author: { id: 2 } }).delete()).toBe(1)
  })

  it('refuses fields and values that it cannot set', async () => {
    const some = shop.users.filter({ id: 1 })
    await expect(some.update({ id: 5 } as never)).rejects.toThrow(/computed by the server alone/)
    await expect(some.update({ nmae: 'x' } as never)).rejects.toThrow(/Choices: id, email/)
    await expect(some.update({ name: undefined } as never)).rejects.toThrow(/is undefined/)
    await expect(some.update({})).rejects.toThrow(FieldError)
    await expect(some.update({ name: 5 as never })).rejects.toThrow(EncodeError)
    await expect(some.update({ name: (eb) => eb.ref('nmae' as 'name') })).rejects.toThrow(/no column "nmae"/)
    await expect(some.update({ name: (() => 'x') as never })).rejects.toThrow(
      /must return a Kysely expression/,
    )
  })
})

describe('delete', () => {
  it('deletes the rows of the queryset and returns their number', async () => {
    expect(await shop.users.filter({ id: { lte: 3 } }).delete()).toBe(3)
    expect(await shop.users.count()).toBe(7)
    expect(await shop.users.none().delete()).toBe(0)
  })

  it('sees and keeps to its transaction', async () => {
    await expect(
      shop.db.transaction().execute(async (trx) => {
        const users = shop.users.using(trx)
        expect(await users.all().delete()).toBe(10)
        expect(await users.count()).toBe(0)
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await shop.users.count()).toBe(10)
  })
})

describe('a whole table', () => {
  const unfiltered: readonly (readonly [
    string,
    (shop: Shop) => Shop['users'] | ReturnType<Shop['users']['all']>,
  ])[] = [
    ['a repository', ({ users }) => users],
    ['an empty filter', ({ users }) => users.filter({})],
    ['no filter', ({ users }) => users.filter()],
    ['an empty and', ({ users }) => users.filter({ and: [] }, { not: { or: [] } })],
    ['an exclude of nothing', ({ users }) => users.exclude({ id: { in: [] } })],
    ['a condition that every row meets', ({ users }) => users.filter({ id: { isNull: false } })],
    ['an order', ({ users }) => users.orderBy('id')],
  ]

  it.each(unfiltered)('is not changed through %s', async (_, of) => {
    await expect(of(shop).delete()).rejects.toThrow(UsageError)
    await expect(of(shop).update({ name: 'x' })).rejects.toThrow(
      /call filter\(\) first, or all\(\).update\(\)/,
    )
    expect(await shop.users.filter({ name: 'x' }).count()).toBe(0)
    expect(await shop.users.count()).toBe(10)
  })

  it('is changed through all()', async () => {
    expect(await shop.users.all().update({ name: 'x' })).toBe(10)
    expect(await shop.users.all().orderBy('id').delete()).toBe(10)
  })

  it('is not meant by what stands for other rows', async () => {
    const { users, orderSummaries } = shop
    // @ts-expect-error by types as well
    await expect(users.all().slice(0, 2).delete()).rejects.toThrow(/slice/)
    await expect(users.all().distinct().delete()).rejects.toThrow(/distinct/)
    await expect(users.all().values('name').update({ name: 'x' })).rejects.toThrow(/values/)
    await expect(orderSummaries.all().delete(undefined as never)).rejects.toThrow(/it is a view/)
    expect(await users.count()).toBe(10)
  })
})
