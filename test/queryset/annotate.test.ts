import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  arrayAgg,
  avg,
  boolAnd,
  boolOr,
  count,
  FieldError,
  max,
  min,
  stringAgg,
  sum,
  UsageError,
  type Aggregates,
} from 'sluice'
import { byEveryPath } from './every-path.js'
import { openShop, type Shop } from './shop.js'
import { reportRows } from './report-rows.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(reportRows)
})
afterAll(() => shop[Symbol.asyncDispose]())

const published = { filter: { publishedAt: { isNull: false } } } as const

describe('annotations over relations', () => {
  it('do not multiply rows, however many there are', async () => {
    const users = shop.repos.users
      .only('name')
      .orderBy('id')
      .annotate({
        posts: count('postsByAuthor'),
        published: count('postsByAuthor', published),
        edited: count('postsByEditor'),
        orderCount: count('orders'),
      })
    expect(await byEveryPath(users)).toEqual([
      { id: 1, name: 'Ada', posts: 3, published: 2, edited: 1, orderCount: 2 },
      { id: 2, name: 'Bob', posts: 1, published: 0, edited: 2, orderCount: 2 },
      { id: 3, name: 'Cid', posts: 1, published: 1, edited: 0, orderCount: 0 },
      { id: 4, name: 'Dan', posts: 0, published: 0, edited: 0, orderCount: 0 },
    ])
    expect(await users.count()).toBe(4)
  })

  it('are subqueries, with bound parameters', () => {
    const { sql, parameters } = shop.repos.users
      .only('id')
      .annotate({ n: count('postsByAuthor', { filter: { title: 'A1' } }) })
      .toSQL()
    expect(sql).toBe(
      'select "users"."id" as "id", (select count(*) from "public"."posts" as "t1" where ' +
        '"t1"."author_id" = "users"."id" and "t1"."title" = $1) as "n" from "public"."users" as "users"',
    )
    expect(parameters).toEqual(['A1'])
  })

  it('compute every aggregate, with the values of an empty one where there are no rows', async () => {
    const rows = await byEveryPath(
      shop.repos.products.values('id').orderBy('id').annotate({ ignored: count() }).values('id'),
    )
    expect(rows).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    const orders = shop.repos.orders
      .only('id')
      .orderBy('id')
      .annotate({
        total: sum('orderItems.total'),
        pieces: sum('orderItems.quantity'),
        average: avg('orderItems.quantity'),
        price: avg('orderItems.unitPrice'),
        cheapest: min('orderItems.unitPrice'),
        dearest: max('orderItems.unitPrice'),
        quantities: arrayAgg('orderItems.quantity', { orderBy: '-quantity' }),
        methods: stringAgg('payments.method', ', ', { orderBy: ['-amount'] }),
        weight: sum('orderItems.product.weight'),
      })
    const [first, , , last] = await byEveryPath(orders)
    expect(first).toEqual({
      id: 1n,
      total: '22.50',
      pieces: 3,
      average: 1.5,
      price: '6.2500000000000000',
      cheapest: '2.50',
      dearest: '10.00',
      quantities: [2, 1],
      methods: 'card',
      weight: 2,
    })
    expect(last).toEqual({
      id: 4n,
      total: null,
      pieces: null,
      average: null,
      price: null,
      cheapest: null,
      dearest: null,
      quantities: [],
      methods: null,
      weight: null,
    })
  })

  it('follow relations of several steps, through link tables, to one row and to their own table', async () => {
    const companies = shop.repos.companies
      .only('name')
      .orderBy('id')
      .annotate({
        posts: count('users.postsByAuthor'),
        authors: count('users.postsByAuthor.author', { distinct: true }),
        titles: arrayAgg('users.postsByAuthor.title', { orderBy: 'title' }),
      })
    expect(await companies.toArray()).toEqual([
      { id: 1, name: 'Acme', posts: 4, authors: 2, titles: ['A1', 'A2', 'A3', 'B1'] },
      { id: 2, name: 'Bare', posts: 0, authors: 0, titles: [] },
    ])
    const products = shop.repos.products
      .only('sku')
      .orderBy('id')
      .annotate({ n: count('categories') })
    expect((await products.toArray()).map(({ n }) => n)).toEqual([2, 1, 1])
    const categories = shop.repos.categories.values('name').annotate({ stock: sum('products.price') })
    expect(await categories.filter({ stock: { gt: 10 } }).toArray()).toEqual([
      { name: 'All', stock: '16.50' },
    ])
    const posts = shop.repos.posts
      .only('title')
      .orderBy('id')
      .annotate({
        company: max('author.company.name'),
        siblings: count('author.postsByAuthor'),
      })
    expect((await posts.toArray()).map(({ company, siblings }) => [company, siblings])).toEqual([
      ['Acme', 3],
      ['Acme', 3],
      ['Acme', 3],
      ['Acme', 1],
      [null, 1],
    ])
  })

  it('aggregate truths, and distinct values', async () => {
    const companies = shop.repos.companies
      .only('id')
      .orderBy('id')
      .annotate({
        all: boolAnd('users.isActive'),
        any: boolOr('users.isActive'),
        statuses: arrayAgg('users.orders.status', { distinct: true, orderBy: 'status' }),
        emails: stringAgg('users.email', ' ', { distinct: true, orderBy: '-email' }),
        paid: sum('users.orders.payments.amount', { filter: { method: 'card' } }),
      })
    expect(await companies.toArray()).toEqual([
      {
        id: 1,
        all: false,
        any: true,
        statuses: ['pending', 'paid', 'shipped'],
        emails: 'bob@x.example ada@x.example',
        paid: '26.50',
      },
      { id: 2, all: true, any: true, statuses: [], emails: 'dan@x.example', paid: null },
    ])
  })

  it('are fields to filter, exclude, sort and select by', async () => {
    const users = shop.repos.users.annotate({
      posts: count('postsByAuthor', published),
      last: max('postsByAuthor.publishedAt'),
    })
    expect(
      await users
        .filter({ posts: { gt: 0 } })
        .valuesList('name', { flat: true })
        .orderBy('-posts', 'name')
        .toArray(),
    ).toEqual(['Ada', 'Cid'])
    expect(await users.exclude({ posts: 2 }).orderBy('-id').values('name', 'posts').toArray()).toEqual([
      { name: 'Dan', posts: 0 },
      { name: 'Cid', posts: 1 },
      { name: 'Bob', posts: 0 },
    ])
    expect(await users.filter({ or: [{ last: null }, { posts: { in: [2] } }] }).count()).toBe(3)
    expect(await users.filter({ last: { gte: new Date('2024-03-01T00:00:00Z') } }).exists()).toBe(true)
    expect((await users.orderBy('posts', '-id').first())?.name).toBe('Dan')
    expect((await users.orderBy('posts', '-id').last())?.name).toBe('Ada')
    expect(await users.orderBy('-posts', 'id').slice(1, 2).valuesList('id', 'posts').toArray()).toEqual([
      [3, 1],
    ])
    expect((await users.get({ posts: 2 })).last).toEqual(new Date('2024-03-01T00:00:00Z'))
    expect(await users.values('posts').distinct().orderBy('posts').toArray()).toEqual([
      { posts: 0 },
      { posts: 1 },
      { posts: 2 },
    ])
    expect(
      await shop.repos.posts.filter({ authorId: { in: users.filter({ posts: 2 }).values('id') } }).count(),
    ).toBe(3)
  })

  it('stay with whole rows and narrowed ones, and go where defer names them', async () => {
    const users = shop.repos.users.annotate({ n: count('postsByAuthor') }).filter({ id: 1 })
    expect(await users.only('name', 'n').get()).toEqual({ id: 1, name: 'Ada', n: 3 })
    expect(await users.only('name').get()).toEqual({ id: 1, name: 'Ada', n: 3 })
    expect(Object.keys(await users.get()).at(-1)).toBe('n')
    expect(Object.keys(await users.defer('n').get())).not.toContain('n')
    expect((await users.values().get()).n).toBe(3)
  })

  it('decide which rows are changed and locked', async () => {
    await using other = await openShop(reportRows)
    const users = other.repos.users.annotate({
      posts: count('postsByAuthor', published),
      orders_: count('orders'),
    })
    expect(await users.filter({ posts: 2 }).update({ name: 'Ada of 2' })).toBe(1)
    expect(await users.filter({ posts: 0, orders_: 0 }).delete()).toBe(1)
    expect(await other.repos.users.valuesList('name', { flat: true }).orderBy('id').toArray()).toEqual([
      'Ada of 2',
      'Bob',
      'Cid',
    ])
    expect(() => users.filter((eb) => eb('posts' as 'id', '=', 1))).toThrow(/has no column "posts" in SQL/)
    await expect(users.filter({ posts: 2 }).update({ posts: 1 } as object)).rejects.toThrow(FieldError)
    await other.db.transaction().execute(async (trx) => {
      const locked = users.using(trx).filter({ posts: 1 }).selectForUpdate()
      expect(await locked.values('name', 'posts').toArray()).toEqual([{ name: 'Cid', posts: 1 }])
    })
  })

  it('tell rows apart', async () => {
    const users = shop.repos.users.annotate({ posts: count('postsByAuthor', published) })
    const one = users.distinct('posts').orderBy('posts', 'id').valuesList('id', 'posts')
    expect(await one.toArray()).toEqual([
      [2, 0],
      [3, 1],
      [1, 2],
    ])
    expect(await one.last()).toEqual([1, 2])
    expect(await one.count()).toBe(3)
  })

  it('stand beside joined and prefetched relations', async () => {
    const post = await shop.repos.posts
      .annotate({ name: max('author.name') })
      .selectRelated('author')
      .orderBy('name', 'id')
      .first()
    expect([post?.name, post?.author.name]).toEqual(['Ada', 'Ada'])
    const company = await shop.repos.companies
      .prefetchRelated({
        users: shop.repos.users
          .annotate({ n: count('postsByAuthor') })
          .orderBy('-n')
          .slice(0, 1),
      })
      .orderBy('id')
      .first()
    expect(company?.users).toMatchObject([{ name: 'Ada', n: 3 }])
  })

  it('have the same values through Kysely', async () => {
    const rows = await shop.repos.users
      .annotate({ n: count('postsByAuthor'), total: sum('orders.orderItems.quantity') })
      .orderBy('id')
      .toKysely()
      .execute()
    expect(rows.map(({ n, total }) => [n, total])).toEqual([
      [3, 4],
      [1, 5],
      [1, null],
      [0, null],
    ])
  })

  it('combine with others of the same type', async () => {
    const users = shop.repos.users.annotate({ n: count('postsByAuthor') }).values('name', 'n')
    const both = users
      .filter({ n: 3 })
      .union(users.filter({ n: 0 }))
      .orderBy('n')
    expect(await both.toArray()).toEqual([
      { name: 'Dan', n: 0 },
      { name: 'Ada', n: 3 },
    ])
  })
})

