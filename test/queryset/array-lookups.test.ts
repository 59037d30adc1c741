import { afterAll, beforeAll, expect, it } from 'vitest'
import { FieldError, type Repository } from 'sluice'
import type { ProductFilter, UserFilter } from '../../generated/index.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO users (email, name, tags) VALUES
      ('a@x', 'none', '{}'), ('b@x', 'one', '{a}'), ('c@x', 'two', '{a,b}'), ('d@x', 'odd', '{"a,b",NULL}'),
      ('e@x', 'deep', '{{a,b},{c,d}}');
    INSERT INTO companies (name) VALUES ('Acme');
    INSERT INTO products (supplier_id, sku, name, price, labels) VALUES
      (1, '1', 'plain', 1, '{}'), (1, '2', 'sale', 1, '{sale,new}'), (1, '3', 'last', 1, '{last-chance}')`)
})
afterAll(() => shop[Symbol.asyncDispose]())

it.each<[UserFilter['tags'] & object, string[]]>([
  [{ contains: ['a'] }, ['one', 'two', 'deep']],
  [{ contains: ['a', 'b'] }, ['two', 'deep']],
  [{ contains: ['a,b'] }, ['odd']],
  [{ contains: [] }, ['none', 'one', 'two', 'odd', 'deep']],
  [{ containedBy: ['b', 'a', 'z'] }, ['none', 'one', 'two']],
  [{ containedBy: [] }, ['none']],
  [{ overlaps: ['b', 'a,b'] }, ['two', 'odd', 'deep']],
  [{ overlaps: [] }, []],
  [{ length: 0 }, ['none']],
  [{ length: 4 }, ['deep']],
  [{ length: { gte: 1, lt: 3 } }, ['one', 'two', 'odd']],
  [{ contains: ['a'], length: 1 }, ['one']],
  [{ exact: ['a'] }, ['one']],
  [['a', 'b'], ['two']],
])('tags by %j', async (tags, names) => {
  const { users } = shop.repos
  const found = users.filter({ tags }).orderBy('id').valuesList('name', { flat: true })
  expect(await found.toArray()).toEqual(names)
  expect((await users.exclude({ tags }).count()) + names.length).toBe(5)
})

it.each<[ProductFilter['labels'] & object, string[]]>([
  [{ contains: ['sale'] }, ['sale']],
  [{ overlaps: ['last-chance', 'new'] }, ['sale', 'last']],
  [{ containedBy: ['last-chance', 'organic'] }, ['plain', 'last']],
  [{ length: { gt: 0 } }, ['sale', 'last']],
])('an array of an enum by %j', async (labels, names) => {
  const found = shop.repos.products.filter({ labels }).orderBy('id').valuesList('name', { flat: true })
  expect(await found.toArray()).toEqual(names)
})

it('the operand is one parameter, encoded when the queryset is built', async () => {
  const tags = ['a']
  const queryset = shop.repos.users.filter({ tags: { contains: tags } })
  tags[0] = 'z'
  expect(queryset.toSQL()).toMatchObject({ parameters: ['{a}'] })
  expect(await queryset.count()).toBe(3)
})

it.each<[unknown, RegExp]>([
  [{ contains: 'a' }, /public\.users\.tags: .*takes an array, not a string of 1 character\./],
  [{ contains: null }, /"contains" of public\.users\.tags takes no null/],
  [{ contains: undefined }, /tags\.contains is undefined/],
  [{ overlaps: 'a' }, /takes an array/],
  [{ length: '1' }, /tags\.length takes a number, not a string of 1 character/],
  [{ length: { ne: 1 } }, /tags\.length has no lookup "ne". Choices: exact, gt, gte, lt, lte/],
  [{ length: { gt: undefined } }, /tags\.length\.gt is undefined/],
  [{ length: {} }, /tags\.length/],
  [{ startsWith: ['a'] }, /no lookup "startsWith". Choices: .*contains, containedBy, overlaps, length/],
])('refuses %j', (tags, message) => {
  expect(() => untyped(shop.repos.users).filter({ tags })).toThrow(message)
})

it('names the choices in a FieldError', () => {
  expect(() => untyped(shop.repos.users).filter({ tags: { constructor: 1 } })).toThrow(FieldError)
})

/** A repository as one whose filters are only known at run time. */
function untyped(repository: object): Repository<UntypedModel> {
  return repository as Repository<UntypedModel>
}

interface UntypedModel {
  name: 'users'
  row: Record<string, unknown>
  key: string
  filter: Record<string, unknown>
  insert: never
  update: never
  columns: object
}
