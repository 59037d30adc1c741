import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { shop as softShop } from '../../examples/soft-delete.js'
import { asCompany, shop as tenantShop } from '../../examples/tenants.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(() =>
  shop.sql(`
    truncate users, companies restart identity cascade;
    insert into companies (name) values ('One'), ('Two');
    insert into users (email, name, company_id) values
      ('ada@example.com', 'Ada', 1), ('bob@example.com', 'Bob', 2), ('eve@example.com', 'Eve', 2);
    insert into posts (author_id, title, slug) values (1, 'a', 'a'), (2, 'b', 'b')
  `),
)

const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name).sort()

test('what is deleted softly is gone from everywhere, until it is restored', async () => {
  const { users, posts, companies } = softShop(shop.db)
  expect(await users.filter({ name: 'Bob' }).softDelete()).toBe(1)
  expect(names(await users.toArray())).toEqual(['Ada', 'Eve'])
  const written = await posts.selectRelated('author').orderBy('id').toArray()
  expect(written.map(({ author }) => author?.name)).toEqual(['Ada', undefined])
  const [, two] = await companies.prefetchRelated('users').orderBy('id').toArray()
  expect(names(two?.users ?? [])).toEqual(['Eve'])
  expect(names(await users.deleted().toArray())).toEqual(['Bob'])
  expect(await users.deleted().filter({ email: 'bob@example.com' }).restore()).toBe(1)
  expect(await users.count()).toBe(3)
})

test('a company has its own rows, and makes no others', async () => {
  const { users, posts } = tenantShop(shop.db)
  const all = users.orderBy('name')
  expect(names(await asCompany(1, () => all.toArray()))).toEqual(['Ada'])
  expect(names(await asCompany(2, () => all.toArray()))).toEqual(['Bob', 'Eve'])
  await asCompany(2, async () => {
    expect(await users.create({ email: 'kim@example.com', name: 'Kim' })).toMatchObject({ companyId: 2 })
    expect(await users.filter({ name: 'Ada' }).update({ name: 'x' })).toBe(0)
    await users.filter({ name: 'Eve' }).update({ isActive: false })
    expect(names(await all.toArray())).toEqual(['Bob', 'Kim'])
    expect(names(await users.unscoped('living').toArray())).toEqual(['Bob', 'Eve', 'Kim'])
    expect((await posts.toArray()).map(({ title }) => title)).toEqual(['b'])
  })
  await expect(users.count()).rejects.toThrow('No company is being served')
})