describe('annotate refuses', () => {
  const annotate = (aggregates: unknown) => () => shop.repos.users.annotate(aggregates as Aggregates)

  it.each([
    ['a name that a field has', { email: count('orders') }, /already has the field "email"/],
    ['a name that a relation has', { orders: count('orders') }, /already has the relation "orders"/],
    ['a reserved name', { or: count('orders') }, /cannot name an annotation/],
    ['a name that reads as descending', { '-n': count('orders') }, /cannot name an annotation/],
    ['a name that PostgreSQL would cut', { ['n'.repeat(64)]: count('orders') }, /cannot name an annotation/],
    ['what is no aggregate', { n: 1 }, /must be an expression/],
    ['nothing', {}, /takes expressions by name/],
    ['an unknown path', { n: count('comments') }, /has no field or relation "comments". Choices: id, email/],
    ['an unknown step', { n: count('comments.id') }, /has no relation "comments" \(in "comments.id"\)/],
    [
      'an unknown field of a relation',
      { n: sum('orders.total') },
      /public.orders has no field or relation "total"/,
    ],
    ['a field as a step', { n: count('email.id') }, /has no relation "email"/],
    ['a sum of rows', { n: sum('orders') }, /sum\(\) needs a field/],
    [
      'a sum of text',
      { n: sum('orders.note') },
      /sum\(\) does not take public.orders.note: its type is text/,
    ],
    ['a greatest boolean', { n: max('usersByReferredBy.isActive') }, /does not take/],
    ['an array of arrays', { n: arrayAgg('postsByAuthor.tags') }, /does not take/],
    ['a string of dates', { n: stringAgg('orders.placedAt', ',') }, /does not take/],
    [
      'an unknown option',
      { n: count('orders', { where: 1 } as object) },
      /no option "where". Choices: filter, distinct/,
    ],
    ['an undefined filter', { n: count('orders', { filter: undefined } as object) }, /undefined/],
    ['a filter of another table', { n: count('orders', { filter: { email: 'x' } }) }, /public.orders has no/],
    [
      'an order of another table',
      { n: arrayAgg('orders.id', { orderBy: 'email' }) },
      /public.orders has no field "email"/,
    ],
  ])('%s', (_, aggregates, message) => {
    expect(annotate(aggregates)).toThrow(FieldError)
    expect(annotate(aggregates)).toThrow(message)
  })

  it('the table’s own fields without groups, and chains that rule it out', () => {
    const { users } = shop.repos
    expect(annotate({ n: count() })).toThrow(UsageError)
    expect(annotate({ n: max('id') })).toThrow(/Group with values\(\)/)
    expect(annotate({ n: arrayAgg('orders.id', { distinct: true, orderBy: 'status' }) })).toThrow(UsageError)
    // @ts-expect-error by types as well
    expect(() => void users.slice(0, 1).annotate({ n: count('orders') })).toThrow(UsageError)
    expect(() => users.valuesList('id').annotate({ n: count('orders') })).toThrow(/after valuesList/)
    // @ts-expect-error by types as well
    expect(() => void users.union(users).annotate({ n: count('orders') })).toThrow(UsageError)
    // @ts-expect-error by types as well
    expect(() => void users.annotate({ n: count('orders') }).annotate({ n: count('orders') })).toThrow(
      /the annotation "n"/,
    )
    expect(() => users.values('isActive').annotate({ n: arrayAgg('orders.id') })).toThrow(
      /over a relation to many rows/,
    )
    const groups = users.values('isActive').annotate({ n: count() })
    expect(() => groups.annotate({ m: max('n') })).toThrow(/cannot be aggregated again/)
    expect(() => users.filter({ n: 1 } as object)).toThrow(FieldError)
  })
})
