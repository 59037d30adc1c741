/** What writes take and give back, and what must not compile. Checked by the compiler alone; nothing here runs. */
import { expectTypeOf } from 'vitest'
import {
  excluded,
  jsonNull,
  lower,
  type MergeOutcomes,
  type OutcomeCounts,
  type RowOutcome,
  type UpsertValues,
} from 'sluice'
import type { NewUser, Order, Repositories, User } from '../../generated/index.js'
import type { UsersModel } from '../../generated/users.js'

declare const newUsers: NewUser[]
declare const stream: AsyncIterable<NewUser>
declare const generator: Generator<NewUser>

export async function creates({ users, orderSummaries, productSales }: Repositories) {
  expectTypeOf(await users.create({ email: 'a@b', name: 'A', preferences: jsonNull })).toEqualTypeOf<User>()
  expectTypeOf(await users.bulkCreate(newUsers)).toEqualTypeOf<User[]>()
  expectTypeOf(await users.bulkCreate(newUsers, { batchSize: 5 })).toEqualTypeOf<User[]>()
  expectTypeOf(await users.bulkCreate(newUsers, { ignoreConflicts: true })).toEqualTypeOf<number>()
  expectTypeOf(await users.bulkCreate(stream)).toEqualTypeOf<number>()
  expectTypeOf(await users.bulkCreate(generator, { ignoreConflicts: true })).toEqualTypeOf<number>()
  const conflicts = { updateConflicts: true, updateFields: ['name'], uniqueFields: ['email'] } as const
  expectTypeOf(await users.bulkCreate(newUsers, conflicts)).toEqualTypeOf<User[]>()
  expectTypeOf(await users.bulkCreate(stream, conflicts)).toEqualTypeOf<number>()

  const target = {
    updateConflicts: true,
    uniqueFields: [lower('email')],
    uniqueWhere: { isActive: true },
  } as const
  const values = {
    updateValues: { name: excluded('name'), tags: (eb) => eb.ref('excluded.tags') },
  } as const satisfies {
    updateValues: UpsertValues<UsersModel>
  }
  expectTypeOf(await users.bulkCreate(newUsers, { ...target, ...values })).toEqualTypeOf<User[]>()
  const some = { ...target, updateFields: ['name'], updateWhere: { name: { ne: excluded('name') } } } as const
  expectTypeOf(await users.bulkCreate(newUsers, some)).toEqualTypeOf<number>()
  const told = await users.bulkCreate(newUsers, { ...some, outcomes: true })
  expectTypeOf(told).toEqualTypeOf<RowOutcome<User>[]>()
  for (const each of told) if (each.outcome !== 'left') expectTypeOf(each.row).toEqualTypeOf<User>()
  expectTypeOf(await users.bulkCreate(stream, { ...some, outcomes: true })).toEqualTypeOf<OutcomeCounts>()
  const byIndex = { ignoreConflicts: true, uniqueIndex: 'users_email_key' } as const
  expectTypeOf(await users.bulkCreate(newUsers, byIndex)).toEqualTypeOf<number>()
  expectTypeOf(await users.bulkCreate(newUsers, { ...byIndex, outcomes: true })).toEqualTypeOf<
    RowOutcome<User>[]
  >()

  const merging = {
    on: ['email'],
    whenMatched: [
      { where: { name: { ne: excluded('name') } }, updateFields: ['name'] },
      { updateValues: { name: excluded('name') } },
    ],
    whenNotMatched: 'insert',
    whenNotMatchedBySource: { where: { isActive: false }, then: 'delete' },
  } as const
  expectTypeOf(await users.merge(newUsers, merging)).toEqualTypeOf<number>()
  expectTypeOf(
    await users.merge([{ id: 1, name: 'A' }], { on: ['id'], whenMatched: 'delete' }),
  ).toEqualTypeOf<number>()
  expectTypeOf(await users.merge(newUsers, { ...merging, outcomes: true })).toEqualTypeOf<
    MergeOutcomes<User>
  >()
  // @ts-expect-error rows that are given are not deleted
  void users.merge(newUsers, { ...merging, whenNotMatched: 'delete' })
  // @ts-expect-error an unknown field in a row
  void users.merge([{ email: 'a@b', nmae: 'x' }], merging)
  // @ts-expect-error an unknown field to find rows by
  void users.merge(newUsers, { ...merging, on: ['mail'] })

  // @ts-expect-error an index of another table
  void users.bulkCreate(newUsers, { ignoreConflicts: true, uniqueIndex: 'posts_pkey' })
  // @ts-expect-error an index, or fields
  void users.bulkCreate(newUsers, { ...byIndex, uniqueFields: ['email'] })
  // @ts-expect-error a field that is not there
  void users.bulkCreate(newUsers, { ...target, updateValues: { nmae: 'x' } })
  // @ts-expect-error a value of another type
  void users.bulkCreate(newUsers, { ...target, updateValues: { name: 5 } })
  // @ts-expect-error what becomes of each row is told by a key
  void users.bulkCreate(newUsers, { ignoreConflicts: true, outcomes: true })
  // @ts-expect-error a required field is missing
  void users.create({ email: 'a@b' })
  // @ts-expect-error an unknown field
  void users.create({ email: 'a@b', name: 'A', nmae: 'x' })
  // @ts-expect-error what the server alone fills
  void users.create({ id: 1, email: 'a@b', name: 'A' })
  // @ts-expect-error undefined is no value
  void users.create({ email: 'a@b', name: 'A', birthDate: undefined })
  // @ts-expect-error an unknown field in a row
  void users.bulkCreate([{ email: 'a@b', name: 'A', nmae: 'x' }])
  // @ts-expect-error conflicts are ignored or updated
  void users.bulkCreate(newUsers, { ignoreConflicts: true, ...conflicts })
  // @ts-expect-error updating needs to know what, and by which key
  void users.bulkCreate(newUsers, { updateConflicts: true })
  // @ts-expect-error a field that no update sets
  void users.bulkCreate(newUsers, { ...conflicts, updateFields: ['id'] })
  // @ts-expect-error a view takes no rows
  void orderSummaries.create({})
  // @ts-expect-error nor many
  void orderSummaries.bulkCreate([])
  // @ts-expect-error nor does a materialized one
  void productSales.bulkCreate(stream)
}

