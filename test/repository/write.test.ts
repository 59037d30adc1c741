import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { IntegrityError } from 'sluice'
import {
  CheckViolation,
  EncodeError,
  FieldError,
  ForeignKeyViolation,
  jsonNull,
  MultipleObjectsReturned,
  NotNullViolation,
  QueryError,
  UniqueViolation,
} from 'sluice'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(async () => {
  await shop.sql('truncate users, companies, categories restart identity cascade')
})

describe('create', () => {
  it('returns the row as it is in the table, defaults included', async () => {
    const row = await shop.users.create({ email: 'ada@example.com', name: 'Ada' })
    expect(row).toMatchObject({ id: 1, email: 'ada@example.com', isActive: true, tags: [], preferences: {} })
    expect(row.createdAt).toBeInstanceOf(Date)
    expect(await shop.users.get({ id: row.id })).toStrictEqual(row)
  })

  it('writes every kind of value as it is read', async () => {
    const { id: supplierId } = await shop.companies.create({
      name: 'Acme',
      opensAt: '08:30',
      closesAt: '17:00',
    })
    const product = await shop.products.create({
      supplierId,
      sku: 'a',
      name: 'quotes " \' \\ {} , NULL',
      labels: ['new', 'last-chance'],
      price: '12.50',
      weight: 0.1,
      dimensions: { widthMm: 1, heightMm: null, depthMm: 3 },
      attributes: ['x', { deep: null }],
      returnWindow: 'P1Y2M3DT4H5M6.789S',
    })
    expect(product).toMatchObject({
      labels: ['new', 'last-chance'],
      price: '12.50',
      margin: '12.50',
      dimensions: { widthMm: 1, heightMm: null, depthMm: 3 },
      attributes: ['x', { deep: null }],
      returnWindow: 'P1Y2M3DT4H5M6.789S',
    })
    const user = await shop.users.create({ email: 'a@b', name: 'a', preferences: jsonNull, birthDate: null })
    expect(user).toMatchObject({ preferences: jsonNull, birthDate: null })
    expect(await shop.users.filter({ id: user.id }).update({ preferences: user.preferences })).toBe(1)
    expect(await shop.sql(`select preferences::text from users where id = ${user.id}`)).toEqual([
      { preferences: 'null' },
    ])
    const avatar = Buffer.from([0, 255, 92, 39])
    expect(await shop.userProfiles.create({ userId: user.id, avatar })).toMatchObject({ avatar })
  })

  it('leaves what is missing to the server', async () => {
    await expect(shop.users.create({} as never)).rejects.toThrow(NotNullViolation)
  })

  it('refuses what it cannot mean, before any query', async () => {
    const values = { email: 'a@b', name: 'a' }
    const create = (more: object) => shop.users.create({ ...values, ...more })
    await expect(create({ nmae: 'x' })).rejects.toThrow(
      /no field "nmae". Did you mean "name"\? Choices: id, email/,
    )
    await expect(create({ id: 1 })).rejects.toThrow(/users.id is computed by the server alone/)
    await expect(create({ name: undefined })).rejects.toThrow(FieldError)
    await expect(create({ name: 5 })).rejects.toThrow(EncodeError)
    await expect(shop.users.create(null as never)).rejects.toThrow(FieldError)
    await expect(shop.orderSummaries.create({} as never)).rejects.toThrow(/it is a view/)
    expect(await shop.users.count()).toBe(0)
  })
})

describe('a constraint', () => {
  it('is told by its kind, table, name and columns', async () => {
    const { id } = await shop.users.create({ email: 'a@b', name: 'a' })
    const failure = async (promise: Promise<unknown>) =>
      (await promise.then(
        () => undefined,
        (error: unknown) => error,
      )) as IntegrityError

    const unique = await failure(shop.users.create({ email: 'a@b', name: 'b' }))
    expect(unique).toBeInstanceOf(UniqueViolation)
    expect(unique).toBeInstanceOf(QueryError)
    expect(unique).toMatchObject({
      name: 'UniqueViolation',
      code: 'INTEGRITY_ERROR',
      sqlState: '23505',
      table: 'public.users',
      constraint: 'users_email_key',
      columns: ['email'],
    })
    expect(unique).toHaveProperty('detail', 'Key (email)=(a@b) already exists.')
    expect(unique.message).not.toContain('a@b')

    const missing = await failure(shop.posts.create({ authorId: 99, title: 't', slug: 's' }))
    expect(missing).toBeInstanceOf(ForeignKeyViolation)
    expect(missing).toMatchObject({ constraint: 'posts_author_id_fkey', columns: ['authorId'] })

    const check = await failure(shop.coupons.create({ code: 'lower', discount: 5 }))
    expect(check).toBeInstanceOf(CheckViolation)
    expect(check).toMatchObject({ table: 'public.coupons', constraint: 'coupons_code_check' })
    expect(await failure(shop.users.create({ email: 'nobody', name: 'x' }))).toBeInstanceOf(CheckViolation)

    const absent = await failure(shop.users.create({ email: 'b@b' } as never))
    expect(absent).toBeInstanceOf(NotNullViolation)
    expect(absent).toMatchObject({ columns: ['name'], constraint: undefined })

    const address = await shop.addresses.create({
      ...{ userId: id, recipient: 'a', street: 's', postalCode: 'p', city: 'c' },
    })
    const pair = await failure(
      shop.addresses.create({ userId: id, recipient: 'a', street: 's', postalCode: 'p', city: 'c' }),
    )
    expect(pair).toMatchObject({ columns: ['userId', 'label'], constraint: 'addresses_user_id_label_key' })

    await shop.orders.create({ userId: id, billingAddressId: address.id, shippingAddressId: address.id })
    const referred = await failure(shop.users.filter({ id }).delete())
    expect(referred).toBeInstanceOf(ForeignKeyViolation)
    expect(referred.table).toBe('public.orders')
    expect(referred.columns).toHaveLength(1)
  })
})

