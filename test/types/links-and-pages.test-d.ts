/** What relations are written by, and what pages and single rows are. Checked by the compiler alone; nothing here runs. */
import { expectTypeOf } from 'vitest'
import type { Transaction } from 'kysely'
import type { Batch, FailedRowContext, LinkedRows, LinksSet, Page, ToMany, WalkStore } from 'sluice'
import { repositories, type DB } from '../../generated/index.js'
import type {
  Category,
  Post,
  PostsModel,
  Product,
  Repositories,
  User,
  UsersModel,
} from '../../generated/index.js'

declare const product: Product
declare const category: Category

export async function links({ products, users, orders, orderSummaries }: Repositories) {
  const categories = products.link(product, 'categories')
  expectTypeOf(await categories.add([category, 5, { id: 6 }])).toEqualTypeOf<number>()
  expectTypeOf(await categories.set(category, { values: { isPrimary: true } })).toEqualTypeOf<LinksSet>()
  expectTypeOf(await products.link(5, 'categories').remove([1, 2])).toEqualTypeOf<number>()
  expectTypeOf(await users.link({ id: 1 }, 'usersByReferredBy').clear()).toEqualTypeOf<number>()
  expectTypeOf(await users.link(1, 'postsByAuthor').add(1)).toEqualTypeOf<number>()
  expectTypeOf<UsersModel['relations']['postsByAuthor']>().toEqualTypeOf<ToMany<PostsModel, true>>()

  // A post cannot be without its author.
  expectTypeOf(users.link(1, 'postsByAuthor')).toEqualTypeOf<Pick<LinkedRows<PostsModel>, 'add'>>()
  // @ts-expect-error one row
  void products.link(5, 'supplier')
  // @ts-expect-error no relation
  void products.link(5, 'category')
  // @ts-expect-error a key of another type
  void products.link('5', 'categories')
  // @ts-expect-error a key of another type
  void categories.add('5')
  // @ts-expect-error a row without its key
  void categories.add({ name: 'x' })
  // @ts-expect-error a key that is a bigint
  void orders.link(1, 'orderItems')
  // @ts-expect-error without a relation to many
  void orderSummaries.link(1, 'orderItems')
}

export async function pages({ users }: Repositories) {
  expectTypeOf(await users.page({ size: 5 })).toEqualTypeOf<Page<User>>()
  const { rows, next } = await users.values('email').page({ size: 5, after: null })
  expectTypeOf(rows).toEqualTypeOf<{ email: string }[]>()
  expectTypeOf(next).toEqualTypeOf<string | null>()
  // @ts-expect-error without a size
  void users.page({ after: 'x' })
}

export async function singleRows({ users }: Repositories, user: User) {
  expectTypeOf(await users.only('name').getOrNull({ id: 1 })).toEqualTypeOf<Pick<
    User,
    'id' | 'name'
  > | null>()
  expectTypeOf(await users.contains(user)).toEqualTypeOf<boolean>()
  void users.contains({ id: 1 })
  // @ts-expect-error a row without its key
  void users.contains({ name: 'x' })
  const [row, created] = await users.updateOrCreate(
    { email: 'a@b' },
    { tags: [] },
    { createDefaults: { name: 'A' } },
  )
  expectTypeOf(row).toEqualTypeOf<User>()
  expectTypeOf(created).toEqualTypeOf<boolean>()
  // @ts-expect-error a new row would have no name
  void users.updateOrCreate({ email: 'a@b' }, { tags: [] }, { createDefaults: { tags: [] } })
}

export async function namedPrefetches({ users, posts, orders }: Repositories) {
  const published = posts.filter({ publishedAt: { isNull: false } })
  const named = users.prefetchRelated({
    published: { postsByAuthor: published.only('title') },
    postsByEditor: posts,
  })
  const { published: rows, postsByEditor } = await named.prefetchRelated('published.editor').get({ id: 1 })
  expectTypeOf(rows[0]?.title).toEqualTypeOf<string | undefined>()
  expectTypeOf(rows[0]?.editor?.email).toEqualTypeOf<string | undefined>()
  expectTypeOf(postsByEditor).toEqualTypeOf<Post[]>()
  const one = await posts.prefetchRelated({ early: { author: users.only('name') } }).get()
  expectTypeOf(one.early).toEqualTypeOf<Pick<User, 'id' | 'name'> | null>()

  // @ts-expect-error a queryset of another table
  void users.prefetchRelated({ published: { postsByAuthor: orders } })
  // @ts-expect-error no relation
  void users.prefetchRelated({ published: { posts: published } })
  // @ts-expect-error a queryset, and no relation of that name
  void users.prefetchRelated({ published })
  // @ts-expect-error no rows of that name
  void named.prefetchRelated('drafts.editor')
  // @ts-expect-error a name is no relation to filter by
  void named.filter({ published: { some: { title: 'x' } } })
}

export async function walks({ users }: Repositories) {
  for await (const { rows, checkpoint } of users.resumable()) {
    expectTypeOf(rows).toEqualTypeOf<User[]>()
    expectTypeOf(checkpoint).toEqualTypeOf<string>()
  }
  const of = users.values('email').resumable({ batchSize: 5, after: null })
  expectTypeOf(of).toEqualTypeOf<AsyncIterableIterator<Batch<{ email: string }>, undefined>>()
  // @ts-expect-error that of page()
  users.resumable({ size: 5 })
  // @ts-expect-error no number
  users.resumable({ after: 5 })
}

export async function walksWithNames({ users }: Repositories, store: WalkStore) {
  const result = await users.only('name').walk({ name: 'x', store }, async (rows, { trx, checkpoint }) => {
    expectTypeOf(rows).toEqualTypeOf<Pick<User, 'id' | 'name'>[]>()
    expectTypeOf(trx).toEqualTypeOf<Transaction<DB>>()
    expectTypeOf(checkpoint).toEqualTypeOf<string>()
    await users.using(trx).count()
    await repositories(trx).posts.count()
    await trx.selectFrom('posts').select('id').execute()
  })
  expectTypeOf(result.outcome).toEqualTypeOf<'completed' | 'interrupted'>()
  const onFailedRow = (row: User, { error }: FailedRowContext<DB>) => [row.email, error]
  await users.walk({ name: 'x', store, onFailedRow, throttle: () => true, retry: { attempts: 2 } }, () => {})
  // @ts-expect-error without a store
  void users.walk({ name: 'x' }, () => {})
  // @ts-expect-error without a function
  void users.walk({ name: 'x', store })
  // @ts-expect-error a row of another table
  void users.walk({ name: 'x', store, onFailedRow: (row: Post) => row }, () => {})
}
