/** What extended repositories are, and what is no extension. Checked by the compiler alone; nothing here runs. */
import { expectTypeOf } from 'vitest'
import type { Kysely } from 'kysely'
import { count, extendRepositories } from 'sluice'
import { repositories, type DB, type Post, type User } from '../../generated/index.js'

declare const db: Kysely<DB>
declare const other: Kysely<{ users: { id: number } }>
declare const companyId: () => number

const shop = extendRepositories(repositories, {
  users: {
    scope: { isActive: true },
    methods: {
      recent() {
        expectTypeOf(this.first()).resolves.toEqualTypeOf<User | null>()
        return this.filter({ createdAt: { gte: new Date() } }).orderBy('-createdAt')
      },
      named(name: string) {
        return this.filter({ name }).recent()
      },
      withPosts() {
        return this.prefetchRelated('postsByAuthor')
      },
      close() {
        return this.update({ isActive: false })
      },
    },
  },
  posts: {
    scopes: { published: { publishedAt: { isNull: false } }, own: () => ({ authorId: companyId() }) },
    defaults: () => ({ authorId: companyId() }),
    methods: {
      titled(title: string) {
        return this.filter({ title })
      },
    },
  },
})

/** What a loop over the rows receives. */
declare function row<R>(rows: AsyncIterable<R>): R

export async function methods() {
  const { users, posts } = shop(db)
  expectTypeOf(row(users)).toEqualTypeOf<User>()
  expectTypeOf(row(users.recent().named('x').filter({ id: 1 }).recent())).toEqualTypeOf<User>()
  expectTypeOf(users.filter({ id: 1 }).close()).resolves.toEqualTypeOf<number>()
  expectTypeOf(row(users.withPosts().recent()).postsByAuthor).toEqualTypeOf<Post[]>()
  expectTypeOf(
    row(users.prefetchRelated({ postsByAuthor: posts.titled('x') }).recent()).postsByAuthor,
  ).toEqualTypeOf<Post[]>()
  expectTypeOf(row(users.only('name').recent())).toEqualTypeOf<Pick<User, 'id' | 'name'>>()
  expectTypeOf(row(users.valuesList('email', { flat: true }).named('x'))).toEqualTypeOf<User['email']>()
  expectTypeOf(row(users.annotate({ n: count('postsByAuthor') }).recent()).n).toEqualTypeOf<number>()
  expectTypeOf(row(users.unscoped().recent())).toEqualTypeOf<User>()
  expectTypeOf(row(users.using(db).withSchema('t').recent())).toEqualTypeOf<User>()
  expectTypeOf(row(shop(db).withSchema('t').users.recent())).toEqualTypeOf<User>()
  const [part] = await users.partitions(2)
  if (part !== undefined) expectTypeOf(row(part.recent())).toEqualTypeOf<User>()
  // @ts-expect-error -- rows of its own need whole ones.
  users.only('name').withPosts()
  // @ts-expect-error -- of another repository.
  expectTypeOf(users.titled).toBeFunction()
  // @ts-expect-error -- it takes a name.
  users.named(1)
  // @ts-expect-error -- nothing comes before a slice's end.
  users.slice(0, 1).unscoped()
}

export function again() {
  const { users, posts } = extendRepositories(shop, {
    users: {
      methods: {
        first3() {
          return this.recent().slice(0, 3)
        },
        old() {
          return this.recent().reverse()
        },
      },
    },
    companies: { scope: { id: 1 } },
  })(db)
  expectTypeOf(row(users.recent().old().filter({ id: 1 }).recent().first3())).toEqualTypeOf<User>()
  expectTypeOf(row(posts.selectRelated('author').titled('x')).author).toEqualTypeOf<User | null>()
}

export function relations() {
  const { posts, users, companies, orders } = shop(db)
  expectTypeOf(row(posts.selectRelated('author')).author).toEqualTypeOf<User | null>()
  expectTypeOf(row(posts.prefetchRelated('author')).author).toEqualTypeOf<User | null>()
  expectTypeOf(row(orders.selectRelated('user')).user).toEqualTypeOf<User | null>()
  expectTypeOf(row(users.prefetchRelated('orders.user')).orders[0]!.user).toEqualTypeOf<User | null>()
  expectTypeOf(row(repositories(db).posts.selectRelated('author')).author).toEqualTypeOf<User>()
  expectTypeOf(row(companies.prefetchRelated({ users: users.recent() })).users).toEqualTypeOf<User[]>()
  companies.prefetchRelated({ users: repositories(db).users })
  posts.filter({ authorId: { in: users.recent() }, author: { name: 'x' } })
  users.union(repositories(db).users)
}

export function defaults() {
  const { posts, users } = shop(db)
  void posts.create({ title: 'x', slug: 'x' })
  void posts.bulkCreate([{ title: 'x', slug: 'x', authorId: 2 }])
  // @ts-expect-error -- it has no title.
  void posts.create({ slug: 'x' })
  // @ts-expect-error -- it has no default.
  void repositories(db).posts.create({ title: 'x', slug: 'x' })
  // @ts-expect-error -- it has none here either.
  void users.create({ name: 'x' })
}

export function refused() {
  // @ts-expect-error -- of another database.
  shop(other)
  // @ts-expect-error -- no such repository.
  extendRepositories(repositories, { user: { scope: { isActive: true } } })
  // @ts-expect-error -- no such option.
  extendRepositories(repositories, { users: { scop: { isActive: true } } })
  // @ts-expect-error -- no such field.
  extendRepositories(repositories, { users: { scope: { isActiv: true } } })
  // @ts-expect-error -- no such field beside one that there is.
  extendRepositories(repositories, { users: { scope: { isActive: true, isActiv: true } } })
  // @ts-expect-error -- a boolean.
  extendRepositories(repositories, { users: { scope: { isActive: 'yes' } } })
  // @ts-expect-error -- no such field.
  extendRepositories(repositories, { users: { scopes: { living: () => ({ isActiv: true }) } } })
  // @ts-expect-error -- a number.
  extendRepositories(repositories, { users: { defaults: { companyId: 'x' } } })
  // @ts-expect-error -- no such field.
  extendRepositories(repositories, { users: { defaults: { nme: 'x' } } })
  // @ts-expect-error -- querysets have one.
  extendRepositories(repositories, { users: { methods: { filter: () => 1 } } })
  extendRepositories(repositories, {
    users: {
      methods: {
        wrong() {
          // @ts-expect-error -- no such field.
          return this.filter({ isActiv: true })
        },
      },
    },
  })
}
