import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ProductFilter } from '../../generated/index.js'
import { Random } from './random.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) VALUES ('Acme');
    INSERT INTO products (supplier_id, sku, name, description, weight, dimensions, price)
      SELECT 1, n, n, (ARRAY['a', 'b', '%', NULL])[1 + n % 4], (ARRAY[1, 2, NULL])[1 + n % 3],
             (ARRAY['(1,1,1)', '(1,,)', '(,,)', NULL]::dimensions[])[1 + n / 4 % 4], n % 5
      FROM generate_series(1, 60) AS n`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const texts = ['a', 'b', '%', 'A']

function condition(random: Random, depth: number): ProductFilter {
  const several = (): ProductFilter[] =>
    Array.from({ length: random.below(4) }, () => condition(random, depth - 1))
  switch (random.below(depth > 0 ? 12 : 9)) {
    case 0:
      return { description: random.pick([...texts, null]) }
    case 1:
      return { description: { ne: random.pick([...texts, null]) } }
    case 2:
      return { description: { in: [random.pick([...texts, null]), random.pick(texts)] } }
    case 3:
      return { description: { contains: random.pick(texts) } }
    case 4:
      return { weight: { gt: random.below(3) } }
    case 5:
      return {
        weight: { range: [random.below(2), random.below(3)] },
        description: { iExact: random.pick(texts) },
      }
    case 6:
      return { dimensions: { isNull: random.pick([true, false]) } }
    case 7:
      return { weight: { isNull: random.pick([true, false]), lt: 2 } }
    case 8:
      return { price: { in: [random.below(5)] } }
    case 9:
      return { and: several() }
    case 10:
      return { or: several(), ...(random.below(2) === 0 && { weight: 1 }) }
    default:
      return { not: condition(random, depth - 1) }
  }
}

it('filter and exclude with the same conditions part the table in two', async () => {
  const { products } = shop.repos
  const everything = await products.orderBy('id').valuesList('id', { flat: true }).toArray()
  for (let seed = 1; seed <= 150; seed++) {
    const random = new Random(seed)
    const conditions = Array.from({ length: 1 + random.below(2) }, () => condition(random, 3))
    const label = `seed ${seed}: ${JSON.stringify(conditions)}`
    const inside = await products
      .filter(...conditions)
      .valuesList('id', { flat: true })
      .toArray()
    const outside = await products
      .exclude(...conditions)
      .valuesList('id', { flat: true })
      .toArray()
    expect(
      [...inside, ...outside].sort((a, b) => a - b),
      label,
    ).toEqual(everything)
    const negated = await products
      .filter({ not: { and: conditions } })
      .valuesList('id', { flat: true })
      .toArray()
    expect(negated.sort(), label).toEqual(outside.sort())
  }
})

it('isNull parts the table in two, also where a composite has NULLs inside', async () => {
  const { products } = shop.repos
  const set = await products.filter({ dimensions: { isNull: false } }).count()
  const unset = await products.filter({ dimensions: null }).count()
  expect(set + unset).toBe(60)
  const rows = await products.toArray()
  expect(unset).toBe(rows.filter((row) => row.dimensions === null).length)
})
