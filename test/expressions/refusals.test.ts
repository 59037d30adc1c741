import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  abs,
  caseWhen,
  cast,
  coalesce,
  concat,
  count,
  exists,
  extract,
  FieldError,
  jsonPath,
  lookup,
  lower,
  max,
  now,
  outerRef,
  rank,
  ref,
  subquery,
  sum,
  trunc,
  UsageError,
  value,
} from 'sluice'
import { openShop, type Shop } from '../queryset/shop.js'
import { expectRefused, type Refused } from '../support/refused.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

const wrong: Refused[] = [
  [
    'a range counted in values of nothing',
    FieldError,
    'needs one key, which is a number. rows: [-1, 0] counts rows',
    ({ products }) => products.annotate({ s: sum('stock').over({ range: [-1, 0] }) }),
  ],
  [
    'a range counted in text',
    FieldError,
    'which is a number, not text',
    ({ products }) => products.annotate({ s: sum('stock').over({ range: [-1, 0], orderBy: 'name' }) }),
  ],
  [
    'groups of nothing',
    FieldError,
    'groups of equal values of orderBy: give it one',
    ({ products }) => products.annotate({ s: sum('stock').over({ groups: [-1, 0] }) }),
  ],
  [
    'a window of the outer row',
    UsageError,
    "outerRef('r') is a window function of the outer query",
    ({ users, posts }) =>
      users.annotate({ r: rank().over({ orderBy: 'id' }) }).annotate({
        n: subquery(
          posts
            .filter({ id: outerRef('r') })
            .values('title')
            .slice(0, 1),
        ),
      }),
  ],
  [
    'an aggregate of the outer groups',
    UsageError,
    "outerRef('n') is an aggregate of the outer query",
    ({ users, companies }) =>
      users
        .values('companyId')
        .annotate({ n: count() })
        .annotate({ t: subquery(companies.filter({ id: outerRef('n') }).values('name')) }),
  ],
  [
    'a time zone for what is in none',
    FieldError,
    'date is in no time zone',
    ({ users }) => users.annotate({ y: extract('year', 'birthDate', { timeZone: 'Europe/Berlin' }) }),
  ],
  [
    'a time zone for a moment that is cut in none',
    FieldError,
    'timestamp is in no time zone',
    ({ posts }) => posts.annotate({ d: trunc('day', 'scheduledFor', { timeZone: 'Europe/Berlin' }) }),
  ],
  [
    'two moments that are added',
    FieldError,
    "To a moment an interval is added, as in value('1 day', 'interval')",
    ({ users }) => users.annotate({ d: ref('birthDate').plus('birthDate' as never) }),
  ],
  [
    'a time that is cut',
    FieldError,
    'trunc() takes a date or a moment',
    ({ companies }) => companies.annotate({ h: trunc('hour', 'opensAt' as never) }),
  ],
  [
    'an aggregate in filter',
    UsageError,
    'annotate() it under a name',
    (s) => s.users.filter(lookup(count(), 1)),
  ],
  [
    'a window without over',
    UsageError,
    'rank().over({ orderBy',
    (s) => s.users.annotate({ x: rank() as never }),
  ],
  [
    'a window in WHERE',
    UsageError,
    'window functions are computed from the rows that are left after it',
    (s) => s.users.annotate({ r: rank().over({ orderBy: 'id' }) }).filter({ r: 1 }),
  ],
  [
    'a window in a window',
    UsageError,
    'does not nest them',
    (s) => s.users.annotate({ x: rank().over({ orderBy: rank().over({ orderBy: 'id' }) }) }),
  ],
  [
    'an unknown path',
    FieldError,
    'Did you mean "name"?',
    (s) => s.users.annotate({ x: ref('company.nmae') as never }),
  ],
  [
    'an unknown key of an order',
    FieldError,
    'Did you mean "title"?',
    (s) => s.posts.orderBy('titel' as never),
  ],
  [
    'a path to many rows',
    FieldError,
    "max('postsByAuthor.title')",
    (s) => s.users.orderBy('postsByAuthor.title' as never),
  ],
  [
    'a relation as a value',
    FieldError,
    'author.id',
    (s) => s.posts.annotate({ x: lower('author') as never }),
  ],
  [
    'types that differ',
    FieldError,
    'compares int4 with "lower(title)"',
    (s) => s.posts.filter({ id: { gt: lower('title') } as never }),
  ],
  [
    'a sum of number and text',
    FieldError,
    'no such operator for int4 and text',
    (s) => s.users.annotate({ x: ref('id').plus('name') as never }),
  ],
  [
    'branches of two types',
    FieldError,
    'Cast one of them',
    (s) => s.users.annotate({ x: caseWhen([[{ id: 1 }, 'name']], 'id') }),
  ],
  [
    'arguments of two types',
    FieldError,
    'values of one type',
    (s) => s.users.annotate({ x: coalesce('birthDate', 'name') }),
  ],
  [
    'text of a moment',
    FieldError,
    "cast('createdAt', 'text')",
    (s) => s.users.annotate({ x: concat('createdAt') }),
  ],
  [
    'a part of text',
    FieldError,
    '"name" is text: cast it',
    (s) => s.users.annotate({ x: extract('year', 'name') }),
  ],
  [
    'a part that a date has not',
    FieldError,
    'a date, has no part "hour"',
    (s) => s.users.annotate({ x: extract('hour', 'birthDate') }),
  ],
  [
    'a unit that there is not',
    FieldError,
    'Choices: year',
    (s) => s.users.annotate({ x: trunc("month'; --" as never, 'createdAt') }),
  ],
  [
    'a path into text',
    FieldError,
    'leads into JSON',
    (s) => s.users.annotate({ x: jsonPath('name', ['a']) }),
  ],
  ['an unknown type', FieldError, 'cast()', () => cast('id', 'int4; DROP TABLE users' as never)],
  ['no condition', FieldError, 'a condition is true or false', (s) => s.users.filter(lower('name'))],
  [
    'undefined',
    FieldError,
    'takes no undefined',
    (s) => s.users.annotate({ x: coalesce(undefined as never) as never }),
  ],
  [
    'an ungrouped field',
    UsageError,
    'have no "note"',
    (s) => s.orders.values('status').annotate({ n: max('id'), x: lower('note') }),
  ],
  [
    'a string for an expression',
    FieldError,
    '"x" must be an expression',
    (s) => s.users.annotate({ x: 'name' as never }),
  ],
  [
    'an order in two directions',
    FieldError,
    "nulls: 'first' or 'last'",
    (s) => s.posts.orderBy({ id: 'down' } as never),
  ],
  [
    'an order of distinct rows by another field',
    UsageError,
    'distinct()',
    (s) => s.posts.values('title').distinct().orderBy('author.name'),
  ],
  ['an order of json', FieldError, 'has no order', (s) => s.payments.orderBy(ref('providerResponse'))],
  [
    'fields of what is not joined',
    FieldError,
    "selectRelated('author')",
    (s) => s.posts.defer('author.name'),
  ],
  [
    'two flat values',
    UsageError,
    'exactly one field',
    (s) => s.posts.valuesList('id', 'title', { flat: true } as never),
  ],
  [
    'a name that is taken',
    FieldError,
    'already has the field "title"',
    (s) => s.posts.values({ title: lower('slug') }),
  ],
  [
    'an expression without a name',
    FieldError,
    'needs a name',
    (s) => s.posts.values(lower('title') as never),
  ],
  [
    'outerRef of another type',
    FieldError,
    'is compared with int4',
    (s) => s.users.filter(exists(s.posts.filter({ authorId: outerRef('name') }))),
  ],
  [
    'a subquery of two columns',
    UsageError,
    'column',
    (s) => s.users.annotate({ x: subquery(s.posts.values('id', 'title')) as never }),
  ],
  ['no queryset', FieldError, 'takes a queryset', () => exists({} as never)],
  [
    'a subquery of a slice of several rows',
    UsageError,
    'slice(0, 1) has one, and arraySubquery() all of them',
    (s) => subquery(s.posts.values('id').slice(0, 2)),
  ],
  [
    'an argument of the wrong type, as it is written',
    FieldError,
    "as in cast(now(), 'numeric')",
    (s) => s.users.annotate({ x: abs(now() as never) }),
  ],
]

