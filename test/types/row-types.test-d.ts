/** What one row is follows from the chain. Checked by the compiler alone; nothing here runs. */
import { expectTypeOf } from 'vitest'
import type { AsyncRows, JsonNull, JsonValue, QuerySet, Range, SyncRows } from 'sluice'
import type {
  Dimensions,
  Order,
  OrderStatus,
  OrderSummary,
  Product,
  ProductLabel,
  Repositories,
  User,
  UsersModel,
} from '../../generated/index.js'

/** What a loop over the rows receives. */
declare function row<R>(rows: AsyncIterable<R>): R

/** The fields of it. */
declare function keys<R>(rows: AsyncIterable<R>): keyof R

export function values({
  users,
  products,
  orders,
  coupons,
  payments,
  userProfiles,
  orderSummaries,
}: Repositories) {
  expectTypeOf(row(users)).toEqualTypeOf<User>()
  expectTypeOf(row(users).id).toEqualTypeOf<number>()
  expectTypeOf(row(users).isActive).toEqualTypeOf<boolean>()
  expectTypeOf(row(users).birthDate).toEqualTypeOf<string | null>()
  expectTypeOf(row(users).preferences).toEqualTypeOf<JsonValue | JsonNull>()
  expectTypeOf(row(users).createdAt).toEqualTypeOf<Date>()
  expectTypeOf(row(products)).toEqualTypeOf<Product>()
  expectTypeOf(row(products).labels).toEqualTypeOf<ProductLabel[]>()
  expectTypeOf(row(products).price).toEqualTypeOf<string>()
  expectTypeOf(row(products).weight).toEqualTypeOf<number | null>()
  expectTypeOf(row(products).dimensions).toEqualTypeOf<Dimensions | null>()
  expectTypeOf(row(products).returnWindow).toEqualTypeOf<string>()
  expectTypeOf(row(orders).id).toEqualTypeOf<bigint>()
  expectTypeOf(row(orders).status).toEqualTypeOf<OrderStatus>()
  expectTypeOf(row(coupons).validDuring).toEqualTypeOf<Range<Date>>()
  expectTypeOf(row(coupons).discount).toEqualTypeOf<string>()
  expectTypeOf(row(payments).providerResponse).toEqualTypeOf<JsonValue | JsonNull>()
  expectTypeOf(row(userProfiles).avatar).toEqualTypeOf<Buffer | null>()
  expectTypeOf(row(orderSummaries)).toEqualTypeOf<OrderSummary>()
}

export function chains({ users, orderItems, productSales, categories }: Repositories) {
  const chained = users
    .all()
    .filter({ id: 1 })
    .exclude({ id: 2 })
    .orderBy('-id')
    .reverse()
    .distinct()
    .slice(0, 5)
  expectTypeOf(chained).toExtend<QuerySet<UsersModel, User>>()
  expectTypeOf(chained.none()).toEqualTypeOf<QuerySet<UsersModel, User>>()

  // only: its fields and the primary key, the last call counts.
  expectTypeOf(row(users.only('email'))).toEqualTypeOf<Pick<User, 'id' | 'email'>>()
  expectTypeOf(keys(orderItems.only('quantity'))).toEqualTypeOf<'orderId' | 'lineNumber' | 'quantity'>()
  expectTypeOf(row(productSales.only('units'))).toEqualTypeOf<{ units: bigint | null }>()
  expectTypeOf(keys(users.only('email').only('name'))).toEqualTypeOf<'id' | 'name'>()

  // defer: all but its fields, never without the key.
  expectTypeOf(keys(categories.defer('slug', 'id').defer('position'))).toEqualTypeOf<
    'id' | 'parentId' | 'name'
  >()
  expectTypeOf(keys(categories.only('slug', 'name').defer('slug'))).toEqualTypeOf<'id' | 'name'>()

  // values: exactly its fields.
  expectTypeOf(row(users.values('email', 'isActive'))).toEqualTypeOf<Pick<User, 'email' | 'isActive'>>()
  expectTypeOf(row(users.values())).toEqualTypeOf<User>()

  // valuesList: tuples in the given order, or the values of one field.
  expectTypeOf(row(users.valuesList('email', 'id', 'birthDate'))).toEqualTypeOf<
    readonly [string, number, string | null]
  >()
  expectTypeOf(row(users.valuesList())).toEqualTypeOf<readonly unknown[]>()
  expectTypeOf(row(users.defer())).toEqualTypeOf<Omit<User, never>>()
  expectTypeOf(row(users.valuesList('companyId', { flat: true }))).toEqualTypeOf<number | null>()
}

export async function reads({ users, orders }: Repositories) {
  const narrow = users.only('email')
  type Narrow = Pick<User, 'id' | 'email'>
  expectTypeOf(await narrow.toArray()).toEqualTypeOf<Narrow[]>()
  expectTypeOf(await narrow.first()).toEqualTypeOf<Narrow | null>()
  expectTypeOf(await narrow.last()).toEqualTypeOf<Narrow | null>()
  expectTypeOf(await narrow.get({ id: 1 })).toEqualTypeOf<Narrow>()
  expectTypeOf(await users.count()).toEqualTypeOf<number>()
  expectTypeOf(await users.exists()).toEqualTypeOf<boolean>()
  expectTypeOf(await orders.valuesList('id', { flat: true }).get()).toEqualTypeOf<bigint>()
  expectTypeOf(await users.toKysely().execute()).toEqualTypeOf<User[]>()
  expectTypeOf(await narrow.toKysely().where('is_active', '=', true).execute()).toEqualTypeOf<Narrow[]>()
  for await (const order of orders) expectTypeOf(order).toEqualTypeOf<Order>()
}

export function iterators({ users }: Repositories, size: number) {
  expectTypeOf(users.aiterator()).toEqualTypeOf<AsyncRows<User>>()
  expectTypeOf(users.aiterator({ chunkSize: 5 })).toEqualTypeOf<AsyncRows<User>>()
  expectTypeOf(users.aiterator({ batchYieldSize: 5 })).toEqualTypeOf<AsyncRows<User[]>>()
  expectTypeOf(users.aiterator({ chunkSize: 5, batchYieldSize: size })).toEqualTypeOf<AsyncRows<User[]>>()
  expectTypeOf(users.iterator()).toEqualTypeOf<SyncRows<User>>()
  expectTypeOf(users.iterator({ chunkSize: 5 })).toEqualTypeOf<SyncRows<User>>()
  expectTypeOf(users.iterator({ batchYieldSize: 5 })).toEqualTypeOf<SyncRows<User[]>>()
  // Options that are only known at run time: one or the other.
  const either: { chunkSize: number; batchYieldSize?: number } = { chunkSize: size }
  expectTypeOf(users.aiterator(either)).toEqualTypeOf<AsyncRows<User> | AsyncRows<User[]>>()
  expectTypeOf(users.iterator(either)).toEqualTypeOf<SyncRows<User> | SyncRows<User[]>>()
  for (const user of users.only('name').iterator()) expectTypeOf(user.name).toEqualTypeOf<string>()
}
