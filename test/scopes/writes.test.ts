import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { excluded, extendRepositories, UniqueViolation, UsageError } from 'sluice'
import { repositories } from '../../generated/index.js'
import type { Shop } from '../support/shop.js'
import { living, openScopedShop } from './scoped-shop.js'

let shop: Shop
beforeEach(async () => {
  shop = await openScopedShop()
})
afterEach(() => shop[Symbol.asyncDispose]())

const names = async () => (await shop.users.orderBy('id').toArray()).map(({ name }) => name)

describe('rows out of scope are not written to', () => {
  it('by updates and deletes', async () => {
    const { users } = living(shop.db)
    expect(await users.filter({ companyId: 2 }).update({ name: 'x' })).toBe(1)
    expect(await names()).toEqual(['User 1', 'User 2', 'x', 'User 4'])
    await expect(users.update({ name: 'x' })).rejects.toThrow(UsageError)
    expect(await users.all().update({ name: (eb) => eb.ref('email') })).toBe(3)
    expect(await users.filter({ companyId: 2 }).delete()).toBe(1)
    expect(await names()).toEqual(['u1@example.com', 'u2@example.com', 'User 4'])
  })

  it('by bulkUpdate', async () => {
    const { users } = living(shop.db)
    const rows = [1, 4].map((id) => ({ id, name: 'x' }))
    expect(await users.bulkUpdate(rows, ['name'])).toBe(1)
    expect(await users.unscoped().bulkUpdate(rows, ['name'])).toBe(2)
  })

  it('by getOrCreate and updateOrCreate', async () => {
    const { users } = living(shop.db)
    expect(await users.getOrCreate({ email: 'u1@example.com' }, { name: 'x' })).toMatchObject([
      { id: 1 },
      false,
    ])
    await expect(users.getOrCreate({ email: 'u4@example.com' }, { name: 'x' })).rejects.toThrow(
      UniqueViolation,
    )
    await expect(users.updateOrCreate({ email: 'u4@example.com' }, { name: 'x' })).rejects.toThrow(
      UniqueViolation,
    )
    const [, created] = await users.unscoped().updateOrCreate({ email: 'u4@example.com' }, { name: 'x' })
    expect([created, await names()]).toEqual([false, ['User 1', 'User 2', 'User 3', 'x']])
  })

  it('by inserts that meet them', async () => {
    const { users } = living(shop.db)
    const rows = [
      { email: 'u1@example.com', name: 'x' },
      { email: 'u4@example.com', name: 'x' },
      { email: 'u5@example.com', name: 'x' },
    ]
    const conflict = { updateConflicts: true, uniqueFields: ['email'], updateFields: ['name'] } as const
    await expect(users.bulkCreate(rows, conflict)).rejects.toThrow('out of scope')
    expect(await names()).toEqual(['User 1', 'User 2', 'User 3', 'User 4'])
    expect(await users.bulkCreate(rows.values(), conflict)).toBe(2)
    expect(await names()).toEqual(['x', 'User 2', 'User 3', 'User 4', 'x'])
    const outcomes = await users.bulkCreate(rows, {
      ...conflict,
      updateWhere: { name: { ne: excluded('email') } },
      outcomes: true,
    })
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['updated', 'left', 'updated'])
    expect(await users.bulkCreate(rows, { ignoreConflicts: true })).toBe(0)
  })

  it('by merges, of which they are neither matched nor lacking', async () => {
    const { users } = living(shop.db)
    const rows = [1, 2, 4].map((n) => ({ email: `u${n}@example.com`, name: 'x' }))
    const merged = await users.merge(rows, {
      on: ['email'],
      whenMatched: { where: { id: { gt: 1 } }, updateFields: ['name'] },
      whenNotMatched: 'insert',
      whenNotMatchedBySource: 'delete',
    })
    expect(merged).toBe(2)
    expect(await names()).toEqual(['User 1', 'x', 'User 4'])
  })
})

