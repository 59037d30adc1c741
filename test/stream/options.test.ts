import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OptionError } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

const REFUSED: readonly unknown[] = [0, -1, 1.5, NaN, -Infinity, '10', 2 ** 31, null, 10n, {}]

describe.each(['iterator', 'aiterator'] as const)('%s', (method) => {
  describe.each(['chunkSize', 'batchYieldSize'] as const)('refuses at the call, as %s,', (option) => {
    it.each(REFUSED)('%s', (value) => {
      const call = () => shop.users[method]({ [option]: value } as object)
      expect(call).toThrow(OptionError)
      expect(call).toThrow(RangeError)
      expect(call).toThrow(`${option} must be a whole number from 1 to 2147483647`)
    })
  })

  it('refuses batches without an end, and relations by one fetch', () => {
    expect(() => shop.users[method]({ batchYieldSize: Infinity })).toThrow(OptionError)
    expect(() => shop.users.prefetchRelated('orders')[method]({ chunkSize: Infinity })).toThrow(
      'prefetchRelated needs the connection',
    )
  })

  it.each(['fetchTimeoutMs', 'idleTimeoutMs'] as const)(
    'refuses at the call, as %s, what is no time',
    (option) => {
      for (const value of [0, -1, 1.5, NaN, Infinity, '10', 2 ** 31, null]) {
        const call = () => shop.users[method]({ [option]: value } as object)
        expect(call).toThrow(OptionError)
        expect(call).toThrow(`${option} must be a positive number of milliseconds`)
      }
    },
  )

  it('refuses an onProgress that is no function', () => {
    expect(() => shop.users[method]({ onProgress: 'me' } as object)).toThrow('onProgress must be a function')
  })

  it('takes the smallest and the largest size', () => {
    for (const size of [1, 2 ** 31 - 1]) {
      expect(() => shop.users[method]({ chunkSize: size, batchYieldSize: size })).not.toThrow()
    }
  })

  it('refuses an option that it does not have, naming those it has', () => {
    const options = { chunksize: 10 } as object
    expect(() => shop.users[method](options)).toThrow(
      'Unknown option "chunksize". Did you mean "chunkSize"? Choices: chunkSize, maxBytes, batchYieldSize',
    )
  })

  it('sends nothing at the call', async () => {
    shop.users[method]({ chunkSize: 10 })
    expect(await shop.states()).toEqual([])
  })
})