describe('getOrCreate', () => {
  it('creates once and finds it from then on', async () => {
    const [created, isNew] = await shop.users.getOrCreate({ email: 'a@b' }, { name: 'A' })
    expect([created.name, isNew]).toEqual(['A', true])
    const [found, again] = await shop.users.getOrCreate({ email: 'a@b' }, { name: 'B' })
    expect([found, again]).toEqual([created, false])
  })

  it('survives 50 parallel calls', async () => {
    const calls = Array.from({ length: 50 }, (_, index) =>
      shop.users.getOrCreate({ email: 'a@b' }, { name: `N${index}` }),
    )
    const results = await Promise.all(calls)
    expect(results.filter(([, created]) => created)).toHaveLength(1)
    expect(new Set(results.map(([row]) => row.id)).size).toBe(1)
    expect(await shop.users.count()).toBe(1)
  })

  it('leaves a transaction usable', async () => {
    await shop.db.transaction().execute(async (trx) => {
      const users = shop.users.using(trx)
      const results = await Promise.all(
        Array.from({ length: 50 }, () => users.getOrCreate({ email: 'a@b' }, { name: 'A' })),
      )
      expect(results.filter(([, created]) => created)).toHaveLength(1)
      // The e-mail address is taken, but not by a row of this name.
      await expect(users.getOrCreate({ email: 'a@b', name: 'other' })).rejects.toThrow(UniqueViolation)
      expect(await users.count()).toBe(1)
    })
    expect(await shop.users.count()).toBe(1)
  })

  it('finds NULL and JSON by their value, and refuses several rows', async () => {
    await shop.users.create({ email: 'a@b', name: 'A', preferences: { theme: 'dark' } })
    await shop.users.create({ email: 'b@b', name: 'A', birthDate: '2000-01-01' })
    const [row, created] = await shop.users.getOrCreate({
      ...{ name: 'A', email: 'a@b', birthDate: null, preferences: { theme: 'dark' } },
    })
    expect([row.email, created]).toEqual(['a@b', false])
    await expect(shop.users.getOrCreate({ name: 'A' }, { email: 'c@b' })).rejects.toThrow(
      MultipleObjectsReturned,
    )
    await expect(shop.users.getOrCreate({ name: undefined } as never)).rejects.toThrow(FieldError)
  })
})

it.each([
  ['an AbortSignal', new AbortController().signal],
  ['a Set', new Set([1])],
  ['a list', [{}]],
])('getOrCreate and updateOrCreate take %s for no options, which would not be heeded', async (_, options) => {
  for (const method of ['getOrCreate', 'updateOrCreate'] as const)
    await expect(shop.users[method]({ email: 'a@b' }, { name: 'A' }, options as never)).rejects.toThrow(
      new RegExp(`The options of ${method}\\(\\) must be an object`),
    )
})

describe('updateOrCreate', () => {
  it('with createDefaults gives these to a new row in place of the defaults', async () => {
    const { users } = shop
    const set = { tags: ['seen'] }
    const createDefaults = { name: 'New' }
    const [created] = await users.updateOrCreate({ email: 'a@b' }, set, { createDefaults })
    expect(created).toMatchObject({ name: 'New', tags: [] })
    const [updated, isNew] = await users.updateOrCreate({ email: 'a@b' }, set, { createDefaults })
    expect([updated, isNew]).toMatchObject([{ name: 'New', tags: ['seen'] }, false])
    const wrong = { createDefaults: { nope: 1 } } as never
    await expect(users.updateOrCreate({ email: 'a@b' }, set, wrong)).rejects.toThrow(FieldError)
    await expect(
      users.getOrCreate({ email: 'a@b' }, { name: 'A' }, { createDefaults } as never),
    ).rejects.toThrow(/getOrCreate\(\) has no option "createDefaults"/)
  })

  it('creates, then updates', async () => {
    const [created, isNew] = await shop.users.updateOrCreate({ email: 'a@b' }, { name: 'A' })
    expect([created.name, isNew]).toEqual(['A', true])
    const [updated, again] = await shop.users.updateOrCreate({ email: 'a@b' }, { name: 'B', tags: ['x'] })
    expect(again).toBe(false)
    expect(updated).toStrictEqual({ ...created, name: 'B', tags: ['x'] })
  })

  it('survives 50 parallel calls', async () => {
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        shop.users.updateOrCreate({ email: 'a@b' }, { name: `N${index}` }),
      ),
    )
    expect(results.filter(([, created]) => created)).toHaveLength(1)
    for (const [index, [row]] of results.entries()) expect(row.name).toBe(`N${index}`)
    expect(await shop.users.count()).toBe(1)
  })

  it('changes nothing when several rows match', async () => {
    await shop.users.bulkCreate([
      { email: 'a@b', name: 'A' },
      { email: 'b@b', name: 'A' },
    ])
    await expect(
      shop.users.updateOrCreate({ name: 'A' }, { email: 'c@b', birthDate: '2000-01-01' }),
    ).rejects.toThrow(MultipleObjectsReturned)
    expect(await shop.users.filter({ birthDate: null }).count()).toBe(2)
  })
})
