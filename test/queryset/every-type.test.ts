import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyType } from './every-type.js'
import { openShop, type Shop } from './shop.js'
import { lookupKind } from '../../src/types/lookup-kind.js'
import type { Model, Repository } from 'sluice'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(everyType)
})
afterAll(() => shop[Symbol.asyncDispose]())

type Rows = Record<string, unknown>[]

/** A repository as one whose columns are only known at run time. */
function untyped(
  repository: object,
): Repository<Model & { filter: Record<string, unknown>; row: Rows[number] }> {
  return repository as ReturnType<typeof untyped>
}

const same = (rows: Rows): string[] => rows.map((row) => String(Object.values(row).slice(0, 2))).sort()

describe('a value that was read is an operand that finds its row, whatever the column', () => {
  const names = [
    ...([
      'companies',
      'users',
      'userProfiles',
      'addresses',
      'categories',
      'products',
      'productCategories',
    ] as const),
    ...(['coupons', 'orders', 'orderItems', 'payments', 'reviews', 'posts', 'orderSummaries'] as const),
    'productSales' as const,
  ]
  it.each(names)('%s', async (name) => {
    const repository = untyped(shop.repos[name])
    const rows = await repository.toArray()
    expect(rows.length).toBeGreaterThan(0)
    for (const column of repository.schema.columns) {
      const { property } = column
      const ask = async (condition: unknown): Promise<string[]> =>
        same(await repository.filter({ [property]: condition }).toArray())
      // What reads as null in a NOT NULL column is JSON's null.
      const nulls = column.nullable ? rows.filter((row) => row[property] === null) : []
      const label = `${name}.${property}`
      expect.soft(await ask({ isNull: true }), `${label} is null`).toEqual(same(nulls))
      expect
        .soft(await ask({ isNull: false }), `${label} is not null`)
        .toEqual(same(rows.filter((row) => !nulls.includes(row))))
      const kind = lookupKind(column.type)
      if (kind === 'null') continue
      for (const row of rows) {
        const value = row[property]
        if (value === null) continue
        const equal = await ask({ exact: value })
        expect(equal, label).toContain(same([row])[0])
        expect(await ask({ in: [value] }), label).toEqual(equal)
        expect(await ask({ in: [value, null] }), label).toEqual([...equal, ...same(nulls)].sort())
        const others = same(rows).filter((each) => !equal.includes(each))
        expect(await ask({ ne: value }), label).toEqual(others)
        if (kind === 'equality' || kind === 'unorderedArray') continue
        expect(await ask({ range: [value, value] }), label).toEqual(equal)
        expect(await ask({ gte: value, lte: value }), label).toEqual(equal)
        const apart = [...(await ask({ gt: value })), ...(await ask({ lt: value }))]
        expect([...apart, ...same(nulls)].sort(), label).toEqual(others)
      }
    }
  })
})
