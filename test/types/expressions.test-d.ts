/** What expressions give, and what must not compile. Checked by the compiler alone; nothing here runs. */
import type { ExpressionBuilder } from 'kysely'
import { expectTypeOf } from 'vitest'
import {
  caseWhen,
  cast,
  coalesce,
  concat,
  count,
  exists,
  expr,
  extract,
  greatest,
  jsonPath,
  lag,
  length,
  lookup,
  lower,
  max,
  nullif,
  outerRef,
  rank,
  ref,
  rowNumber,
  subquery,
  sum,
  trunc,
  value,
  where,
} from 'sluice'
import type { DB, OrderStatus, Repositories } from '../../generated/index.js'

declare function row<R>(rows: AsyncIterable<R>): R

export function annotated({ users, posts, orders, orderItems }: Repositories) {
  const found = row(
    posts.annotate({
      name: ref('author.name'),
      firm: ref('author.company.name'),
      loud: lower('title'),
      quiet: lower('editor.name'),
      size: length('title'),
      both: concat('title', 'editor.name'),
      known: coalesce('editor.name', value('nobody')),
      maybe: coalesce('editor.name', 'author.company.name'),
      unless: nullif('title', value('x')),
      later: greatest('publishedAt', 'createdAt'),
      number: cast('title', 'int4'),
      numbers: cast(value('{1}'), 'int4[]'),
      kind: caseWhen([[{ title: 'a' }, 1]], 0),
      isLong: where({ title: { startsWith: 'a' } }),
      isOwn: lookup('authorId', ref('editorId')),
      month: trunc('month', 'publishedAt'),
      year: extract('year', 'createdAt'),
      due: ref('createdAt').plus(value('1 day', 'interval')),
      took: ref('publishedAt').minus('createdAt'),
      any: expr('text', (eb) => eb.val('x')),
      before: lag('title').over({ orderBy: 'id' }),
      orElse: lag('title', 1, value('-')).over({ orderBy: 'id' }),
      place: rank().over({ partitionBy: 'authorId', orderBy: '-id' }),
      running: sum('id').over({ orderBy: 'id' }),
    }),
  )
  expectTypeOf(found.name).toEqualTypeOf<string>()
  expectTypeOf(found.firm).toEqualTypeOf<string | null>()
  expectTypeOf(found.loud).toEqualTypeOf<string>()
  expectTypeOf(found.quiet).toEqualTypeOf<string | null>()
  expectTypeOf(found.size).toEqualTypeOf<number>()
  expectTypeOf(found.both).toEqualTypeOf<string>()
  expectTypeOf(found.known).toEqualTypeOf<string>()
  expectTypeOf(found.maybe).toEqualTypeOf<string | null>()
  expectTypeOf(found.unless).toEqualTypeOf<string | null>()
  expectTypeOf(found.later).toEqualTypeOf<Date>()
  expectTypeOf(found.number).toEqualTypeOf<number>()
  expectTypeOf(found.numbers).toEqualTypeOf<number[]>()
  expectTypeOf(found.kind).toEqualTypeOf<number>()
  expectTypeOf(found.isLong).toEqualTypeOf<boolean>()
  expectTypeOf(found.isOwn).toEqualTypeOf<boolean>()
  expectTypeOf(found.month).toEqualTypeOf<Date | null>()
  expectTypeOf(found.year).toEqualTypeOf<number>()
  expectTypeOf(found.due).toEqualTypeOf<Date>()
  expectTypeOf(found.took).toEqualTypeOf<string | null>()
  expectTypeOf(found.any).toEqualTypeOf<string | null>()
  expectTypeOf(found.before).toEqualTypeOf<string | null>()
  expectTypeOf(found.orElse).toEqualTypeOf<string>()
  expectTypeOf(found.place).toEqualTypeOf<number>()
  expectTypeOf(found.running).toEqualTypeOf<number | null>()

  const summed = row(
    orders.annotate({
      total: sum(ref('orderItems.quantity').times('orderItems.unitPrice')),
      paid: coalesce(sum('payments.amount'), value('0')),
      plan: jsonPath('user.preferences', ['plan', 'name'], 'text'),
      last: subquery(
        posts
          .filter({ authorId: outerRef('userId') })
          .values('title')
          .slice(0, 1),
      ),
      wrote: exists(posts.filter({ authorId: outerRef('userId') })),
    }),
  )
  expectTypeOf(summed.total).toEqualTypeOf<string | null>()
  expectTypeOf(summed.paid).toEqualTypeOf<string>()
  expectTypeOf(summed.plan).toEqualTypeOf<string | null>()
  expectTypeOf(summed.last).toEqualTypeOf<string | null>()
  expectTypeOf(summed.wrote).toEqualTypeOf<boolean>()
  expectTypeOf(row(orderItems.annotate({ more: ref('quantity').plus(1) })).more).toEqualTypeOf<number>()

  // They are fields from then on.
  users
    .annotate({ size: length('name') })
    .filter({ size: { gt: 3 } })
    .orderBy('-size', lower('name').desc())

  // @ts-expect-error a path that leads nowhere
  posts.annotate({ x: ref('author.nmae') })
  // @ts-expect-error the same within another expression
  posts.annotate({ x: lower(concat('title', 'author.nmae')) })
  // @ts-expect-error the same in a function of one
  posts.annotate({ x: lower('nmae') })
  // @ts-expect-error the same in an aggregate of an expression
  orders.annotate({ x: sum(ref('orderItems.quantty').times(2)) })
  // @ts-expect-error a path to many rows where one value is meant
  orders.annotate({ x: lower('orderItems.note') })
  // @ts-expect-error a window function without its window
  posts.annotate({ x: rowNumber() })
  // @ts-expect-error a string where an expression belongs
  posts.annotate({ x: 'title' })
  // @ts-expect-error an unknown part
  extract('yaer', 'createdAt')
  // @ts-expect-error an unknown type
  cast('title', 'integer')
}

