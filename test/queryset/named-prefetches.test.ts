import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, FieldError, UsageError, value } from 'sluice'
import { openShop, type Shop } from './shop.js'

let shop: Shop
beforeAll(async () => {
  shop = await openShop(`
    INSERT INTO users (email, name) SELECT 'u' || i || '@example.com', 'u' || i FROM generate_series(1, 25) i;
    INSERT INTO posts (author_id, editor_id, title, slug, published_at)
    SELECT 1 + i % 20, nullif(i % 4, 0), 't' || i, i, CASE WHEN i % 3 > 0 THEN now() - i * interval '1 day' END
    FROM generate_series(1, 100) i`)
})
afterAll(() => shop[Symbol.asyncDispose]())

function named() {
  const { users, posts } = shop.repos
  const published = posts.filter({ publishedAt: { isNull: false } })
  return users.orderBy('id').prefetchRelated({
    published: { postsByAuthor: published.orderBy('-publishedAt') },
    drafts: { postsByAuthor: posts.filter({ publishedAt: null }).orderBy('id').only('title') },
    latest: { postsByAuthor: published.orderBy('-publishedAt').slice(0, 1) },
    postsByAuthor: posts.orderBy('id'),
  })
}

describe('rows of one relation under several names', () => {
  it('are those of their querysets, each of its own', async () => {
    const rows = await named().toArray()
    expect(rows.length).toBe(25)
    for (const { postsByAuthor, published, drafts, latest } of rows) {
      expect([...published, ...drafts].map(({ id }) => id).sort((left, right) => left - right)).toEqual(
        postsByAuthor.map(({ id }) => id),
      )
      expect(published.every(({ publishedAt }) => publishedAt !== null)).toBe(true)
      expect(latest).toEqual(published.slice(0, 1))
      for (const draft of drafts) expect(Object.keys(draft)).toEqual(['id', 'title'])
    }
    expect(rows.some(({ drafts }) => drafts.length > 0)).toBe(true)
  })

  it('are the same streamed in chunks, batched and read synchronously', async () => {
    const rows = await named().toArray()
    const streamed: unknown[] = []
    for await (const row of named().aiterator({ chunkSize: 7 })) streamed.push(row)
    expect(streamed).toEqual(rows)
    const batched: unknown[] = []
    for await (const batch of named().aiterator({ chunkSize: 7, batchYieldSize: 10 })) batched.push(...batch)
    expect(batched).toEqual(rows)
    expect([...named().iterator({ chunkSize: 7 })]).toEqual(rows)
    expect((await named().page({ size: 25 })).rows).toEqual(rows)
  })

  it('are gone on from by paths, and by what their querysets prefetch', async () => {
    const { users, posts } = shop.repos
    const published = posts.filter({ publishedAt: { isNull: false } })
    const row = await users
      .prefetchRelated({
        published: { postsByAuthor: published.prefetchRelated({ writer: { author: users.only('name') } }) },
      })
      .prefetchRelated('published', 'published.editor', 'published.editor.postsByEditor')
      .prefetchRelated('postsByAuthor.editor')
      .get({ id: 2 })
    expect(row.published.length).toBeGreaterThan(0)
    for (const post of row.published) {
      expect(post.writer).toEqual({ id: 2, name: row.name })
      expect(post.editor?.id ?? null).toBe(post.editorId)
      expect(post.editor?.postsByEditor.length ?? 25).toBe(25)
    }
    expect(row.published.some(({ editor }) => editor !== null)).toBe(true)
    expect(row.postsByAuthor.length).toBeGreaterThan(row.published.length)
    expect(row.postsByAuthor.every((post) => !('writer' in post) && 'editor' in post)).toBe(true)
  })

  it('may be one row, beside the one that is joined', async () => {
    const { users, posts } = shop.repos
    const rows = await posts
      .selectRelated('author')
      .prefetchRelated({ early: { author: users.filter({ id: { lte: 3 } }).only('name') } })
      .orderBy('id')
      .toArray()
    for (const { author, early } of rows)
      expect(early).toEqual(author.id <= 3 ? { id: author.id, name: author.name } : null)
  })

  it('stay beside what is annotated and narrowed', async () => {
    const [row] = await named()
      .annotate({ n: count('postsByAuthor') })
      .only('name')
      .filter({ id: 2 })
      .toArray()
    expect(Object.keys(row ?? {}).sort()).toEqual([
      'drafts',
      'id',
      'latest',
      'n',
      'name',
      'postsByAuthor',
      'published',
    ])
  })

  it('are left out by values(), and refused by toKysely(), as all that is prefetched', async () => {
    expect(await named().values('id').first()).toEqual({ id: 1 })
    expect(() => named().toKysely()).toThrow(UsageError)
  })
})

describe('a name is refused', () => {
  it('that rows have already', () => {
    const { users, posts } = shop.repos
    const take = (name: string, from = users as ReturnType<typeof users.all>) =>
      from.prefetchRelated({ [name]: { postsByAuthor: posts } } as never)
    expect(() => take('name')).toThrow(/already has the field "name": give the rows another name/)
    expect(() => take('orders')).toThrow(/the relation "orders"/)
    expect(() => take('n', users.annotate({ n: value(1) }) as never)).toThrow(/the annotation "n"/)
    expect(() => take('a', take('a'))).toThrow(/under the name "a" already/)
    expect(() => take('a').annotate({ a: value(1) })).toThrow(/prefetched rows named "a"/)
    for (const name of ['', 'a.b', '__proto__']) {
      const wanted = Object.fromEntries([[name, { postsByAuthor: posts }]]) as never
      expect(() => users.prefetchRelated(wanted)).toThrow(FieldError)
    }
  })

  it('without a queryset, or with several', () => {
    const { users, posts } = shop.repos
    expect(() => users.prefetchRelated({ a: { nope: posts } } as never)).toThrow(/no relation "nope"/)
    expect(() => users.prefetchRelated({ a: {} } as never)).toThrow(/takes a queryset for "a"/)
    expect(() =>
      users.prefetchRelated({ a: { postsByAuthor: posts, postsByEditor: posts } } as never),
    ).toThrow(/one relation and its queryset/)
    expect(() => users.prefetchRelated({ a: { orders: posts } } as never)).toThrow(/leads to public\.orders/)
    expect(() => users.prefetchRelated('a.comments' as never)).toThrow(FieldError)
    expect(() => named().filter({ published: { some: {} } } as never)).toThrow(FieldError)
    expect(() => named().selectRelated('published' as never)).toThrow(FieldError)
  })
})
