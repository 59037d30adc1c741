import { extendRepositories } from 'sluice'
import { repositories } from '../generated/index.js'

/**
 * A shop in which an account is closed and never deleted: `isActive` is false from then on, and no query has it any more, from
 * wherever it comes. What there is of it, such as its orders, stays.
 *
 *     const { users, posts } = shop(db)
 *     await users.filter({ id }).softDelete()
 *     await posts.selectRelated('author').toArray() // by nobody, where the account is closed
 *     await users.deleted().filter({ email }).restore()
 */
export const shop = extendRepositories(repositories, {
  users: {
    scope: { isActive: true },
    methods: {
      /** Closes these accounts, and returns how many there were. */
      softDelete() {
        return this.update({ isActive: false })
      },
      /** Closed accounts in place of open ones. */
      deleted() {
        return this.unscoped().filter({ isActive: false })
      },
      /** Opens closed accounts again, and returns how many there were. */
      restore() {
        return this.unscoped().filter({ isActive: false }).update({ isActive: true })
      },
    },
  },
})
