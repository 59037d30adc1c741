import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OptionError, UsageError, type ParallelOptions } from 'sluice'
import { repositories } from '../../generated/index.js'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 10, connect: { max: 4 } })
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('parallel() refuses at the call', () => {
  it.each<[string, unknown, string]>([
    ['no options', undefined, '{ partitions: 4 }'],
    ['no number of partitions', {}, 'partitions'],
    ['a fraction', { partitions: 1.5 }, 'whole number'],
    ['none at once', { partitions: 2, concurrency: 0 }, 'whole number'],
    ['more at once than there are', { partitions: 2, concurrency: 3 }, 'at most partitions, 2, not 3'],
    ['an unknown option', { partitions: 2, size: 1 }, 'size'],
    ['an unknown way', { partitions: 2, by: 'rows' }, 'Choices: key, partitions, ctid'],
    ['an order by place', { partitions: 2, by: 'ctid', ordered: true }, "by: 'key'"],
    ['a word for an order', { partitions: 2, ordered: 'id' }, 'true or false'],
    ['batches of nothing', { partitions: 2, batchYieldSize: 0 }, 'whole number'],
    ['chunks of nothing', { partitions: 2, chunkSize: 0 }, 'whole number'],
    ['to write', { partitions: 2, readOnly: false }, 'READ ONLY'],
    ['what is no signal', { partitions: 2, signal: {} }, 'AbortSignal'],
  ])('%s', (_, options, message) => {
    const call = () => shop.users.parallel(options as ParallelOptions)
    expect(call).toThrow(OptionError)
    expect(call).toThrow(message)
  })

  it.each<[string, (users: Shop['users']) => unknown, string]>([
    ['an order with NULLs', (users) => users.orderBy('birthDate'), 'may be NULL'],
    ['an order in two directions', (users) => users.orderBy('name', '-email'), 'another direction'],
  ])('%s to keep', (_, queryset, message) => {
    const users = queryset(shop.users) as Shop['users']
    expect(() => users.parallel({ partitions: 2, ordered: true })).toThrow(message)
    expect(() => users.parallel({ partitions: 2 })).not.toThrow()
  })

  it('a pool that is too small, which would wait for itself', async () => {
    const { users } = shop
    const call = () => users.parallel({ partitions: 4 })
    expect(call).toThrow(UsageError)
    expect(call).toThrow('at most 4. Give it max: 5, or parallel({ concurrency: 3 })')
    let rows = 0
    for await (const batch of users.parallel({ partitions: 4, concurrency: 3, batchYieldSize: 1 })) {
      // One is left for the loop.
      rows += batch.length * (await users.filter({ id: 1 }).count())
    }
    expect(rows).toBe(10)
  })

  it('a transaction, a connection that is kept, and rows to be locked', async () => {
    const options = { partitions: 2 }
    await shop.db.transaction().execute(async (trx) => {
      expect(() => repositories(trx).users.parallel(options)).toThrow('inside a transaction')
      await Promise.resolve()
    })
    await shop.db.connection().execute(async (one) => {
      await shop.users.using(one).count()
      expect(() => repositories(one).users.parallel(options)).toThrow('db.connection()')
    })
    expect(() => shop.users.selectForUpdate().parallel(options)).toThrow('inside a transaction only')
  })

  it('what has neither a key nor blocks', () => {
    expect(() => shop.orderSummaries.parallel({ partitions: 2 })).toThrow('needs a primary key')
    expect(() => shop.orderSummaries.parallel({ partitions: 2, by: 'ctid' })).toThrow('needs a primary key')
  })
})
