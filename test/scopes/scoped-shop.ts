import { AsyncLocalStorage } from 'node:async_hooks'
import { extendRepositories } from 'sluice'
import { repositories } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'

/** Active users, of whom 1 to 3 are, 4 is not; posts that are published. */
export const living = extendRepositories(repositories, {
  users: {
    scope: { isActive: true },
    methods: {
      named(name: string) {
        return this.filter({ name })
      },
      newestFirst() {
        return this.orderBy('-id')
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
    scopes: { published: { publishedAt: { isNull: false } }, short: { title: { ne: 'long' } } },
    methods: {
      titled(title: string) {
        return this.filter({ title })
      },
    },
  },
})

/** Of which company rows are, where there is one. */
export const currentCompany = new AsyncLocalStorage<number>()

/** The company of now. */
export function companyId(): number {
  const id = currentCompany.getStore()
  if (id === undefined) throw new Error('No company is being served.')
  return id
}

/** Users by the company that is being served. */
export const tenants = extendRepositories(repositories, {
  users: { scope: () => ({ companyId: companyId() }), defaults: () => ({ companyId: companyId() }) },
})

/** Two companies; users 1 to 4, the last inactive, 1 and 2 of the first company; a post of each and a draft of user 1. */
export async function openScopedShop(): Promise<Shop> {
  const shop = await openShop()
  await shop.sql(`
    insert into companies (name) values ('One'), ('Two');
    insert into users (email, name, is_active, company_id, referred_by) values
      ('u1@example.com', 'User 1', true, 1, null), ('u2@example.com', 'User 2', true, 1, 4),
      ('u3@example.com', 'User 3', true, 2, 1), ('u4@example.com', 'User 4', false, 2, 1);
    insert into posts (author_id, title, slug, body, published_at) values
      (1, 'p1', 'p1', '', now()), (2, 'p2', 'p2', '', now()), (3, 'p3', 'p3', '', now()),
      (4, 'p4', 'p4', '', now()), (1, 'draft', 'draft', '', null);
  `)
  return shop
}
