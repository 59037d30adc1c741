import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EncodeError, FieldError, jsonNull, OptionError, UniqueViolation, UsageError } from 'sluice'
import type { NewUser } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ connect: { max: 3, acquireTimeoutMs: 10_000 } })
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(async () => {
  await shop.sql('truncate users, companies restart identity cascade')
})

const newUser = (n: number, more: Partial<NewUser> = {}): NewUser => ({
  email: `u${n}@b`,
  name: `N${n}`,
  ...more,
})
const newUsers = (count: number): NewUser[] => Array.from({ length: count }, (_, index) => newUser(index))

/** The same rows, one after the other, with other work in between. */
async function* streamOf<T>(rows: Iterable<T>): AsyncGenerator<T> {
  for (const row of rows) {
    await setImmediate()
    yield row
  }
}

describe('bulkCreate', () => {
  it('returns the rows of an array in its order, whatever fields they give', async () => {
    const createdAt = new Date('2020-01-01T00:00:00Z')
    const rows = await shop.users.bulkCreate([
      newUser(0),
      newUser(1, { tags: ['a', 'b,c', '', 'NULL', '{}'], preferences: { deep: [null] } }),
      newUser(2, { isActive: false }),
      newUser(3),
      { preferences: jsonNull, tags: [], name: 'N4', email: 'u4@b' },
      newUser(5, { createdAt, birthDate: null }),
    ])
    expect(rows.map(({ name }) => name)).toEqual(['N0', 'N1', 'N2', 'N3', 'N4', 'N5'])
    expect(rows[1]).toMatchObject({ tags: ['a', 'b,c', '', 'NULL', '{}'], preferences: { deep: [null] } })
    expect(rows[2]).toMatchObject({ isActive: false, tags: [] })
    expect(rows[5]).toMatchObject({ createdAt, birthDate: null, isActive: true })
    expect(await shop.users.orderBy('email').toArray()).toStrictEqual(rows)
  })

  it('returns the number of rows of any other iterable', async () => {
    expect(await shop.users.bulkCreate(newUsers(3).values())).toBe(3)
    expect(await shop.users.bulkCreate(streamOf([newUser(7), newUser(8)]))).toBe(2)
    expect(await shop.users.bulkCreate([])).toEqual([])
    expect(await shop.users.bulkCreate(streamOf<NewUser>([]))).toBe(0)
    expect(await shop.users.count()).toBe(5)
  })

  it('ignores conflicts and says how many rows were new', async () => {
    await shop.users.bulkCreate(newUsers(3))
    expect(await shop.users.bulkCreate(newUsers(5), { ignoreConflicts: true })).toBe(2)
    expect(await shop.users.bulkCreate(streamOf(newUsers(6)), { ignoreConflicts: true })).toBe(1)
  })

  it('updates conflicts', async () => {
    const old = await shop.users.bulkCreate(newUsers(2))
    const options = {
      updateConflicts: true,
      updateFields: ['name', 'tags'],
      uniqueFields: ['email'],
    } as const
    const rows = await shop.users.bulkCreate(
      [newUser(5), newUser(1, { name: 'new', tags: ['t'] }), newUser(0, { name: 'other' })],
      options,
    )
    expect(rows.map(({ name, tags }) => [name, tags])).toEqual([
      ['N5', []],
      ['new', ['t']],
      ['other', []],
    ])
    expect(rows[1]?.id).toBe(old[1]?.id)
    expect(await shop.users.count()).toBe(3)
  })

  it('refuses the same target twice, naming its key', async () => {
    const options = { updateConflicts: true, updateFields: ['name'], uniqueFields: ['email'] } as const
    const rows = [...newUsers(5_500), newUser(3)]
    const message = /Row 5501 of bulkCreate\(\) on public.users has the same key .*: email\./
    await expect(shop.users.bulkCreate(rows, options)).rejects.toThrow(message)
    await expect(shop.users.bulkCreate(rows.values(), options)).rejects.toThrow(message)
    await expect(shop.users.bulkCreate(rows, options)).rejects.toThrow(UsageError)
    expect(await shop.users.count()).toBe(0)
  })

  it('is atomic, unless a batch size opts out', async () => {
    const rows = [...newUsers(7), newUser(0)]
    await expect(shop.users.bulkCreate(rows)).rejects.toThrow(UniqueViolation)
    const many = [...newUsers(6_000), newUser(0, { tags: ['x'] })]
    await expect(shop.users.bulkCreate(many)).rejects.toThrow(UniqueViolation)
    await expect(shop.users.bulkCreate(many.values())).rejects.toThrow(UniqueViolation)
    expect(await shop.users.count()).toBe(0)
    await expect(shop.users.bulkCreate(rows.values(), { batchSize: 3 })).rejects.toThrow(UniqueViolation)
    expect(await shop.users.count()).toBe(6)
  })

  it('checks every row of an array before it writes the first', async () => {
    const wrong = (row: object) => shop.users.bulkCreate([...newUsers(5), row as NewUser], { batchSize: 1 })
    await expect(wrong({ nmae: 'x' })).rejects.toThrow(/no field "nmae"/)
    await expect(wrong({ id: 1 })).rejects.toThrow(FieldError)
    await expect(wrong(newUser(9, { name: undefined } as never))).rejects.toThrow(/Row 6 of bulkCreate\(\)/)
    await expect(wrong(newUser(9, { tags: ['a', 5] } as never))).rejects.toThrow(EncodeError)
    expect(await shop.users.count()).toBe(0)
  })

  it('refuses options that do not go together', async () => {
    const create = (options: object) => shop.users.bulkCreate([newUser(1)], options)
    await expect(create({ batchSize: 0 })).rejects.toThrow(OptionError)
    await expect(create({ batchsize: 5 })).rejects.toThrow(/Choices: batchSize/)
    await expect(create({ ignoreConflicts: true, updateConflicts: true })).rejects.toThrow(OptionError)
    await expect(create({ updateConflicts: true, uniqueFields: ['email'] })).rejects.toThrow(/updateFields/)
    const update = { updateConflicts: true, updateFields: ['name'] }
    await expect(create({ ...update, uniqueFields: ['name'] })).rejects.toThrow(/Choices: \[id\], \[email\]/)
    await expect(create({ ...update, uniqueFields: ['nmae'] })).rejects.toThrow(/no field "nmae"/)
    await expect(create({ ...update, updateFields: ['id'], uniqueFields: ['email'] })).rejects.toThrow(
      FieldError,
    )
    expect(await shop.users.count()).toBe(0)
  })

  it('pipes a stream of the same database through a transformation', async () => {
    await shop.users.bulkCreate(newUsers(12_000))
    async function* profiles(users: Shop['users']) {
      for await (const user of users.aiterator({ chunkSize: 1000 }))
        yield { userId: user.id, bio: `I am ${user.name}.` }
    }
    expect(await shop.userProfiles.bulkCreate(profiles(shop.users))).toBe(12_000)
    expect((await shop.userProfiles.get({ userId: 12_000 })).bio).toBe('I am N11999.')

    await shop.userProfiles.all().delete()
    await shop.db.transaction().execute(async (trx) => {
      const count = await shop.userProfiles.using(trx).bulkCreate(profiles(shop.users.using(trx)))
      expect(count).toBe(12_000)
    })
    await shop.userProfiles.all().delete()
    await shop.db.connection().execute(async (pinned) => {
      await expect(
        shop.userProfiles.using(pinned).bulkCreate(profiles(shop.users.using(pinned))),
      ).resolves.toBe(12_000)
    })
    expect(await shop.userProfiles.count()).toBe(12_000)
    // Every connection went back to the pool, and none in a transaction.
    expect((await shop.states()).filter((state) => state !== 'idle')).toEqual([])
  })

  it('takes back everything when its source fails, whose error surfaces', async () => {
    async function* failing() {
      yield* newUsers(6_000)
      await Promise.reject(new Error('the source broke'))
    }
    await expect(shop.users.bulkCreate(failing())).rejects.toThrow('the source broke')
    expect(await shop.users.count()).toBe(0)
    expect((await shop.states()).filter((state) => state !== 'idle')).toEqual([])
  })

  it("leaves no part of its rows in the caller's transaction, even if the failure was caught", async () => {
    const wrong = [...newUsers(6_000), { email: 5, name: 'x' } as never]
    const commit = (rows: Iterable<NewUser>) =>
      shop.db.transaction().execute(async (trx) => {
        await expect(shop.users.using(trx).bulkCreate(rows)).rejects.toThrow(EncodeError)
      })
    await expect(commit(wrong.values())).rejects.toThrow(
      /rolled back, not committed: .* incomplete bulk write/,
    )
    expect(await shop.users.count()).toBe(0)
    // Before the first row was written there is nothing to take back.
    await commit(wrong.slice(-1).values())
    await commit(wrong)
  })

  it("belongs to a transaction's own fate", async () => {
    await expect(
      shop.db.transaction().execute(async (trx) => {
        await shop.users.using(trx).bulkCreate(newUsers(6_000))
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await shop.users.count()).toBe(0)
  })
})

describe('bulkUpdate', () => {
  it('sets fields by primary key and returns how many rows there were', async () => {
    const users = await shop.users.bulkCreate(newUsers(4))
    const changed = users.map((user) => ({
      ...user,
      name: `${user.name}!`,
      tags: [user.email, 'a"b'],
      birthDate: null,
    }))
    const rows = [...changed, { ...changed[0]!, id: 999 }]
    expect(await shop.users.bulkUpdate(rows, ['name', 'tags', 'birthDate'])).toBe(4)
    expect(await shop.users.orderBy('id').toArray()).toStrictEqual(changed)
    expect(await shop.users.bulkUpdate(streamOf(users), ['name'], { batchSize: 3 })).toBe(4)
    expect(await shop.users.orderBy('id').valuesList('name', { flat: true }).toArray()).toEqual([
      ...['N0', 'N1', 'N2', 'N3'],
    ])
  })

  it('refuses duplicate keys, missing values and fields that it cannot set', async () => {
    const users = shop.users
    const row = { id: 1, name: 'x' }
    await expect(users.bulkUpdate([row, row], ['name'])).rejects.toThrow(/same key .*: id\./)
    await expect(users.bulkUpdate([row as never], ['name', 'email'])).rejects.toThrow(/email is undefined/)
    await expect(users.bulkUpdate([{ name: 'x' } as never], ['name'])).rejects.toThrow(/id is undefined/)
    await expect(users.bulkUpdate([row as never], ['id'] as never)).rejects.toThrow(/finds rows by "id"/)
    await expect(users.bulkUpdate([row], [])).rejects.toThrow(FieldError)
    await expect(shop.orderItems.bulkUpdate([], ['total'] as never)).rejects.toThrow(/computed by the server/)
    await expect(shop.orderSummaries.bulkUpdate([], ['email'] as never)).rejects.toThrow(/it is a view/)
  })

  it('finds rows by a key of several columns', async () => {
    await shop.sql(`
      insert into companies (name) values ('c');
      insert into users (email, name) values ('a@b', 'a');
      insert into addresses (user_id, recipient, street, postal_code, city) values (1, 'a', 's', 'p', 'c');
      insert into products (supplier_id, sku, name, price) values (1, 's', 'n', 1);
      insert into orders (user_id, billing_address_id, shipping_address_id) select 1, id, id from addresses;
      insert into order_items (order_id, line_number, product_id, unit_price)
        select orders.id, n, products.id, 1 from orders, products, generate_series(1, 3) n`)
    const items = await shop.orderItems.toArray()
    const rows = items.map((item) => ({ ...item, quantity: item.lineNumber * 10, unitPrice: '2.50' }))
    expect(await shop.orderItems.bulkUpdate(rows, ['quantity', 'unitPrice'])).toBe(3)
    const totals = await shop.orderItems.orderBy('lineNumber').valuesList('total', { flat: true }).toArray()
    expect(totals).toEqual(['25.00', '50.00', '75.00'])
  })
})
