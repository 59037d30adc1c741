import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EncodeError, FieldError, OptionError, UsageError } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO users (email, name) SELECT 'u' || n || '@x', 'user ' || n FROM generate_series(1, 5) AS n;
    INSERT INTO addresses (user_id, recipient, street, postal_code, city) VALUES (1, 'r', 's', 'p', 'c');
    INSERT INTO orders (user_id, shipping_address_id, billing_address_id) VALUES (1, 1, 1), (2, 1, 1)`)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('inBulk', () => {
  it('maps primary keys to rows, without those that have none', async () => {
    const rows = await shop.repos.users.inBulk([2, 4, 2, 99])
    expect([...rows.keys()].sort()).toEqual([2, 4])
    expect(rows.get(4)).toEqual(await shop.repos.users.get({ id: 4 }))
    expect(rows.get(99)).toBe(undefined)
  })

  it('maps a unique field', async () => {
    const rows = await shop.repos.users.inBulk(['u3@x', 'nobody@x'], { field: 'email' })
    expect([...rows].map(([email, user]) => [email, user.id])).toEqual([['u3@x', 3]])
  })

  it('maps every row without keys', async () => {
    const { users } = shop.repos
    expect([...(await users.inBulk()).keys()].sort()).toEqual([1, 2, 3, 4, 5])
    expect((await users.filter({ id: { lt: 3 } }).inBulk({ field: 'email' })).get('u2@x')?.id).toBe(2)
  })

  it('finds bigints', async () => {
    const rows = await shop.repos.orders.inBulk([1n, 7n])
    expect([...rows.keys()]).toEqual([1n])
    expect(rows.get(1n)?.userId).toBe(1)
  })

  it('goes on from the filters and fields of the queryset', async () => {
    const rows = await shop.repos.users
      .filter({ id: { gt: 2 } })
      .only('name')
      .inBulk([2, 3])
    expect([...rows]).toEqual([[3, { id: 3, name: 'user 3' }]])
  })

  it('goes by the field of distinct(field)', async () => {
    const rows = await shop.repos.orders.distinct('userId').inBulk([1, 2], { field: 'userId' })
    expect([...rows.keys()].sort()).toEqual([1, 2])
  })

  it('sends no query for an empty list', async () => {
    await using closed = await openShop()
    await closed.db.close()
    expect(await closed.repos.users.inBulk([])).toEqual(new Map())
    expect(await closed.repos.users.none().inBulk([1])).toEqual(new Map())
  })

  it.each([
    ['a Set', new Set([1])],
    ['a Map', new Map([[1, 1]])],
    ['a Date', new Date()],
    ['an iterator', [1][Symbol.iterator]()],
    ['a promise', Promise.resolve([1])],
  ])('takes %s neither for keys nor for options', async (_, keys) => {
    await expect(shop.repos.users.inBulk(keys as never)).rejects.toThrow(/takes an array of keys/)
  })

  it('sends one parameter however many keys there are', async () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => index)
    expect((await shop.repos.users.inBulk(keys)).size).toBe(5)
  })

  it('refuses what is no unique field', async () => {
    const { users, orderItems, productSales } = shop.repos
    const by = (field: string) => users.inBulk([], { field: field as never })
    await expect(by('name')).rejects.toThrow(UsageError)
    await expect(by('name')).rejects.toThrow(/public\.users\.name is not\. Choices: id, email\./)
    await expect(by('nmae')).rejects.toThrow(FieldError)
    const composite = (orderItems as unknown as typeof users).inBulk([1])
    await expect(composite).rejects.toThrow(
      /order_items, which has a primary key of 2 columns, needs \{ field \}/,
    )
    const view = (productSales as unknown as typeof users).inBulk([1])
    await expect(view).rejects.toThrow(/has no primary key/)
  })

  it('refuses a field whose values a Map cannot find', async () => {
    const dated = shop.repos.users.distinct('createdAt')
    await expect(dated.inBulk([], { field: 'createdAt' as never })).rejects.toThrow(/by identity/)
  })

  it('refuses a field that is not in its rows', async () => {
    const narrow = shop.repos.users.only('name')
    await expect(narrow.inBulk(['u1@x'], { field: 'email' })).rejects.toThrow(/name it in only\(\)/)
  })

  it('refuses undefined, null and keys of another type', async () => {
    const { users } = shop.repos
    await expect(users.inBulk(undefined as never)).rejects.toThrow(/takes an array of keys; leave it out/)
    await expect(users.inBulk(undefined as never, { field: 'email' })).rejects.toThrow(
      /takes an array of keys/,
    )
    await expect(users.inBulk('1' as never)).rejects.toThrow(FieldError)
    await expect(users.inBulk([1, undefined] as never)).rejects.toThrow(/undefined/)
    await expect(users.inBulk([1, null] as never)).rejects.toThrow(/null among them/)
    await expect(users.inBulk(['a'] as never)).rejects.toThrow(EncodeError)
    await expect(users.inBulk([], { feild: 'email' } as never)).rejects.toThrow(OptionError)
  })

  it('refuses slices, combinations and rows that are not whole', async () => {
    const { users } = shop.repos
    // @ts-expect-error by types as well
    await expect(users.slice(0, 2).inBulk([1])).rejects.toThrow(/inBulk\(\) on a slice/)
    // @ts-expect-error by types as well
    await expect(users.union(users).inBulk([1])).rejects.toThrow(/inBulk\(\) after union/)
    await expect(users.values('id').inBulk([1])).rejects.toThrow(/inBulk\(\) after values/)
    await expect(users.valuesList('id').inBulk([1])).rejects.toThrow(/inBulk\(\) after values/)
  })
})