export function selections({ posts, orders }: Repositories) {
  expectTypeOf(row(posts.values('title', 'author.name', 'editor.name'))).toEqualTypeOf<{
    title: string
    author: { name: string }
    editor: { name: string | null }
  }>()
  const named = posts.values('id', { writer: 'author.name', size: length('title') })
  expectTypeOf(row(named)).toEqualTypeOf<{ id: number; writer: string; size: number }>()
  named.filter({ size: { gt: 2 } }).orderBy('-writer')
  const months = orders
    .values({ month: trunc('month', 'placedAt') })
    .annotate({ n: count(), last: max('id') })
  expectTypeOf(row(months)).toEqualTypeOf<{ month: Date; n: number; last: bigint | null }>()
  expectTypeOf(row(posts.valuesList('id', 'editor.name', length('title')))).toEqualTypeOf<
    readonly [number, string | null, number]
  >()
  expectTypeOf(row(posts.valuesList('author.name', { flat: true }))).toEqualTypeOf<string>()
  expectTypeOf(row(posts.only('title', 'author.name', 'editor.name'))).toEqualTypeOf<{
    id: number
    title: string
    author: { id: number; name: string }
    editor: { id: number; name: string } | null
  }>()
  // Joined rows stay, whole or narrowed, in any order.
  const joined = row(posts.selectRelated('author', 'editor').only('title', 'author.name'))
  expectTypeOf(joined.author).toEqualTypeOf<{ id: number; name: string }>()
  expectTypeOf(joined.editor?.email).toEqualTypeOf<string | undefined>()
  const narrow = row(posts.only('title', 'author.name').selectRelated('author.company'))
  expectTypeOf(narrow.author.company?.name).toEqualTypeOf<string | undefined>()
  // @ts-expect-error the author is still narrowed
  void narrow.author.email
  const deferred = row(posts.selectRelated('author').defer('body', 'author.email'))
  expectTypeOf(deferred.author.name).toEqualTypeOf<string>()
  // @ts-expect-error a field of the joined row that was left out
  void deferred.author.email
  // One element type, whichever paths it is put together from.
  const nested = row(orders.prefetchRelated('orderItems', 'orderItems.product'))
  expectTypeOf(nested.orderItems.map((item) => item.product.name)).toEqualTypeOf<string[]>()
  expectTypeOf(nested.status).toEqualTypeOf<OrderStatus>()

  posts.orderBy('-author.name', { title: 'desc', nulls: 'last' }, lower('title'))
  // @ts-expect-error a path that leads nowhere
  posts.orderBy('author.nmae')
  // @ts-expect-error a relation is no value
  posts.values('author')
  // @ts-expect-error a path to many rows
  orders.values('orderItems.quantity')
  // @ts-expect-error neither up nor down
  posts.orderBy({ title: 'up' })
  // @ts-expect-error an unknown field of a related row
  posts.only('author.nmae')
}

export function freeHand({ users }: Repositories) {
  users.annotate({
    n: expr('int8', (eb: ExpressionBuilder<DB, 'users'>) =>
      eb
        .selectFrom('posts')
        .select((posts) => posts.fn.countAll().as('n'))
        .whereRef('posts.author_id', '=', 'users.id'),
    ),
  })
  users.annotate({ initial: expr('text', (eb) => eb.fn('left', ['name', eb.lit(1)])) })
  // @ts-expect-error no column of the table
  users.annotate({ n: expr('text', (eb: ExpressionBuilder<DB, 'users'>) => eb.ref('nam')) })
  void users.toKysely().innerJoin('orders', 'orders.user_id', 'users.id').select('orders.status')
  users
    .annotate({ one: expr('int4', (eb) => eb.lit(1)) })
    .filter((eb) => eb.exists(eb.selectFrom('posts').select('id').whereRef('author_id', '=', 'users.id')))
  // @ts-expect-error no column of the joined table
  void users.toKysely().innerJoin('orders', 'orders.user_id', 'users.id').select('orders.name')
}

export function orders({ users }: Repositories) {
  users.orderBy({ birthDate: 'desc', nulls: 'last' }, 'name', 'id')
  users.orderBy('name', { birthDate: 'desc', nulls: 'last' }, '-id', lower('email').asc())
  users.orderBy({ birthDate: 'desc' }, '-name', '-company.name')
  // @ts-expect-error no direction
  users.orderBy({ birthDate: 'down' })
  // @ts-expect-error no field
  users.orderBy({ birthDate: 'desc' }, 'nme')
  // @ts-expect-error no field
  users.orderBy('nme')
}
