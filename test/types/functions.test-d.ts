/** What functions, searches and statistics give, and what must not compile. Checked by the compiler alone. */
import { expectTypeOf } from 'vitest'
import {
  abs,
  anyValue,
  bitOr,
  corr,
  jsonArray,
  jsonbAgg,
  jsonObject,
  left,
  length,
  log,
  lookup,
  mod,
  pi,
  power,
  regrCount,
  round,
  searchHeadline,
  searchQuery,
  searchRank,
  searchVector,
  sha256,
  sqrt,
  stdDev,
  strIndex,
  trigramSimilarity,
  trim,
  truncDate,
  truncTime,
  uuid4,
  value,
  type JsonValue,
  type VectorFields,
} from 'sluice'
import type { Repositories } from '../../generated/index.js'

declare function row<R>(rows: AsyncIterable<R>): R

export function functions({ products, users, posts, orders }: Repositories) {
  const made = row(
    products.annotate({
      size: abs('margin'),
      weighed: round('weight', 1),
      half: mod('stock', 2),
      exact: mod('price', 2),
      root: sqrt('price'),
      maybe: power('weight', 2),
      ten: log(10, 'weight'),
      circle: pi(),
      short: left('description', 3),
      hash: sha256('sku'),
      at: strIndex('description', value('x')),
      bare: trim('supplier.name'),
      labelled: length('labels'),
      document: jsonObject({ sku: 'sku', by: 'supplier.name' }),
      list: jsonArray('sku', 1),
      id4: uuid4(),
    }),
  )
  expectTypeOf(made.size).toEqualTypeOf<string | null>()
  expectTypeOf(made.weighed).toEqualTypeOf<number | null>()
  expectTypeOf(made.half).toEqualTypeOf<number>()
  expectTypeOf(made.exact).toEqualTypeOf<string>()
  expectTypeOf(made.root).toEqualTypeOf<number>()
  expectTypeOf(made.maybe).toEqualTypeOf<number | null>()
  expectTypeOf(made.ten).toEqualTypeOf<number | null>()
  expectTypeOf(made.circle).toEqualTypeOf<number>()
  expectTypeOf(made.short).toEqualTypeOf<string | null>()
  expectTypeOf(made.hash).toEqualTypeOf<string>()
  expectTypeOf(made.at).toEqualTypeOf<number | null>()
  expectTypeOf(made.bare).toEqualTypeOf<string>()
  expectTypeOf(made.labelled).toEqualTypeOf<number>()
  expectTypeOf(made.document).toEqualTypeOf<JsonValue>()
  expectTypeOf(made.list).toEqualTypeOf<JsonValue>()
  expectTypeOf(made.id4).toEqualTypeOf<string>()
  const days = row(
    orders.values({ day: truncDate('shippedAt', { timeZone: 'Asia/Tokyo' }), time: truncTime('placedAt') }),
  )
  expectTypeOf(days).toEqualTypeOf<{ day: string | null; time: string }>()
  // @ts-expect-error a path that leads nowhere
  users.annotate({ x: left('nmae', 1) })
  // @ts-expect-error the same, in second place
  users.annotate({ x: strIndex('name', 'nmae') })
  // @ts-expect-error the same, in an object
  users.annotate({ x: jsonObject({ a: 'nmae' }) })
  // @ts-expect-error no number of digits
  users.annotate({ x: round('id', '1') })
  // @ts-expect-error no option
  orders.annotate({ x: truncDate('placedAt', { zone: 'UTC' }) })
  posts.filter(lookup(left('title', 1), 'A')).orderBy(length('title').desc())
}

export function searches({ posts, users }: Repositories) {
  posts.filter(
    { title: { search: 'cat' } },
    { title: { search: { query: 'cat', type: 'websearch', config: 'english' } } },
    { title: { search: searchQuery('cat'), lower: { search: 'cat' } } },
    { title: { trigramSimilar: 'cat', trigramWordSimilar: { to: 'cat', schema: 'ext' } } },
  )
  const ranked = row(
    posts.annotate({
      rank: searchRank(searchVector(['title', 'body']), 'cat'),
      headline: searchHeadline('title', searchQuery('cat'), { maxWords: 3 }),
      alike: trigramSimilarity('author.name', 'Ada'),
      words: searchVector('title', { weight: 'A' }),
    }),
  )
  expectTypeOf(ranked.rank).toEqualTypeOf<number>()
  expectTypeOf(ranked.headline).toEqualTypeOf<string>()
  expectTypeOf(ranked.alike).toEqualTypeOf<number>()
  expectTypeOf(ranked.words).toEqualTypeOf<string>()
  // @ts-expect-error a search of a number
  posts.filter({ id: { search: 'x' } })
  // @ts-expect-error no way to read what is searched
  posts.filter({ title: { search: { query: 'x', type: 'fuzzy' } } })
  // @ts-expect-error no likeness of dates
  users.filter({ birthDate: { trigramSimilar: '2000' } })
  // @ts-expect-error no weight
  searchVector('title', { weight: 'E' })
  // @ts-expect-error a path that leads nowhere
  posts.annotate({ x: searchRank(searchVector(['titel']), 'cat') })
}

/** A column of vectors, as generated filters have it. */
export function vectors(filter: (given: VectorFields<{ words: string | null }, 'words'>) => void) {
  filter({ words: { search: 'cat', length: { gt: 3 } } })
  filter({ words: null })
  filter({ words: "'cat'" })
  // @ts-expect-error vectors have no order
  filter({ words: { gt: 'a' } })
}

export async function statistics({ orderItems, products }: Repositories) {
  const found = await orderItems.aggregate({
    together: corr('quantity', 'unitPrice'),
    rows: regrCount('quantity', 'unitPrice', { filter: { quantity: { gt: 1 } } }),
    spread: stdDev('unitPrice', { sample: true }),
    bits: bitOr('quantity'),
    big: bitOr('orderId'),
    all: jsonbAgg('quantity', { orderBy: '-quantity' }),
    one: anyValue('unitPrice'),
  })
  expectTypeOf(found).toEqualTypeOf<{
    together: number | null
    rows: number
    spread: number | null
    bits: number | null
    big: bigint | null
    all: JsonValue[]
    one: string | null
  }>()
  // @ts-expect-error a path that leads nowhere
  void orderItems.aggregate({ x: corr('quantity', 'price') })
  // @ts-expect-error no deviation of booleans
  void products.values('status').annotate({ x: stdDev('productCategories.isPrimary') })
  // @ts-expect-error no order for what has none
  void orderItems.aggregate({ x: bitOr('quantity', { orderBy: 'quantity' }) })
}
