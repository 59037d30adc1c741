import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { coalesce, count, ref, sum, UsageError } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO categories (name, slug, position) VALUES ('a', 'a', 7), ('b', 'b', 300);
    INSERT INTO companies (name) VALUES ('c');
    INSERT INTO products (supplier_id, sku, name, price, weight)
    VALUES (1, 'p1', 'p', 5, 1.5), (1, 'p2', 'q', 6, 300)`)
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('numbers of several widths', () => {
  it('are in one column of the widest, whichever comes first', async () => {
    const { categories, products } = shop.repos
    const positions = categories.values({ n: 'position' })
    const ids = products.values({ n: 'id' })
    const weights = products.values({ n: coalesce('weight', 0) })
    for (const [one, other, sorted] of [
      [positions, ids, [1, 2, 7, 300]],
      [ids, positions, [1, 2, 7, 300]],
      [positions, weights, [1.5, 7, 300]],
      [weights, positions, [1.5, 7, 300]],
    ] as const) {
      const union = one.union(other).orderBy('n')
      expect((await union.toArray()).map(({ n }) => n)).toEqual(sorted)
      expect([...union.iterator()].map(({ n }) => n)).toEqual(sorted)
      expect(await union.count()).toBe(sorted.length)
    }
    const three = positions.union(ids, weights).orderBy('-n')
    expect((await three.toArray()).map(({ n }) => n)).toEqual([300, 7, 2, 1.5, 1])
    expect(await positions.intersection(weights).toArray()).toEqual([{ n: 300 }])
    expect(await weights.difference(positions).toArray()).toEqual([{ n: 1.5 }])
  })

  it('in tuples, flat lists, groups and aggregates over all', async () => {
    const { categories, products } = shop.repos
    const tuples = categories
      .valuesList('name', 'position')
      .union(products.valuesList('name', coalesce('weight', 0)))
    expect(await tuples.orderBy('name').toArray()).toEqual([
      ['a', 7],
      ['b', 300],
      ['p', 1.5],
      ['q', 300],
    ])
    const flat = categories.valuesList('position', { flat: true })
    expect(await flat.union(products.valuesList('id', { flat: true })).toArray()).toHaveLength(4)
    const groups = categories.values('name').annotate({ n: count() })
    const ranks = products.values('name').annotate({ n: count('name') })
    expect(await groups.union(ranks).orderBy('name').toArray()).toEqual([
      { name: 'a', n: 1 },
      { name: 'b', n: 1 },
      { name: 'p', n: 1 },
      { name: 'q', n: 1 },
    ])
    const union = categories.values({ n: ref('position') }).union(products.values({ n: ref('id') }))
    expect(await union.aggregate({ total: sum('n') })).toEqual({ total: 310 })
  })

  it('of distinct rows and slices in an order of their own', async () => {
    const { categories, products } = shop.repos
    const ids = products.values({ n: 'id' })
    const positions = categories.values({ n: 'position' })
    const greatest = positions.distinct().orderBy('-n').slice(0, 1)
    expect(await greatest.union(ids).orderBy('n').toArray()).toEqual([{ n: 1 }, { n: 2 }, { n: 300 }])
    expect(await ids.union(greatest).orderBy('n').toArray()).toEqual([{ n: 1 }, { n: 2 }, { n: 300 }])
    const first = positions.distinct('n').orderBy('n').slice(0, 1)
    expect(await first.union(ids).orderBy('-n').toArray()).toEqual([{ n: 7 }, { n: 2 }, { n: 1 }])
  })

  it('are refused where one is read as a number and another is not', () => {
    const { categories, products } = shop.repos
    const prices = products.values({ n: 'price' }) as unknown as never
    expect(() => categories.values({ n: 'position' }).union(prices)).toThrow(UsageError)
    expect(() => categories.values({ n: 'position' }).union(prices)).toThrow(/is numeric, but .* is int2\./)
  })
})
