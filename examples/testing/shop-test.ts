import { test as base } from 'vitest'
import { connect, type KyselyHandle } from 'sluice'
import { repositories, type DB, type Repositories } from '../../generated/index.js'
import { factories, type Factories } from './factories.js'

interface ShopFixtures {
  /** A transaction of the test's own, which is rolled back after it. */
  readonly trx: KyselyHandle
  /** Repositories in that transaction. */
  readonly shop: Repositories
  /** Makes rows there. */
  readonly make: Factories
}

/**
 * Vitest's `test`, with a database whose state no test leaves to another: each runs in a transaction, and nothing of it is
 * ever committed. What the code under test does by `atomic()` is a savepoint in it, so that it can fail and be tried again.
 *
 * Sequences go on counting: a test does not rely on which key a row gets. `afterCommit()` is not heard of, and streams of
 * `iterator()`, which have a connection of their own, would not see the rows.
 */
export const test = base.extend<ShopFixtures>({
  // Vitest reads from the braces what a fixture needs: this one nothing.
  // eslint-disable-next-line no-empty-pattern
  trx: async ({}, use) => {
    await using db = connect<DB>({ connectionString: process.env.DATABASE_URL ?? '', max: 1 })
    const trx = await db.startTransaction().execute()
    try {
      await use(trx)
    } finally {
      await trx.rollback().execute()
    }
  },
  shop: async ({ trx }, use) => use(repositories(trx)),
  make: async ({ shop }, use) => use(factories(shop)),
})
