import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { UniqueViolation } from 'sluice'
import { Accounts, CurrentTransaction } from '../../examples/current-transaction.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
let work: CurrentTransaction
let accounts: Accounts
const welcomed: string[] = []

beforeAll(async () => {
  shop = await openShop({ connect: { max: 2 } })
  work = new CurrentTransaction(shop.db)
  accounts = new Accounts(work, (email) => welcomed.push(email))
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(async () => {
  welcomed.length = 0
  await shop.sql('delete from users; delete from companies')
})

const people = ['a', 'b'].map((name) => ({ email: `${name}@example.com`, name }))

test('a method is a transaction of its own, and a part of the one that is under way', async () => {
  await accounts.register('ada@example.com', 'Ada')
  expect(welcomed).toEqual(['ada@example.com'])
  await accounts.registerCompany('Acme', people)
  expect(welcomed).toEqual(['ada@example.com', 'a@example.com', 'b@example.com'])
  expect(await shop.users.filter({ company: { name: 'Acme' } }).count()).toBe(2)
})

test('what fails takes all of it back, and nobody is greeted', async () => {
  const twice = accounts.registerCompany('Acme', [...people, people[0]!])
  await expect(twice).rejects.toThrow(UniqueViolation)
  expect([await shop.users.count(), await shop.companies.count(), welcomed]).toEqual([0, 0, []])
})

test('what is caught takes back its part, and calls at the same time do not meet', async () => {
  const registered = await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      work.run(async () => {
        await accounts.register(`${name}@example.com`, name)
        await accounts.register(`${name}@example.com`, name).catch(() => {})
        return work.repositories.users.filter({ name }).count()
      }),
    ),
  )
  expect(registered).toEqual([1, 1, 1])
  expect(welcomed.toSorted()).toEqual(['one@example.com', 'three@example.com', 'two@example.com'])
  expect(await work.repositories.users.count()).toBe(3)
})
