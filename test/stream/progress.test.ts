import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IterationProgress } from 'sluice'
import { openShop, type Shop } from '../support/shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ users: 250 })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

async function collect<T>(rows: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

describe.each(['aiterator', 'iterator'] as const)('onProgress of %s', (form) => {
  it('is called after each fetch with what has come so far, also below batches and prefetches', async () => {
    for (const rows of [shop.users, shop.users.prefetchRelated('orders')]) {
      const seen: IterationProgress[] = []
      const onProgress = (progress: IterationProgress) => void seen.push(progress)
      const batches = await collect(rows[form]({ chunkSize: 100, batchYieldSize: 30, onProgress }))
      expect(batches.flat()).toHaveLength(250)
      expect(seen.map(({ rows, chunks }) => [rows, chunks])).toEqual([
        [100, 1],
        [200, 2],
        [250, 3],
      ])
      const times = seen.map(({ elapsedMs }) => elapsedMs)
      expect(times).toEqual([...times].sort((a, b) => a - b))
    }
  })

  it('is not called where there are no rows', async () => {
    const onProgress = () => expect.unreachable()
    expect(await collect(shop.users.filter({ id: 0 })[form]({ onProgress }))).toEqual([])
    expect(await collect(shop.users.none()[form]({ onProgress }))).toEqual([])
  })

  it('ends the loop by what it throws', async () => {
    const reason = new Error('enough')
    const onProgress = ({ rows }: IterationProgress) => {
      if (rows === 200) throw reason
    }
    const ids: number[] = []
    const reading = (async () => {
      for await (const { id } of shop.users[form]({ chunkSize: 100, onProgress })) ids.push(id)
    })()
    await expect(reading).rejects.toBe(reason)
    expect(ids).toHaveLength(100)
    await expect.poll(() => shop.states()).not.toContain('idle in transaction')
  })
})
