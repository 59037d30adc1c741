import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  lookup,
  ref,
  searchHeadline,
  searchQuery,
  searchRank,
  searchVector,
  trigramDistance,
  trigramSimilarity,
  trigramStrictWordSimilarity,
  trigramWordDistance,
  trigramWordSimilarity,
  unaccent,
  value,
  type QueryExpression,
} from 'sluice'
import type { Shop } from '../queryset/shop.js'
import { byHand, everywhere, openDatedShop } from './agree.js'

let shop: Shop
beforeAll(async () => {
  shop = await openDatedShop()
  await shop.run(`CREATE SCHEMA "ext'""s"; CREATE EXTENSION pg_trgm SCHEMA "ext'""s"; CREATE EXTENSION unaccent;
    UPDATE posts SET title = 'The fat cats "sat"', body = 'on a mat, fat rats ate' WHERE id = 1;
    UPDATE posts SET title = 'A cat', body = 'fat' WHERE id = 2; UPDATE posts SET body = 'Crème brûlée' WHERE id = 3;
    UPDATE posts SET body = 'b1 and c1' WHERE id = 4`)
})
afterAll(() => shop[Symbol.asyncDispose]())

const config = 'english'
const schema = 'ext\'"s'
const inSql = `"ext'""s"`

type Filter = Parameters<Shop['repos']['posts']['filter']>[0]

describe('full text search', () => {
  it.each<[Filter, string]>([
    [{ title: { search: 'cat' } }, `to_tsvector(title) @@ plainto_tsquery('cat')`],
    [
      { title: { search: { query: 'cats', config } } },
      `to_tsvector('english', title) @@ plainto_tsquery('english', 'cats')`,
    ],
    [
      { title: { search: { query: 'fat cat', config, type: 'phrase' } } },
      `to_tsvector('english', title) @@ phraseto_tsquery('english', 'fat cat')`,
    ],
    [
      { title: { search: { query: 'cat -"fat cat"', config, type: 'websearch' } } },
      `to_tsvector('english', title) @@ websearch_to_tsquery('english', 'cat -"fat cat"')`,
    ],
    [
      { title: { search: searchQuery("sat & !'x'", { type: 'raw' }) } },
      `to_tsvector(title) @@ to_tsquery('sat & !''x''')`,
    ],
    [
      { body: { search: { query: ref('title'), config } } },
      `to_tsvector('english', body) @@ plainto_tsquery('english', title)`,
    ],
    [
      lookup(searchVector(['title', 'body'], { config }), { search: searchQuery('rat cat', { config }) }),
      `to_tsvector('english', coalesce(title, '') || ' ' || coalesce(body, '')) @@ plainto_tsquery('english', 'rat cat')`,
    ],
    [lookup(searchVector('title'), { length: { gt: 2 } }), 'length(to_tsvector(title)) > 2'],
    [{ author: { name: { search: 'ada' } } }, 'author_id = 1'],
  ])('%#: %j', async (filter, condition) => {
    const posts = shop.repos.posts.filter(filter).orderBy('id').values('id')
    const expected = await byHand(shop, `SELECT id FROM posts WHERE ${condition} ORDER BY id`)
    expect(expected.length).toBeGreaterThan(0)
    expect(await everywhere(posts)).toEqual(expected)
    const others = await shop.repos.posts.exclude(filter).count()
    expect(others).toBe(5 - expected.length)
  })

  it('ranks, cuts headlines, and weighs', async () => {
    const both = searchVector([
      searchVector('title', { config, weight: 'A' }),
      searchVector('body', { config }),
    ])
    const posts = shop.repos.posts.orderBy('id').values({
      rank: searchRank(both, 'fat', { config }),
      near: searchRank(both, searchQuery('fat & cat', { config, type: 'raw' }), {
        coverDensity: true,
        normalization: 2,
        weights: [0, 0.5, 0.5, 1],
      }),
      ofText: searchRank('title', 'cat', { config, type: 'websearch' }),
      headline: searchHeadline('title', 'cat', {
        config,
        startSel: '<"i">',
        stopSel: '</i>',
        maxWords: 4,
        minWords: 2,
      }),
      plain: searchHeadline('title', searchQuery('sat')),
    })
    const vector = `setweight(to_tsvector('english', title), 'A') || coalesce(to_tsvector('english', coalesce(body, '')), '')`
    const expected = await byHand(
      shop,
      `SELECT ts_rank(${vector}, plainto_tsquery('english', 'fat')) AS rank,
        ts_rank_cd('{0,0.5,0.5,1}', ${vector}, to_tsquery('english', 'fat & cat'), 2) AS near,
        ts_rank(to_tsvector('english', title), plainto_tsquery('english', 'cat')) AS "ofText",
        ts_headline('english', title, plainto_tsquery('english', 'cat'),
          'StartSel="<""i"">", StopSel="</i>", MaxWords=4, MinWords=2') AS headline,
        ts_headline(title, plainto_tsquery('sat')) AS plain FROM posts ORDER BY id`,
    )
    expect(await everywhere(posts)).toEqual(expected)
    expect(expected[0]).toMatchObject({ headline: expect.stringContaining('<"i">cats</i>') as string })
    const best = shop.repos.posts
      .orderBy(searchRank(both, 'cat', { config }).desc(), 'id')
      .values('id')
      .slice(0, 1)
    expect(await everywhere(best)).toEqual([{ id: 1 }])
  })

  it('asks for what an index on the words has', () => {
    const { sql } = shop.repos.posts.filter({ title: { search: { query: 'x', config } } }).toSQL()
    expect(sql).toContain(`(to_tsvector('english', "posts"."title") @@ plainto_tsquery('english', `)
  })
})

