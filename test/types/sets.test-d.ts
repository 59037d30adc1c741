/** Sets, distinct fields, locks, rows by key and plans. Checked by the compiler alone; nothing here runs. */
import { expectTypeOf } from 'vitest'
import type { JsonValue, QuerySet } from 'sluice'
import type { Company, Order, OrderItem, Repositories, User, UsersModel } from '../../generated/index.js'

export function sets({ users, companies, orders }: Repositories) {
  const both = users.filter({ id: 1 }).union(users.filter({ id: 2 }), users)
  expectTypeOf(both).toExtend<QuerySet<UsersModel, User>>()
  expectTypeOf(users.union(users, { all: true })).toExtend<QuerySet<UsersModel, User>>()
  expectTypeOf(users.intersection(users)).toExtend<QuerySet<UsersModel, User>>()
  expectTypeOf(users.difference(users.all())).toExtend<QuerySet<UsersModel, User>>()
  expectTypeOf(both.orderBy('-id').slice(0, 1).values('name')).toEqualTypeOf<
    QuerySet<UsersModel, Pick<User, 'name'>>
  >()

  // Other tables with the same rows.
  expectTypeOf(users.values('name').union(companies.values('name'))).toExtend<
    QuerySet<UsersModel, Pick<User, 'name'>>
  >()
  users.valuesList('name', 'id').union(companies.valuesList('name', 'id'), { all: false })
  // What may be null holds what may not.
  users.valuesList('companyId', { flat: true }).union(companies.valuesList('id', { flat: true }))

  // @ts-expect-error other rows
  users.union(companies)
  // @ts-expect-error fewer fields
  users.union(users.only('name'))
  // @ts-expect-error another type
  users.values('id').union(orders.values('id'))
  // @ts-expect-error tuples with objects
  users.values('id').union(users.valuesList('id'))
  // @ts-expect-error another order
  users.valuesList('id', 'name').union(users.valuesList('name', 'id'))
  // @ts-expect-error null where the first has none
  companies.valuesList('id', { flat: true }).union(users.valuesList('companyId', { flat: true }))
  // @ts-expect-error an array is no queryset
  users.union([] as User[])
  // @ts-expect-error a stream is no queryset
  users.union(users.aiterator())
  // @ts-expect-error an unknown option
  users.union(users, { distinct: true })
  // @ts-expect-error intersection has none
  users.intersection(users, { all: true })
}

export function distinct({ users }: Repositories) {
  expectTypeOf(users.distinct('companyId', 'name')).toEqualTypeOf<QuerySet<UsersModel, User>>()
  // @ts-expect-error an unknown field
  users.distinct('company_id')
  // @ts-expect-error a descending field
  users.distinct('-companyId')
}

export function locks({ users, posts }: Repositories) {
  expectTypeOf(users.selectForUpdate()).toEqualTypeOf<QuerySet<UsersModel, User>>()
  users.selectForUpdate({ skipLocked: true, of: ['self'] })
  posts.selectRelated('author.company').selectForUpdate({ of: ['self', 'author', 'author.company'] })
  // @ts-expect-error an unknown option
  users.selectForUpdate({ skiplocked: true })
  // @ts-expect-error no relation
  users.selectForUpdate({ of: ['nobody'] })
  // @ts-expect-error a relation to many rows
  users.selectForUpdate({ of: ['addresses'] })
  // @ts-expect-error a string
  users.selectForUpdate({ of: 'self' })
}

export async function bulk({ users, orders, orderItems, companies, productSales, categories }: Repositories) {
  expectTypeOf(await users.inBulk([1])).toEqualTypeOf<Map<number, User>>()
  expectTypeOf(await users.inBulk()).toEqualTypeOf<Map<number, User>>()
  expectTypeOf(await orders.inBulk([1n])).toEqualTypeOf<Map<bigint, Order>>()
  expectTypeOf(await users.inBulk(['x'], { field: 'email' })).toEqualTypeOf<Map<string, User>>()
  expectTypeOf(await companies.inBulk({ field: 'name' })).toEqualTypeOf<Map<string, Company>>()
  expectTypeOf(await users.only('name').inBulk([1])).toEqualTypeOf<Map<number, Pick<User, 'id' | 'name'>>>()
  // A field that may be null has no null among its keys.
  expectTypeOf(await categories.distinct('parentId').inBulk({ field: 'parentId' })).toMatchTypeOf<
    Map<number, object>
  >()
  expectTypeOf(await orderItems.inBulk([1], { field: 'lineNumber' })).toEqualTypeOf<Map<number, OrderItem>>()
  // @ts-expect-error keys of another type
  void users.inBulk(['1'])
  // @ts-expect-error undefined, which is not all of them
  void users.inBulk(undefined)
  // @ts-expect-error null
  void users.inBulk([null])
  // @ts-expect-error an unknown field
  void users.inBulk(['x'], { field: 'mail' })
  // @ts-expect-error keys of another type than the field
  void users.inBulk([1], { field: 'email' })
  // @ts-expect-error a Date, which a Map finds by identity
  void users.inBulk([new Date()], { field: 'createdAt' })
  // @ts-expect-error a primary key of two columns
  void orderItems.inBulk([1])
  // @ts-expect-error the same without keys
  void orderItems.inBulk()
  // @ts-expect-error no primary key
  void productSales.inBulk([1])
}

export async function plans({ users }: Repositories, format: 'text' | 'json') {
  expectTypeOf(await users.explain()).toEqualTypeOf<string>()
  expectTypeOf(await users.explain({ analyze: true, format: 'yaml' })).toEqualTypeOf<string>()
  expectTypeOf(await users.explain({ analyze: true, format: 'json' })).toEqualTypeOf<JsonValue>()
  expectTypeOf(await users.explain({ format })).toEqualTypeOf<JsonValue>()
  // @ts-expect-error an unknown option
  void users.explain({ analyse: true })
  // @ts-expect-error an unknown format
  void users.explain({ format: 'html' })
}
