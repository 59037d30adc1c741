import { afterAll, beforeAll, expect, it } from 'vitest'
import { rank, rowNumber, sum, UsageError } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO users (email, name) SELECT 'u' || i || '@example.com', 'u' || i FROM generate_series(1, 6) i;
    INSERT INTO posts (author_id, title, slug) SELECT 1 + i % 6, 't' || i, i FROM generate_series(1, 20) i`)
})
afterAll(() => shop[Symbol.asyncDispose]())

it('windows of the rows of one owner are the same in a stream of chunks as of all rows at once', async () => {
  const { users, posts } = shop.repos
  const place = rank().over({ partitionBy: 'authorId', orderBy: '-id' })
  const wanted = users.orderBy('id').prefetchRelated({
    postsByAuthor: posts
      .annotate({ place, later: place.minus(1) })
      .orderBy(rowNumber().over({ partitionBy: ['authorId'], orderBy: 'id' })),
  })
  const rows = await wanted.toArray()
  expect(rows[1]?.postsByAuthor.map(({ place, later }) => [place, later])).toEqual([
    [4, 3],
    [3, 2],
    [2, 1],
    [1, 0],
  ])
  const streamed: unknown[] = []
  for await (const row of wanted.aiterator({ chunkSize: 2 })) streamed.push(row)
  expect(streamed).toEqual(rows)
})

it('windows of the rows of several owners are refused when the queryset is built, since they would begin anew with each chunk', () => {
  const { users, posts, products, categories } = shop.repos
  const all = rank().over({ orderBy: 'id' })
  const shared = [
    () => users.prefetchRelated({ postsByAuthor: posts.annotate({ place: all }) }),
    () => users.prefetchRelated({ mine: { postsByAuthor: posts.annotate({ place: all }) } }),
    () => users.prefetchRelated({ postsByAuthor: posts.orderBy(all) }),
    () => users.prefetchRelated({ postsByAuthor: posts.annotate({ next: all.plus(1) }) }),
    () =>
      users.prefetchRelated({
        postsByAuthor: posts.annotate({ s: sum('id').over({ partitionBy: 'editorId' }) }),
      }),
  ]
  for (const build of shared) {
    expect(build).toThrow(UsageError)
    expect(build).toThrow(/Part it: over\(\{ partitionBy: \['authorId'\], … \}\)/)
  }
  expect(() => products.prefetchRelated({ categories: categories.annotate({ place: all }) })).toThrow(
    /A link table leads to these/,
  )
})
