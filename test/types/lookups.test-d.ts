/**
 * What conditions by type, subqueries and expression callbacks take, and what must not compile. Checked by the compiler
 * alone; nothing here runs.
 */
import { sql } from 'kysely'
import { exactly, jsonNull } from 'sluice'
import type { Repositories } from '../../generated/index.js'

export function byType({ users, products, coupons }: Repositories) {
  users.filter({ tags: { contains: ['a'], length: { gt: 1 } } }, { tags: ['a'] })
  users.filter({ preferences: { contains: { a: [1] }, hasKey: 'a' } }, { preferences: jsonNull })
  coupons.filter({ validDuring: { contains: new Date() } }, { validDuring: { contains: '2024-01-01' } })
  coupons.filter({ validDuring: { overlaps: { lower: new Date(), upper: null, bounds: '[)' } } })
  // @ts-expect-error a value for an array
  users.filter({ tags: { contains: 'a' } })
  // @ts-expect-error a lookup of jsonb
  users.filter({ tags: { hasKey: 'a' } })
  // @ts-expect-error a label that the enum does not have
  products.filter({ labels: { overlaps: ['old'] } })
  // @ts-expect-error SQL's NULL within jsonb
  users.filter({ preferences: { contains: null } })
  // @ts-expect-error a key that is no string
  users.filter({ preferences: { hasKeys: [1] } })
  // @ts-expect-error a value where only a range will do
  coupons.filter({ validDuring: { overlaps: new Date() } })
  // @ts-expect-error a range without bounds
  coupons.filter({ validDuring: { overlaps: { lower: null, upper: null } } })
  // @ts-expect-error a lookup of arrays
  coupons.filter({ validDuring: { length: 1 } })
}

export function subqueries({ users, posts, orders, orderItems, products }: Repositories) {
  posts.filter({ authorId: { in: users } }, { authorId: { in: users.filter({ isActive: true }) } })
  posts.filter({ authorId: { in: users.only('name') } }, { authorId: { in: users.selectRelated('company') } })
  posts.filter({ authorId: { in: users.values('referredBy') } })
  posts.filter(
    { authorId: { notIn: users } },
    { authorId: { notIn: [1, 2] } },
    { editorId: { notIn: [null] } },
  )
  posts.filter({ authorId: { in: users.valuesList('id') } })
  posts.filter({ authorId: { in: users.valuesList('id', { flat: true }) } })
  posts.filter({ createdAt: { in: users.values('createdAt') }, title: { in: users.values('name') } })
  posts.filter({ tags: { in: users.valuesList('tags', { flat: true }) } })
  orderItems.filter({ orderId: { in: orders } }, { orderId: { in: orders.values('id') } })
  orders.filter({ status: { in: orders.values('status') } })
  // @ts-expect-error text for a number
  posts.filter({ authorId: { in: users.values('name') } })
  // @ts-expect-error the same, in a list
  posts.filter({ authorId: { notIn: ['a'] } })
  // @ts-expect-error the same, in a list of one
  posts.filter({ authorId: { in: users.valuesList('name', { flat: true }) } })
  // @ts-expect-error the same, in tuples
  posts.filter({ authorId: { in: users.valuesList('name') } })
  // @ts-expect-error a key of another type
  posts.filter({ createdAt: { in: orders.values('id') } })
  // @ts-expect-error the enum of another table
  orders.filter({ status: { in: products.values('status') } })
  // @ts-expect-error a queryset where a value belongs
  posts.filter({ authorId: users })
  // @ts-expect-error for other lookups
  posts.filter({ authorId: { gt: users.values('id') } })
}

export function expressions({ users, posts, orders }: Repositories) {
  users.filter((eb) => eb('is_active', '=', true), { or: [(eb) => eb('id', '<', eb.ref('company_id'))] })
  users.exclude({ not: (eb) => eb.or([eb('name', '=', 'a'), eb('users.email', 'is', null)]) })
  void orders.get((eb) => eb('shipped_at', '>', eb.ref('placed_at')))
  posts.filter({ author: { and: [(eb) => eb('is_active', '=', true)] } }, () => sql<boolean>`true`)
  // @ts-expect-error a property instead of the column
  users.filter((eb) => eb('isActive', '=', true))
  // @ts-expect-error a column of another table
  users.filter((eb) => eb('title', '=', 'a'))
  // @ts-expect-error a column of another table, in a junction
  users.filter({ or: [(eb) => eb('title', '=', 'a')] })
  users.filter((eb) => eb.exists(eb.selectFrom('posts').selectAll().whereRef('author_id', '=', 'users.id')))
  // @ts-expect-error no table
  users.filter((eb) => eb.exists(eb.selectFrom('postz').selectAll()))
  // @ts-expect-error no column of that table
  users.filter((eb) => eb.exists(eb.selectFrom('posts').selectAll().whereRef('author', '=', 'users.id')))
  // @ts-expect-error no condition
  users.filter((eb) => eb.ref('name'))
  // @ts-expect-error nothing
  users.filter(() => undefined)
  // @ts-expect-error a value of another type
  users.filter((eb) => eb('id', '=', 'a'))
}

export function plainValues({ users }: Repositories, body: { token: string | null }) {
  users.filter({ email: exactly(body.token), preferences: exactly({ a: 1 }) }, { tags: exactly(['a']) })
  // @ts-expect-error a value of another type
  users.filter({ email: exactly(1) })
  // @ts-expect-error a lookup
  users.filter({ email: exactly({ ne: null }) })
}
