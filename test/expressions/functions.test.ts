import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as sluice from 'sluice'
import { cast, lookup, ref, value, type QueryExpression } from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { byHand, everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
  await shop.run(`UPDATE products SET name = '  Ünder ' || name || ' x ', weight = 2.5 WHERE id = 1;
    UPDATE products SET price = 3.456, cost = 7 WHERE id = 2; UPDATE products SET description = 'a-b-c' WHERE id = 3`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const ofProducts: readonly (readonly [QueryExpression, string])[] = [
  [sluice.abs('margin'), 'abs(margin)'],
  [sluice.abs(ref('id').minus(2)), 'abs(id - 2)'],
  [sluice.ceil('price'), 'ceil(price)'],
  [sluice.ceil('weight'), 'ceil(weight)'],
  [sluice.floor('margin'), 'floor(margin)'],
  [sluice.round('weight'), 'round(weight)'],
  [sluice.round('price', 1), 'round(price, 1)'],
  [sluice.round('weight', -1), 'round(weight::numeric, -1)::float8'],
  [sluice.round(cast('stock', 'int8'), -3), 'CASE stock WHEN 1 THEN 0 ELSE 2147484000 END::int8'],
  [sluice.round(cast('stock', 'int8')), 'stock::int8'],
  [sluice.sign('margin'), 'sign(margin)'],
  [sluice.sign(ref('id').minus(2)), 'sign(id - 2)::int4'],
  [sluice.mod('price', 2), 'price % 2'],
  [sluice.sqrt('price'), 'sqrt(price::float8)'],
  [sluice.exp('weight'), 'exp(weight)'],
  [sluice.ln('id'), 'ln(id::float8)'],
  [sluice.log(10, 'id'), 'ln(id::float8) / ln(10::float8)'],
  [sluice.power('weight', 2), 'power(weight, 2)'],
  [sluice.degrees('weight'), 'degrees(weight)'],
  [sluice.radians('price'), 'radians(price::float8)'],
  [sluice.sin('id'), 'sin(id)'],
  [sluice.cos('id'), 'cos(id)'],
  [sluice.tan('id'), 'tan(id)'],
  [sluice.cot('id'), 'cot(id)'],
  [sluice.asin(value(0.5)), 'asin(0.5)'],
  [sluice.acos(value(0.5)), 'acos(0.5)'],
  [sluice.atan('weight'), 'atan(weight)'],
  [sluice.atan2('weight', 'price'), 'atan2(weight, price::float8)'],
  [sluice.pi(), 'pi()'],
  [sluice.trim('name'), 'btrim(name)'],
  [sluice.ltrim('name'), 'ltrim(name)'],
  [sluice.rtrim('name'), 'rtrim(name)'],
  [sluice.reverse('name'), 'reverse(name)'],
  [sluice.ord(sluice.trim('name')), 'ascii(btrim(name))'],
  [sluice.chr(ref('id').plus(64)), 'chr(id + 64)'],
  [sluice.left('name', 4), 'left(name, 4)'],
  [sluice.right('name', 'id'), 'right(name, id)'],
  [sluice.repeat('sku', 'id'), 'repeat(sku, id)'],
  [sluice.lpad('sku', 5), 'lpad(sku, 5)'],
  [sluice.lpad('sku', 5, value('-*')), "lpad(sku, 5, '-*')"],
  [sluice.rpad('description', 9, 'sku'), 'rpad(description, 9, sku)'],
  [sluice.replace('description', value('-'), value('')), "replace(description, '-', '')"],
  [sluice.strIndex('name', value('e')), "strpos(name, 'e')"],
  [sluice.substr('name', 3), 'substr(name, 3)'],
  [sluice.substr('name', 3, 'id'), 'substr(name, 3, id)'],
  [sluice.md5('name'), 'md5(name)'],
  [sluice.sha224('name'), "encode(sha224(convert_to(name, 'UTF8')), 'hex')"],
  [sluice.sha256('name'), "encode(sha256(convert_to(name, 'UTF8')), 'hex')"],
  [sluice.sha384('description'), "encode(sha384(convert_to(description, 'UTF8')), 'hex')"],
  [sluice.sha512('name'), "encode(sha512(convert_to(name, 'UTF8')), 'hex')"],
  [sluice.collate('name', 'C'), 'name COLLATE "C"'],
  [sluice.length('labels'), 'cardinality(labels)'],
  [
    sluice.length('attributes'),
    "CASE WHEN jsonb_typeof(attributes) = 'array' THEN jsonb_array_length(attributes) END",
  ],
  [
    sluice.jsonObject({ sku: 'sku', "it's": 'weight', by: 'supplier.name', n: 1 }),
    `jsonb_build_object('sku', sku, 'it''s', weight, 'by', (SELECT name FROM companies c WHERE c.id = supplier_id), 'n', 1)`,
  ],
  [sluice.jsonArray('sku', 'weight', value('x')), `jsonb_build_array(sku, weight, 'x')`],
]

describe('functions of Django', () => {
  it('agree with hand-written SQL, by every path', async () => {
    const names = ofProducts.map((_, index) => `x${String(index)}`)
    const expressions = Object.fromEntries(ofProducts.map(([each], index) => [`x${String(index)}`, each]))
    const columns = ofProducts.map(([, text], index) => `${text} AS x${String(index)}`)
    const expected = await byHand(shop, `SELECT ${columns.join(', ')} FROM products ORDER BY id`)
    const rows = (await everywhere(
      shop.repos.products.orderBy('id').values(expressions as Record<string, never>),
    )) as unknown[]
    const each = (all: unknown[], name: string) => all.map((row) => (row as Record<string, unknown>)[name])
    for (const [index, name] of names.entries())
      expect(each(rows, name), ofProducts[index]?.[1]).toEqual(each(expected, name))
  })

  it('stand in filters, orders and updates', async () => {
    const { products } = shop.repos
    const sorted = products.orderBy(sluice.collate('sku', 'C').desc(), sluice.abs('margin')).values('sku')
    expect(await everywhere(sorted)).toEqual([{ sku: 'p3' }, { sku: 'p2' }, { sku: 'p1' }])
    const trimmed = lookup(sluice.left(sluice.trim('name'), 1), 'Ü')
    expect(await products.filter(trimmed).values('id').toArray()).toEqual([{ id: 1 }])
    await products
      .filter({ id: 3 })
      .update({ description: sluice.replace('description', value('-'), value('+')) })
    expect(await products.filter({ id: 3 }).valuesList('description', { flat: true }).toArray()).toEqual([
      'a+b+c',
    ])
  })

  it('give days and times of day in a time zone, whatever the session has', async () => {
    const orders = shop.repos.orders.orderBy('id').values({
      day: sluice.truncDate('placedAt', { timeZone: 'Asia/Tokyo' }),
      utc: sluice.truncDate('placedAt'),
      time: sluice.truncTime('placedAt', { timeZone: 'America/St_Johns' }),
    })
    const expected = await byHand(
      shop,
      `SELECT (placed_at AT TIME ZONE 'Asia/Tokyo')::date AS day, (placed_at AT TIME ZONE 'UTC')::date AS utc,
        (placed_at AT TIME ZONE 'America/St_Johns')::time AS time FROM orders ORDER BY id`,
    )
    expect(await everywhere(orders)).toEqual(expected)
    await using db = shop.open({ options: '-c timezone=Pacific/Apia' })
    expect(await orders.using(db).toArray()).toEqual(expected)
  })

  it('make UUIDs, another for each row', async () => {
    const made = await shop.repos.products.values({ random: sluice.uuid4(), later: sluice.uuid7() }).toArray()
    expect(new Set(made.flatMap(({ random, later }) => [random, later])).size).toBe(6)
    expect(made.every(({ random, later }) => random[14] === '4' && later[14] === '7')).toBe(true)
  })
})

describe('what they do not take is refused when the queryset is built', () => {
  it.each<[() => unknown, string]>([
    [() => sluice.abs('name'), 'abs() takes a number, and "name" is text: cast it'],
    [() => sluice.sqrt('createdAt'), 'sqrt() takes a number, and "createdAt" is timestamptz'],
    [() => sluice.round('price', 1.5), 'round() takes a whole number of digits'],
    [() => sluice.left('createdAt', 1), 'left() takes text, and "createdAt" is timestamptz'],
    [() => sluice.left('name', 'sku'), 'left() takes a number, and "sku" is text'],
    [() => sluice.collate('price', 'C'), 'collate() takes text, and "price" is numeric'],
    [() => sluice.collate('name', 'C" || (SELECT 1)'), 'collate() takes the name of a collation'],
    [() => sluice.length('createdAt'), 'length() takes text, and "createdAt" is timestamptz'],
    [() => sluice.truncDate('name'), 'truncDate() takes a timestamp, and "name" is text'],
    [() => sluice.truncTime('createdAt', { timeZone: "x'" }), 'timeZone is the name of a time zone'],
    [() => sluice.jsonObject('name' as never), 'jsonObject() takes values by their keys'],
    [() => sluice.replace('nmae', value('a'), value('b')), 'Did you mean "name"?'],
  ])('%s', (make, message) => {
    expect(() => shop.repos.products.annotate({ x: make() as QueryExpression })).toThrow(message)
  })
})
