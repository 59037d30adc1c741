import { describe, expect } from 'vitest'
import { atomic, ForeignKeyViolation } from 'sluice'
import { repositories } from '../../generated/index.js'
import { test } from './shop-test.js'

describe('orders', () => {
  test('are those of their user', async ({ shop, make }) => {
    const user = await make.user()
    const order = await make.order({ userId: user.id, note: 'Ring twice' })
    await make.order()
    const [own, ...others] = await shop.users
      .prefetchRelated('orders')
      .get({ id: user.id })
      .then((row) => row.orders)
    expect(own).toEqual(order)
    expect(others).toEqual([])
  })

  test('of another test are not there', async ({ shop }) => {
    expect(await shop.orders.count()).toBe(0)
  })

  test('can be streamed before anything is committed', async ({ shop, make }) => {
    for (let index = 0; index < 5; index++) await make.order()
    const sizes: number[] = []
    for await (const batch of shop.orders.aiterator({ batchYieldSize: 2 })) sizes.push(batch.length)
    expect(sizes).toEqual([2, 2, 1])
  })

  test('survive what fails in a part of the transaction', async ({ shop, trx, make }) => {
    const { userId } = await make.order()
    const failing = atomic(trx, async (part) => {
      await repositories(part).users.filter({ id: userId }).update({ name: 'Nobody' })
      await repositories(part).orders.create({ userId: -1, shippingAddressId: -1, billingAddressId: -1 })
    })
    await expect(failing).rejects.toBeInstanceOf(ForeignKeyViolation)
    expect((await shop.users.get({ id: userId })).name).not.toBe('Nobody')
    expect(await shop.orders.count()).toBe(1)
  })
})
