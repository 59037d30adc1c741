import { AsyncLocalStorage } from 'node:async_hooks'
import { extendRepositories } from 'sluice'
import { repositories } from '../generated/index.js'

const current = new AsyncLocalStorage<number>()

/** Runs a function, such as the handler of a request, for a company: what it reads and writes is that company's. */
export function asCompany<T>(companyId: number, serve: () => T): T {
  return current.run(companyId, serve)
}

/** Without one nothing runs: better that a query fails than that it has everybody's rows. */
function companyId(): number {
  const id = current.getStore()
  if (id === undefined) throw new Error('No company is being served: call asCompany() around it.')
  return id
}

/**
 * A shop whose users are those of one company, and whose posts are by these. The functions are called for each statement, so
 * that repositories and querysets can be made once.
 *
 *     const { users } = shop(db)
 *     await asCompany(7, () => users.filter({ name: 'Ada' }).toArray())
 *     await asCompany(7, () => users.create({ email, name })) // companyId: 7
 *     await asCompany(7, () => users.unscoped('living').count()) // of company 7, closed accounts included
 */
export const shop = extendRepositories(repositories, {
  users: {
    scopes: { company: () => ({ companyId: companyId() }), living: { isActive: true } },
    defaults: () => ({ companyId: companyId() }),
  },
  posts: { scopes: { company: () => ({ author: { companyId: companyId() } }) } },
})
