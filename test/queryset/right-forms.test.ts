import { afterAll, beforeAll, expect, it } from 'vitest'
import { FieldError, lower, rank, rowNumber, UsageError } from 'sluice'
import { expectRefused, type Refused } from '../support/refused.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`INSERT INTO users (email, name) VALUES ('a@example.com', 'Ada')`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const wrong: Refused[] = [
  [
    'a list of rows for a relation',
    FieldError,
    'by its key it is { companyId: { in: … } }',
    ({ users }) => users.filter({ company: { in: [{ id: 1 }] } } as never),
  ],
  [
    'a key for a relation',
    FieldError,
    'by its key it is { companyId: … }',
    ({ users }) => users.filter({ company: 1 } as never),
  ],
  [
    'isNull of a relation',
    FieldError,
    '{ userProfile: null } asks for none, { not: { userProfile: null } } for one',
    ({ users }) => users.filter({ userProfile: { isNull: true } } as never),
  ],
  [
    "Django's path to selectRelated()",
    FieldError,
    'Paths have dots here: "author.company"',
    ({ posts }) => posts.selectRelated('author__company' as never),
  ],
  [
    "Django's path to prefetchRelated()",
    FieldError,
    'Paths have dots here: "author.orders"',
    ({ posts }) => posts.prefetchRelated('author__orders' as never),
  ],
  [
    'values() to prefetchRelated()',
    UsageError,
    'takes whole rows, which values() and valuesList() make others of: only() narrows them',
    ({ users, orders }) => users.prefetchRelated({ orders: orders.values('id') as never }),
  ],
  [
    'a lock of windows',
    UsageError,
    'cannot lock rows with the window function "r"',
    ({ users }) => users.annotate({ r: rank().over({ orderBy: 'id' }) }).selectForUpdate(),
  ],
  [
    'a lock of rows in the order of a window',
    UsageError,
    'cannot lock rows with the window function "row_number()"',
    ({ users }) =>
      users
        .orderBy(rowNumber().over({ orderBy: 'id' }))
        .selectForUpdate()
        .toSQL(),
  ],
  [
    'a window of locked rows',
    UsageError,
    'cannot lock rows with the window function "r"',
    ({ users }) =>
      users
        .selectForUpdate()
        .annotate({ r: rank().over({ orderBy: 'id' }) })
        .toSQL(),
  ],
]

it.each(wrong)('%s is answered with the form that is meant', (...each) => expectRefused(each, shop.repos))

it('an expression for a value that is written is answered with what takes it', async () => {
  const { users, companies } = shop.repos
  const written = [
    users.bulkUpdate([{ id: 1, name: lower('name') as never }], ['name']),
    companies.create({ name: lower('name') as never }),
    companies.bulkCreate([{ name: lower('name') as never }]),
  ]
  for (const each of written)
    await expect(each).rejects.toThrow(/takes a value: expressions are for update\(\)/)
})

it('a queryset for rows to link is answered with how it is read', async () => {
  const linked = shop.repos.products.link(1, 'categories')
  await expect(linked.set(shop.repos.categories.all() as never)).rejects.toThrow(
    /takes rows or their keys, and no queryset: read them first, by toArray\(\)/,
  )
})