describe('trigrams, of an extension in a schema that no search_path has', () => {
  it.each<[Filter, string]>([
    [{ title: { trigramSimilar: { to: 'A kat', schema } } }, `title OPERATOR(${inSql}.%) 'A kat'`],
    [{ body: { trigramWordSimilar: { to: 'rats', schema } } }, `body OPERATOR(${inSql}.%>) 'rats'`],
    [
      { body: { trigramStrictWordSimilar: { to: ref('title'), schema } } },
      `body OPERATOR(${inSql}.%>>) title`,
    ],
  ])('%#: %j', async (filter, condition) => {
    const posts = shop.repos.posts.filter(filter).orderBy('id').values('id')
    expect(await everywhere(posts)).toEqual(
      await byHand(shop, `SELECT id FROM posts WHERE ${condition} ORDER BY id`),
    )
  })

  it('measures likeness and distance', async () => {
    const posts = shop.repos.posts.orderBy('id').values({
      a: trigramSimilarity('title', 'cat', { schema }),
      b: trigramWordSimilarity('title', 'cat', { schema }),
      c: trigramStrictWordSimilarity('body', value('rat'), { schema }),
      d: trigramDistance('title', ref('body'), { schema }),
      e: trigramWordDistance('title', 'cat', { schema }),
      f: unaccent('body'),
    })
    const expected = await byHand(
      shop,
      `SELECT ${inSql}.similarity(title, 'cat') AS a, ${inSql}.word_similarity('cat', title) AS b,
        ${inSql}.strict_word_similarity('rat', body) AS c, title OPERATOR(${inSql}.<->) body AS d,
        title OPERATOR(${inSql}.<->>) 'cat' AS e, unaccent(body) AS f FROM posts ORDER BY id`,
    )
    expect(await everywhere(posts)).toEqual(expected)
    expect(expected[2]).toMatchObject({ f: 'Creme brulee' })
  })
})

describe('wrong searches are refused when the queryset is built', () => {
  it.each<[object, string]>([
    [{ id: { search: 'x' } }, 'public.posts.id has no lookup "search"'],
    [{ title: { search: 1 } }, 'public.posts.title.search takes a text'],
    [{ title: { search: { query: 'x', type: 'fuzzy' } } }, 'type of searchQuery() has no type "fuzzy"'],
    [
      { title: { search: { query: 'x', config: "a'b" } } },
      'config is the name of a text search configuration',
    ],
    [{ title: { search: { config } } }, 'public.posts.title.search takes a text'],
    [{ title: { trigramSimilar: 3 } }, 'trigramSimilar takes a text'],
    [{ title: { trigramSimilar: { to: 'x', schema: '' } } }, 'trigramSimilar takes the name of a schema'],
  ])('%j', (filter, message) => {
    expect(() => shop.repos.posts.filter(filter as Filter)).toThrow(message)
  })

  it.each<[() => QueryExpression, string]>([
    [() => searchVector('createdAt'), 'searchVector() takes text, and "createdAt" is timestamptz'],
    [() => searchVector([]), 'searchVector() takes at least one text'],
    [() => searchVector('title', { weight: 'E' as 'A' }), 'weight of searchVector() has no weight "E"'],
    [() => searchRank('title', 5 as never), 'searchQuery() takes a text, not'],
    [() => trigramSimilarity('createdAt', 'x'), 'trigramSimilarity() takes text'],
  ])('%s', (make, message) => {
    expect(() => shop.repos.posts.annotate({ v: make() })).toThrow(message)
  })
})