describe('defaults of new rows', () => {
  const inside = extendRepositories(repositories, {
    users: { scope: { companyId: 2 }, defaults: { companyId: 2, name: 'Nobody' } },
    productCategories: { defaults: { isPrimary: true } },
  })

  it('are what a row does not say', async () => {
    const { users } = inside(shop.db)
    expect(await users.create({ email: 'a@example.com' })).toMatchObject({ companyId: 2, name: 'Nobody' })
    expect(await users.create({ email: 'b@example.com', companyId: 1 })).toMatchObject({ companyId: 1 })
    const [c, d] = await users.bulkCreate([{ email: 'c@example.com', name: 'C' }, { email: 'd@example.com' }])
    expect([c, d]).toMatchObject([
      { companyId: 2, name: 'C' },
      { companyId: 2, name: 'Nobody' },
    ])
    expect(await users.bulkCreate([{ email: 'e@example.com' }].values())).toBe(1)
    async function* later() {
      yield await Promise.resolve({ email: 'f@example.com' })
    }
    expect(await users.bulkCreate(later())).toBe(1)
    expect(await users.filter({ name: 'Nobody' }).count()).toBe(4)
  })

  it.each([
    ['a Map', new Map([['email', 'm@example.com']])],
    ['a Promise', Promise.resolve({ email: 'm@example.com' })],
    ['a list', [{ email: 'm@example.com' }]],
  ])('make no row of %s, which is none', async (_, row) => {
    const { users } = inside(shop.db)
    const before = await users.count()
    await expect(users.create(row as never)).rejects.toThrow(/takes an object such as \{ field: value \}/)
    await expect(users.bulkCreate([row] as never)).rejects.toThrow(
      /takes an object such as \{ field: value \}/,
    )
    expect(await users.count()).toBe(before)
  })

  it('are those of rows that getOrCreate, updateOrCreate and merge make', async () => {
    const { users } = inside(shop.db)
    const [made] = await users.getOrCreate({ email: 'g@example.com' })
    expect(made).toMatchObject({ companyId: 2, name: 'Nobody' })
    const [other] = await users.updateOrCreate({ email: 'h@example.com' }, { name: 'H' })
    expect(other).toMatchObject({ companyId: 2, name: 'H' })
    expect(await users.updateOrCreate({ email: 'h@example.com' }, { tags: ['t'] })).toMatchObject([
      { name: 'H', tags: ['t'] },
      false,
    ])
    await users.merge([{ email: 'i@example.com' }], { on: ['email'], whenNotMatched: 'insert' })
    expect(await users.get({ email: 'i@example.com' })).toMatchObject({ companyId: 2 })
  })

  it('are those of new links', async () => {
    const [garden] = await shop.sql<{ id: number }>(
      `insert into categories (name, slug) values ('Garden', 'garden') returning id`,
    )
    const [spade] = await shop.sql<{ id: number }>(
      `insert into products (supplier_id, sku, name, price) values (1, 'sp-0001', 'Spade', 1) returning id`,
    )
    const { products, productCategories } = inside(shop.db)
    expect(await products.link(spade?.id ?? 0, 'categories').add(garden?.id ?? 0)).toBe(1)
    expect(await productCategories.toArray()).toMatchObject([{ isPrimary: true }])
  })
})

describe('links', () => {
  it('of related rows are those of rows in scope', async () => {
    const { users } = living(shop.db)
    expect(await users.link(2, 'usersByReferredBy').add([3, 4])).toBe(1)
    expect(await users.link(1, 'usersByReferredBy').clear()).toBe(0)
    expect(await users.link(2, 'usersByReferredBy').set([1])).toEqual({ added: 1, removed: 1 })
    const referred = await shop.users.orderBy('id').valuesList('referredBy', { flat: true }).toArray()
    expect(referred).toEqual([2, 4, null, 1])
  })

  it('in a link table are those of its scope', async () => {
    await shop.sql(`
      insert into categories (name, slug) values ('A', 'a'), ('B', 'b');
      insert into products (supplier_id, sku, name, price) values (1, 'sp-0001', 'Spade', 1);
      insert into product_categories (product_id, category_id, is_primary) values (1, 1, true), (1, 2, false)
    `)
    const primary = extendRepositories(repositories, { productCategories: { scope: { isPrimary: true } } })
    const { products } = primary(shop.db)
    const [spade] = await products.prefetchRelated('categories').toArray()
    expect(spade?.categories.map(({ name }) => name)).toEqual(['A'])
    expect(await products.filter({ categories: { some: { name: 'B' } } }).count()).toBe(0)
    expect(await products.link(1, 'categories').clear()).toBe(1)
    expect(await shop.productCategories.count()).toBe(1)
  })
})