export async function updates({ users, orders, orderItems, orderSummaries }: Repositories) {
  const some = users.filter({ id: 1 })
  expectTypeOf(
    await some.update({ name: 'B', birthDate: null, isActive: (eb) => eb('id', '>', 5) }),
  ).toEqualTypeOf<number>()
  expectTypeOf(await some.delete()).toEqualTypeOf<number>()
  expectTypeOf(await users.bulkUpdate(await users.toArray(), ['name', 'tags'])).toEqualTypeOf<number>()
  void orderItems.bulkUpdate([{ orderId: 1n, lineNumber: 1, quantity: 2 }], ['quantity'])

  // @ts-expect-error an unknown field
  void some.update({ nmae: 'x' })
  // @ts-expect-error what the server alone fills
  void some.update({ id: 1 })
  // @ts-expect-error null for a NOT NULL column
  void some.update({ name: null })
  // @ts-expect-error undefined is no value
  void some.update({ name: undefined })
  // @ts-expect-error an unknown column in an expression
  void some.update({ name: (eb) => eb.ref('nmae') })
  // @ts-expect-error a row without its key
  void users.bulkUpdate([{ name: 'x' }], ['name'])
  // @ts-expect-error a row without a field to set
  void users.bulkUpdate([{ id: 1, name: 'x' }], ['name', 'tags'])
  // @ts-expect-error the key itself
  void orders.bulkUpdate([{ id: 1n }], ['id'])
  // @ts-expect-error a view has nothing to set
  void orderSummaries.all().update({})
  // @ts-expect-error nor to delete
  void orderSummaries.all().delete()
}

export async function lookups({ users, orders, orderSummaries }: Repositories) {
  const [user, created] = await users.getOrCreate({ email: 'a@b' }, { name: 'A' })
  expectTypeOf(user).toEqualTypeOf<User>()
  expectTypeOf(created).toEqualTypeOf<boolean>()
  void users.getOrCreate({ email: 'a@b', name: 'A' })
  void users.getOrCreate({ email: 'a@b', name: 'A' }, { tags: ['x'], name: 'B' })
  const order = { userId: 1, billingAddressId: 1, shippingAddressId: 1 }
  expectTypeOf(await orders.updateOrCreate(order, { note: null })).toEqualTypeOf<
    [row: Order, created: boolean]
  >()

  // @ts-expect-error a new row would have no name
  void users.getOrCreate({ email: 'a@b' })
  // @ts-expect-error nor would it here
  void users.updateOrCreate({ email: 'a@b' }, { tags: [] })
  // @ts-expect-error a condition is no value
  void users.getOrCreate({ email: { contains: 'a' } }, { name: 'A' })
  // @ts-expect-error an unknown field
  void users.getOrCreate({ nmae: 'a' }, { email: 'a@b', name: 'A' })
  // @ts-expect-error a view takes no rows
  void orderSummaries.getOrCreate({})
}