it.each(wrong)('%s is refused when the queryset is built', (...each) => expectRefused(each, shop.repos))

it('a reference to no outer row is refused when the query runs', async () => {
  const alone = shop.repos.posts.filter({ authorId: outerRef('id') })
  expect(() => alone.toSQL()).toThrow(UsageError)
  await expect(alone.toArray()).rejects.toThrow("outerRef('id') stands for a row of another query")
  await expect(alone.count()).rejects.toThrow(UsageError)
})

describe('hostile text', () => {
  const hostile = [
    `UTC'; DROP TABLE users; --`,
    `UTC' || pg_sleep(9) || '`,
    'UTC\\',
    '',
    "'",
    'UTC\0',
    'ü',
    'A'.repeat(65),
  ]

  it.each(hostile)('is no time zone: %j', (timeZone) => {
    const { users } = shop.repos
    expect(() => users.annotate({ x: trunc('month', 'createdAt', { timeZone }) })).toThrow(
      /name of a time zone/,
    )
    expect(() => users.annotate({ x: extract('day', 'createdAt', { timeZone }) })).toThrow(
      /name of a time zone/,
    )
  })

  it.each(hostile.filter((text) => !text.includes('\0')))('is a value where it is one: %j', async (text) => {
    const { companies } = shop.repos
    const { id } = await companies.create({ name: `x${text}` })
    const found = companies
      .filter({ id, name: concat(value('x'), value(text)) })
      .only('id')
      .annotate({ same: coalesce(value(text), 'name') })
    expect(found.toSQL().sql).not.toMatch(/DROP|pg_sleep/)
    expect(await found.toArray()).toEqual([{ id, same: text }])
  })
})
