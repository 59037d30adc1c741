import type { Kysely } from 'kysely'
import { extendRepositories } from '../../src/repository/extension-types.js'
import { repositories, type DB, type User } from '../../generated/index.js'

declare const db: Kysely<DB>

const shop = extendRepositories(repositories, {
  users: {
    scope: { isActive: true },
    methods: {
      recent() {
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
    methods: {
      published() {
        return this.filter({ publishedAt: { isNull: false } })
      },
    },
  },
})
const { users, posts, companies } = shop(db)
const a: Promise<User[]> = users.recent().named('x').filter({ id: 1 }).recent().toArray()
const b = users.only('id', 'name').recent()
const c = b.toArray()
const d: Promise<{ id: number; name: string }[]> = c
const e = users.prefetchRelated({ postsByAuthor: posts.published() }).recent()
const f = e.toArray()
const g = users.withPosts().recent().toArray()
const h: Promise<number> = users.close()
const i = companies.prefetchRelated({ users: users.recent() })
