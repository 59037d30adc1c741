import { afterAll, beforeAll, expect, it } from 'vitest'
import * as sluice from 'sluice'
import { max, ref } from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { byHand, everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

const pairs = {
  corr: 'corr',
  covarPop: 'covar_pop',
  covarSamp: 'covar_samp',
  regrAvgX: 'regr_avgx',
  regrAvgY: 'regr_avgy',
  regrCount: 'regr_count',
  regrIntercept: 'regr_intercept',
  regrR2: 'regr_r2',
  regrSlope: 'regr_slope',
  regrSxx: 'regr_sxx',
  regrSxy: 'regr_sxy',
  regrSyy: 'regr_syy',
} as const
const names = Object.keys(pairs) as (keyof typeof pairs)[]

it('aggregates of two numbers agree with hand-written SQL', async () => {
  const { orderItems, users } = shop.repos
  const asked = Object.fromEntries(names.map((name) => [name, sluice[name]('quantity', 'unitPrice')]))
  const columns = names.map(
    (name) => `${pairs[name]}(quantity, unit_price)${name === 'regrCount' ? '::int4' : ''} AS "${name}"`,
  )
  const [expected] = await byHand(shop, `SELECT ${columns.join(', ')} FROM order_items`)
  expect(await orderItems.aggregate(asked)).toEqual(expected)
  const none = Object.fromEntries(names.map((name) => [name, name === 'regrCount' ? 0 : null]))
  expect(await orderItems.filter({ quantity: 99 }).aggregate(asked)).toEqual(none)
  expect(await orderItems.none().aggregate(asked)).toEqual(none)

  const perOrder = orderItems
    .values('orderId')
    .annotate({
      slope: sluice.regrSlope('quantity', 'unitPrice'),
      n: sluice.regrCount('quantity', ref('product.price').plus(1), { filter: { quantity: { gt: 1 } } }),
    })
    .orderBy('orderId')
  expect(await everywhere(perOrder)).toEqual(
    await byHand(
      shop,
      `SELECT order_id AS "orderId", regr_slope(quantity, unit_price) AS slope,
        (count(*) FILTER (WHERE quantity > 1))::int4 AS n FROM order_items GROUP BY 1 ORDER BY 1`,
    ),
  )
  const perUser = users
    .values('id')
    .annotate({ lines: max('orders.id') })
    .orderBy('id')
  expect(() =>
    perUser.annotate({ c: sluice.corr('orders.orderItems.quantity', 'orders.orderItems.total') }),
  ).toThrow('needs a row of its own')
  const related = shop.repos.orders
    .only('id')
    .orderBy('id')
    .annotate({ c: sluice.covarPop('orderItems.quantity', 'orderItems.unitPrice') })
  expect(await everywhere(related)).toEqual(
    await byHand(
      shop,
      `SELECT id, (SELECT covar_pop(quantity, unit_price) FROM order_items WHERE order_id = orders.id) AS c
        FROM orders ORDER BY id`,
    ),
  )
})

it('deviations and variances, of samples too, over rows, relations and windows', async () => {
  const { products, orderItems } = shop.repos
  expect(
    await products.aggregate({
      a: sluice.stdDev('price'),
      b: sluice.stdDev('price', { sample: true }),
      c: sluice.variance('stock', { filter: { status: 'active' } }),
      d: sluice.variance(ref('weight').times(2), { sample: true, distinct: true }),
    }),
  ).toEqual(
    (
      await byHand(
        shop,
        `SELECT stddev_pop(price)::float8 AS a, stddev_samp(price)::float8 AS b,
          (var_pop(stock) FILTER (WHERE status = 'active'))::float8 AS c, var_samp(DISTINCT weight * 2) AS d FROM products`,
      )
    )[0],
  )
  const windowed = orderItems
    .orderBy('orderId', 'lineNumber')
    .values({ s: sluice.stdDev('quantity').over({ partitionBy: 'orderId' }) })
  expect(await everywhere(windowed)).toEqual(
    await byHand(
      shop,
      `SELECT (stddev_pop(quantity) OVER (PARTITION BY order_id))::float8 AS s FROM order_items
        ORDER BY order_id, line_number`,
    ),
  )
})

it('bits, JSON and any value', async () => {
  const { products, companies } = shop.repos
  const asked = {
    all: sluice.bitAnd('stock'),
    some: sluice.bitOr('id'),
    xor: sluice.bitXor('id'),
    json: sluice.jsonbAgg('weight', { orderBy: '-sku' }),
    any: sluice.anyValue('weight', { filter: { weight: { gt: 1 } } }),
  }
  expect(await products.aggregate(asked)).toEqual({
    all: 1,
    some: 3,
    xor: 0,
    json: [null, 1.5, 0.5],
    any: 1.5,
  })
  const none = { all: null, some: null, xor: null, json: [], any: null }
  expect(await products.filter({ id: 99 }).aggregate(asked)).toEqual(none)
  expect(await products.none().aggregate(asked)).toEqual(none)
  const grouped = companies
    .values('name')
    .annotate({ some: sluice.bitOr('products.id'), xor: sluice.bitXor('products.id') })
    .orderBy('name')
  expect(await everywhere(grouped)).toEqual([
    { name: 'Acme', some: 3, xor: 3 },
    { name: 'Bare', some: 3, xor: 3 },
  ])
})

it('what they do not take is refused', () => {
  const products = shop.repos.products.values('status')
  const wrong: [() => unknown, string][] = [
    [() => products.annotate({ x: sluice.stdDev('name') }), 'stddevPop() does not take public.products.name'],
    [() => products.annotate({ x: sluice.bitAnd('price') }), 'bitAnd() does not take public.products.price'],
    [
      () => products.annotate({ x: sluice.corr('price', 'name') }),
      'corr() takes a number, and "name" is text',
    ],
    [() => sluice.stdDev('price', { sampel: true } as object), 'Did you mean "sample"?'],
  ]
  for (const [make, message] of wrong) expect(make).toThrow(message)
})
