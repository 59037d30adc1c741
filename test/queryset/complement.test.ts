import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonNull } from 'sluice'
import type { ProductFilter } from '../../generated/index.js'
import { Random } from './random.js'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO companies (name) VALUES ('Acme');
    INSERT INTO products (supplier_id, sku, name, description, weight, dimensions, attributes, labels, price)
      SELECT 1, n, n, (ARRAY['a', 'b', '%', NULL])[1 + n % 4], (ARRAY[1, 2, NULL])[1 + n % 3],
             (ARRAY['(1,1,1)', '(1,,)', '(,,)', NULL]::dimensions[])[1 + n / 4 % 4],
             (ARRAY['{}', '{"a": 1}', '{"a": 1, "b": 2}', '["a"]', 'null']::jsonb[])[1 + n % 5],
             ('{' || (ARRAY['', 'new', 'new,sale', 'organic'])[1 + n / 3 % 4] || '}')::product_label[], n % 5
      FROM generate_series(1, 60) AS n`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const texts = ['a', 'b', '%', 'A']
const jsonConditions: NonNullable<ProductFilter['attributes']>[] = [
  jsonNull,
  { contains: { a: 1 } },
  { containedBy: { a: 1, b: 2 } },
  { hasKey: 'b' },
  { hasKeys: ['a', 'b'] },
  { hasAnyKeys: ['a', 'b'] },
  { hasAnyKeys: [] },
]
const arrayConditions: NonNullable<ProductFilter['labels']>[] = [
  ['new'],
  { contains: ['new'] },
  { containedBy: ['new', 'sale'] },
  { overlaps: ['sale', 'organic'] },
  { length: { gt: 1 } },
  { in: [['new'], []] },
]

function condition(random: Random, depth: number): ProductFilter {
  const several = (): ProductFilter[] =>
    Array.from({ length: random.below(4) }, () => condition(random, depth - 1))
  switch (random.below(depth > 0 ? 17 : 14)) {
    case 0:
      return { description: random.pick([...texts, null]) }
    case 1:
      return { description: { ne: random.pick([...texts, null]) } }
    case 2:
      return {
        description: {
          [random.pick(['in', 'notIn'])]: [random.pick([...texts, null]), random.pick(texts)],
        },
      }
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
      return { price: { [random.pick(['in', 'notIn'])]: [random.below(5)] } }
    case 9:
      return { attributes: random.pick(jsonConditions) }
    case 10:
      return { labels: random.pick(arrayConditions) }
    case 11:
      return {
        id: {
          in: shop.repos.products
            .filter(condition(random, depth - 1))
            .orderBy('id')
            .slice(0, 1 + random.below(40)),
        },
      }
    case 12:
      return { not: (eb) => eb('weight', '<', eb.ref('price').$castTo<number>()) }
    case 13:
      return { supplier: { name: random.pick(['Acme', 'Bare']) } }
    case 14:
      return { and: several() }
    case 15:
      return { or: several(), ...(random.below(2) === 0 && { weight: 1 }) }
    default:
      return { not: condition(random, depth - 1) }
  }
}

it('filter and exclude with the same conditions part the table in two', async () => {
  const { products } = shop.repos
  const everything = await products.orderBy('id').valuesList('id', { flat: true }).toArray()
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed)
    const conditions = Array.from({ length: 1 + random.below(2) }, () => condition(random, 3))
    const { sql, parameters } = products.filter(...conditions).toSQL()
    const label = `seed ${seed}: ${sql} with ${parameters.join(', ')}`
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
