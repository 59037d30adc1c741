/** What annotations and aggregates are, and what must not compile. Checked by the compiler alone; nothing here runs. */
import { expectTypeOf } from 'vitest'
import { arrayAgg, avg, boolAnd, count, lower, max, min, stringAgg, sum, type Aggregates } from 'sluice'
import type { OrderStatus, Repositories, User } from '../../generated/index.js'

declare function row<R>(rows: AsyncIterable<R>): R

export function annotations({ users, orders, posts, orderItems }: Repositories) {
  const annotated = users.annotate({
    posts: count('postsByAuthor', { filter: { publishedAt: { isNull: false } }, distinct: true }),
    pieces: sum('orders.orderItems.quantity'),
    revenue: sum('orders.orderItems.total'),
    ids: sum('orders.id'),
    average: avg('reviews.rating'),
    price: avg('orders.orderItems.unitPrice'),
    lastOrder: max('orders.placedAt'),
    firstStatus: min('orders.status'),
    notes: arrayAgg('orders.note', { orderBy: ['-placedAt', 'id'] }),
    titles: stringAgg('postsByAuthor.title', ', ', { orderBy: 'title', distinct: true }),
    invited: boolAnd('usersByReferredBy.isActive'),
    employer: max('company.name'),
  })
  expectTypeOf(row(annotated).posts).toEqualTypeOf<number>()
  expectTypeOf(row(annotated).pieces).toEqualTypeOf<number | null>()
  expectTypeOf(row(annotated).revenue).toEqualTypeOf<string | null>()
  expectTypeOf(row(annotated).ids).toEqualTypeOf<string | null>()
  expectTypeOf(row(annotated).average).toEqualTypeOf<number | null>()
  expectTypeOf(row(annotated).price).toEqualTypeOf<string | null>()
  expectTypeOf(row(annotated).lastOrder).toEqualTypeOf<Date | null>()
  expectTypeOf(row(annotated).firstStatus).toEqualTypeOf<OrderStatus | null>()
  expectTypeOf(row(annotated).notes).toEqualTypeOf<(string | null)[]>()
  expectTypeOf(row(annotated).titles).toEqualTypeOf<string | null>()
  expectTypeOf(row(annotated).invited).toEqualTypeOf<boolean | null>()
  expectTypeOf(row(annotated).employer).toEqualTypeOf<string | null>()
  expectTypeOf(row(annotated).email).toEqualTypeOf<string>()

  // They are fields from then on, after values too.
  annotated.filter({ posts: { gt: 3 }, name: 'Ada', or: [{ lastOrder: null }, { revenue: { gte: '10' } }] })
  annotated.exclude({ not: { titles: { contains: 'x' } } }).orderBy('-posts', 'id', 'lastOrder')
  annotated.values('email').filter({ posts: 1, firstStatus: { in: ['paid'] } })
  expectTypeOf(row(annotated.valuesList('id', 'posts'))).toEqualTypeOf<readonly [number, number]>()
  // What is annotated stays with narrowed rows.
  expectTypeOf(row(annotated.only('name')).posts).toEqualTypeOf<number>()
  // @ts-expect-error a field that was left out
  void row(annotated.only('name')).email
  expectTypeOf(row(annotated.values('lastOrder', 'name'))).toEqualTypeOf<{
    lastOrder: Date | null
    name: string
  }>()
  expectTypeOf(row(annotated.annotate({ more: count('orders') })).posts).toEqualTypeOf<number>()
  expectTypeOf(
    row(posts.selectRelated('author').annotate({ n: count('author') })).author,
  ).toEqualTypeOf<User>()

  const groups = orders.values('status').annotate({ n: count(), last: max('id'), noted: count('note') })
  expectTypeOf(row(groups).status).toEqualTypeOf<OrderStatus>()
  expectTypeOf(row(groups).n).toEqualTypeOf<number>()
  expectTypeOf(row(groups).last).toEqualTypeOf<bigint | null>()
  groups.filter({ n: { gt: 1 }, note: null }).orderBy('-n', 'status')
  expectTypeOf(row(orderItems.values('orderId').annotate({ sold: sum('total') }))).toMatchTypeOf<{
    orderId: bigint
    sold: string | null
  }>()

  groups.annotate({ more: sum('userId') }).orderBy({ more: 'desc', nulls: 'last' }, '-n')
  groups.values('n').distinct('n')
  groups.values({ count: 'n' }).orderBy('count')
  groups.orderBy(lower('status'))
  orders.values('user.name').annotate({ n: count() }).orderBy('user.name')

  // @ts-expect-error the ungrouped fields are gone
  void row(groups).note
  // @ts-expect-error groups have no order by what they do not have
  groups.orderBy('note')
  // @ts-expect-error nor descending
  groups.orderBy('-placedAt')
  // @ts-expect-error nor by an object
  groups.orderBy({ note: 'desc' })
  // @ts-expect-error nor along relations
  groups.orderBy('user.name')
  // @ts-expect-error groups have no other values
  groups.values('note')
  // @ts-expect-error nor as lists
  groups.valuesList('note')
  // @ts-expect-error nor under other names
  groups.values({ other: 'note' })
  // @ts-expect-error after a second annotate neither
  groups.annotate({ more: count('note') }).orderBy('note')
  // @ts-expect-error an unknown relation
  users.annotate({ n: count('comments') })
  // @ts-expect-error an unknown field of a relation
  users.annotate({ n: sum('orders.amount') })
  // @ts-expect-error rows have no sum
  users.annotate({ n: sum('orders') })
  // @ts-expect-error a sum of dates
  users.annotate({ n: sum('orders.placedAt') })
  // @ts-expect-error a greatest boolean
  users.annotate({ n: max('usersByReferredBy.isActive') })
  // @ts-expect-error all of what is no boolean
  users.annotate({ n: boolAnd('orders.id') })
  // @ts-expect-error a filter of another table
  users.annotate({ n: count('orders', { filter: { email: 'x' } }) })
  // @ts-expect-error a filter with an unknown key beside a known one
  users.annotate({ n: count('orders', { filter: { note: 'x', email: 'x' } }) })
  // @ts-expect-error a value of another type
  users.annotate({ n: count('orders', { filter: { userId: 'x' } }) })
  // @ts-expect-error an unknown option
  users.annotate({ n: count('orders', { where: {} }) })
  // @ts-expect-error an order of another table
  users.annotate({ n: arrayAgg('orders.id', { orderBy: 'email' }) })
  // @ts-expect-error an order of what has none
  users.annotate({ n: sum('orders.id', { orderBy: 'id' }) })
  // @ts-expect-error no aggregate
  users.annotate({ n: 1 })
  // @ts-expect-error an unknown field beside annotations
  annotated.filter({ postz: 1 })
  // @ts-expect-error an annotation of another type
  annotated.filter({ lastOrder: 5 })
  // @ts-expect-error null where there always is a number
  annotated.filter({ posts: null })
  // @ts-expect-error an annotation of another queryset
  users.orderBy('posts')
}

export async function aggregates({ payments, users }: Repositories, given: Aggregates) {
  expectTypeOf(
    await payments.aggregate({ n: count(), total: sum('amount'), methods: arrayAgg('method') }),
  ).toEqualTypeOf<{
    n: number
    total: string | null
    methods: ('card' | 'bank-transfer' | 'paypal' | 'gift-card')[]
  }>()
  expectTypeOf(await users.aggregate({ orders: sum('orders.id') })).toEqualTypeOf<{ orders: string | null }>()
  const annotated = users.annotate({ posts: count('postsByAuthor') })
  expectTypeOf(await annotated.aggregate({ most: max('posts') })).toEqualTypeOf<{ most: number | null }>()
  expectTypeOf(await users.aggregate(given)).toEqualTypeOf<{ [name: string]: unknown }>()
  // @ts-expect-error an unknown field
  void payments.aggregate({ n: sum('price') })
  // @ts-expect-error not among the results
  void (await payments.aggregate({ n: count() })).total
}
