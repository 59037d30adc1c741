/** Rows whose hovers editors show: each is compared with the comment above it, in editor.test.ts. */
import { concat, count, exists, max, outerRef, rank, trunc, value } from 'sluice'
import type { Repositories } from '../../../generated/index.js'

export async function rows({ users, posts, orders }: Repositories) {
  // User
  const row1 = await users.get()
  // { id: number; email: EmailAddress }
  const row2 = await users.only('email').get()
  // { email: string; name: string }
  const row3 = await users.values('email', 'name').get()
  // { id: number; email: EmailAddress; name: string; isActive: boolean; birthDate: string | null; tags: string[]; preferences: JsonValue | JsonNull; companyId: number | null; referredBy: number | null; createdAt: Date; n: number }
  const row4 = await users.annotate({ n: count('orders') }).get()
  // { status: OrderStatus; n: number; last: Date | null }
  const row5 = await orders
    .values('status')
    .annotate({ n: count(), last: max('placedAt') })
    .get()
  // { n: number; last: Date | null }
  const row6 = await orders.aggregate({ n: count(), last: max('placedAt') })
  // { id: number; authorId: number; editorId: number | null; title: string; slug: string; body: string; tags: string[]; scheduledFor: string | null; publishedAt: Date | null; createdAt: Date; author: User }
  const row7 = await posts.selectRelated('author').get()
  // { id: number; title: string; author: User }
  const row8 = await posts.only('title').selectRelated('author').get()
  // { id: number; email: EmailAddress; name: string; isActive: boolean; birthDate: string | null; tags: string[]; preferences: JsonValue | JsonNull; companyId: number | null; referredBy: number | null; createdAt: Date; orders: Order[] }
  const row9 = await users.prefetchRelated('orders').get()
  // { id: number; email: EmailAddress; name: string; isActive: boolean; birthDate: string | null; tags: string[]; preferences: JsonValue | JsonNull; companyId: number | null; referredBy: number | null; createdAt: Date; orders: { id: bigint; userId: number; status: OrderStatus; billingAddressId: number; shippingAddressId: number; couponId: number | null; note: string | null; placedAt: Date; shippedAt: Date | null; payments: Payment[] }[] }
  const row10 = await users.prefetchRelated('orders', 'orders.payments').get()
  // { title: string; author: { name: string } }
  const row11 = await posts.values('title', 'author.name').get()
  // { title: string; writer: string }
  const row12 = await posts.values({ title: 'title', writer: 'author.name' }).get()
  // readonly [number, string]
  const row13 = await users.valuesList('id', 'email').get()
  // string
  const row14 = await users.valuesList('email', { flat: true }).get()
  // { month: Date; n: number }
  const row15 = await orders
    .values({ month: trunc('month', 'placedAt') })
    .annotate({ n: count() })
    .get()
  // { id: number; title: string; author: { id: number; name: string } }
  const row16 = await posts.only('title', 'author.name').get()
  // { label: string }
  const row17 = await users
    .annotate({ label: concat('name', value(' '), 'company.name') })
    .values('label')
    .get()
  // { id: bigint; place: number }
  const row18 = await orders
    .annotate({ place: rank().over({ partitionBy: 'userId' }) })
    .only('place')
    .get()
  // { id: number; email: EmailAddress; name: string; isActive: boolean; birthDate: string | null; tags: string[]; preferences: JsonValue | JsonNull; companyId: number | null; referredBy: number | null; createdAt: Date; postsByAuthor: { id: number; title: string }[] }
  const row19 = await users.prefetchRelated({ postsByAuthor: posts.only('title') }).get()
  // { id: number; tags: string[]; createdAt: Date; authorId: number; editorId: number | null; title: string; slug: string; scheduledFor: string | null; publishedAt: Date | null }
  const row20 = await posts.defer('body').get()
  // { id: number; name: string; busy: boolean }
  const row21 = await users
    .annotate({ busy: exists(orders.filter({ userId: outerRef('id') })) })
    .only('name')
    .get()
  return [
    row1,
    row2,
    row3,
    row4,
    row5,
    row6,
    row7,
    row8,
    row9,
    row10,
    row11,
    row12,
    row13,
    row14,
    row15,
    row16,
    row17,
    row18,
    row19,
    row20,
    row21,
  ]
}
