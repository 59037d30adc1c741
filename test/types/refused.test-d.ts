/**
 * What must not compile. An expected error that no longer happens is itself an error, so each line below fails when
 * what it refuses is allowed. Checked by the compiler alone; nothing here runs.
 */
import { jsonNull, type QuerySet } from 'sluice'
import type { OrderStatus, Repositories, User, UsersModel } from '../../generated/index.js'

export function filters({ users, products, orders, payments }: Repositories) {
  // @ts-expect-error an unknown column
  users.filter({ nmae: 'x' })
  // @ts-expect-error the name in SQL
  users.filter({ is_active: true })
  // @ts-expect-error an unknown lookup
  users.filter({ name: { like: 'x' } })
  // @ts-expect-error a text lookup of a number
  users.filter({ id: { contains: '1' } })
  // @ts-expect-error a text lookup of a numeric
  products.filter({ price: { startsWith: '1' } })
  // @ts-expect-error a comparison of booleans
  users.filter({ isActive: { gt: false } })
  // @ts-expect-error an equality of json
  payments.filter({ providerResponse: { exact: 1 } })
  // @ts-expect-error a string for a number
  users.filter({ id: '1' })
  // @ts-expect-error a number for a string
  users.filter({ name: { in: [1] } })
  // @ts-expect-error a number for a Date
  users.filter({ createdAt: { gte: 5 } })
  // @ts-expect-error a range of one end
  users.filter({ id: { range: [1] } })
  // @ts-expect-error an unknown label
  orders.filter({ status: 'sold' })
  // @ts-expect-error an unknown label in a list
  orders.filter({ status: { in: ['paid', 'sold'] } })
  // @ts-expect-error null for a NOT NULL column
  users.filter({ name: null })
  // @ts-expect-error null in a comparison
  products.filter({ weight: { gt: null } })
  // @ts-expect-error undefined as operand
  users.filter({ name: undefined })
  // @ts-expect-error undefined in a lookup
  users.filter({ name: { contains: undefined } })
  // @ts-expect-error a list for or's members' place
  users.filter({ or: { id: 1 } })
  // @ts-expect-error an unknown column inside a junction
  users.filter({ or: [{ id: 1 }, { nmae: 'x' }] })
  // @ts-expect-error an unknown column inside a negation
  users.exclude({ not: { nmae: 'x' } })
  // @ts-expect-error an unknown column in get
  void users.get({ nmae: 'x' })
  // @ts-expect-error a composite, whose fields would be taken for lookups
  products.filter({ dimensions: { widthMm: 1, heightMm: 2, depthMm: 3 } })
  products.filter({ dimensions: { exact: { widthMm: 1, heightMm: 2, depthMm: 3 } } })
  // @ts-expect-error a JSON object, for the same reason
  users.filter({ preferences: { theme: 'dark' } })
  users.filter(
    { preferences: { exact: { theme: 'dark' } } },
    { preferences: ['dark'] },
    { preferences: jsonNull },
  )
  // @ts-expect-error null for a NOT NULL column of jsonb
  users.filter({ preferences: null })
  // @ts-expect-error null is no filter
  users.filter(null)
}

export function fields({ users }: Repositories) {
  // @ts-expect-error an unknown key
  users.orderBy('nmae')
  // @ts-expect-error two directions
  users.orderBy('--name')
  // @ts-expect-error an unknown field
  users.only('nmae')
  // @ts-expect-error an unknown field
  users.defer('nmae')
  // @ts-expect-error an unknown field
  users.values('nmae')
  // @ts-expect-error an unknown field
  users.valuesList('id', 'nmae')
  // @ts-expect-error flat takes one field
  users.valuesList('id', 'name', { flat: true })
  // @ts-expect-error a slice begins somewhere
  users.slice()
  // @ts-expect-error of whole numbers
  users.slice('1')
}

export async function rows({ users, orders }: Repositories) {
  const [narrow] = await users.only('email').toArray()
  // @ts-expect-error a field that only left out
  void narrow?.name
  const deferred = await users.defer('name').first()
  // @ts-expect-error a deferred field
  void deferred?.name
  const object = await users.values('email').first()
  // @ts-expect-error the key is not among the values
  void object?.id
  const tuple = await users.valuesList('email', 'id').first()
  // @ts-expect-error a tuple of two
  void tuple?.[2]
  // @ts-expect-error no such field
  void users.latest('nope')
  // @ts-expect-error first may find nothing
  void (await users.first()).id
  // @ts-expect-error a column that may be null
  void (await users.get()).birthDate.length
  // @ts-expect-error an int8 is no number
  void ((await orders.get()).id satisfies number)
  // @ts-expect-error awaiting a queryset gives the queryset
  void (users.all() satisfies PromiseLike<User[]>)
  // @ts-expect-error and so does its Awaited type
  void ((row: Awaited<typeof users>) => row satisfies User[])
  // @ts-expect-error a queryset is no promise
  void users.all().then
  // @ts-expect-error a queryset is iterated asynchronously
  for (const _ of users);
  // @ts-expect-error a synchronous iterator is not iterated asynchronously by its type
  void (users.iterator() satisfies AsyncIterable<User>)
  // @ts-expect-error nor the other way round
  void (users.aiterator() satisfies Iterable<User>)
  // @ts-expect-error a value of a column that may be null
  void ((await orders.valuesList('couponId', { flat: true }).get()) satisfies number)
}

export function querysets({ users, orders, orderSummaries }: Repositories) {
  // @ts-expect-error narrowed rows are not whole ones
  void (users.only('id') satisfies QuerySet<UsersModel>)
  // @ts-expect-error another table
  void (orders satisfies QuerySet<UsersModel>)
  // @ts-expect-error a view's rows have no such field
  void orderSummaries.values('coupon_id')
  // @ts-expect-error using needs a Kysely instance
  users.using({})
  // @ts-expect-error the label of another enum
  void ('card' satisfies OrderStatus)
}

export function iterators({ users }: Repositories) {
  // @ts-expect-error an unknown option
  users.aiterator({ chunksize: 5 })
  // @ts-expect-error of another type
  users.aiterator({ chunkSize: '5' })
  // @ts-expect-error undefined is no size
  users.iterator({ batchYieldSize: undefined })
  for (const batch of users.iterator({ batchYieldSize: 5 })) {
    // @ts-expect-error a batch is no row
    void batch.name
  }
  for (const row of users.iterator({ chunkSize: 5 })) {
    // @ts-expect-error a row is no batch
    void row.length
  }
}
