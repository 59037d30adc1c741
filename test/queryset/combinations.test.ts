import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count, max, UsageError } from 'sluice'
import { openLibrary, type Author, type Book, type Library, type Publisher } from '../support/library.js'
import { Random } from './random.js'

let library: Library
let data: {
  readonly authors: Author[]
  readonly books: Book[]
  readonly publishers: Publisher[]
  readonly tagIds: Map<number, number[]>
}
beforeAll(async () => {
  library = await openLibrary(30, { max: 1 })
  const links = await library.sql<{ book_id: number; tag_id: number }>(
    'select * from book_tags order by tag_id',
  )
  data = {
    authors: await library.authors.orderBy('id').toArray(),
    books: await library.books.orderBy('id').toArray(),
    publishers: await library.publishers.toArray(),
    tagIds: new Map(),
  }
  for (const { book_id, tag_id } of links) {
    data.tagIds.set(book_id, [...(data.tagIds.get(book_id) ?? []), tag_id])
  }
})
afterAll(() => library[Symbol.asyncDispose]())

describe('what is combined', () => {
  it('keeps what is joined into a row that is prefetched too', async () => {
    const [row] = await library.books
      .orderBy('id')
      .selectRelated('author.publisher', 'author.mentor.publisher')
      .prefetchRelated('author.students', 'author.mentor.students')
      .filter({ id: 71 })
      .toArray()
    expect(row?.author.publisher).toEqual({ id: 3, name: 'Publisher 3' })
    expect(row?.author.students.map(({ id }) => id).sort()).toEqual([14, 15])
    expect(row?.author.mentor?.publisher).toEqual({ id: 4, name: 'Publisher 4' })
    expect(row?.author.mentor?.students.map(({ id }) => id).sort()).toEqual([6, 7])
  })

  it('prefetches distinct rows, sorted by what is computed, per row', async () => {
    const busy = library.books.annotate({ tagCount: count('tags', { filter: { id: { gt: 1 } } }) })
    const distinct = busy.distinct().orderBy('-tagCount', 'id')
    const tags = await library.tags
      .orderBy('id')
      .prefetchRelated({ books: distinct.slice(0, 3) })
      .toArray()
    const all = await library.tags.orderBy('id').prefetchRelated({ books: distinct }).toArray()
    for (const [index, tag] of all.entries()) {
      const expected = [...data.tagIds]
        .filter(([, ids]) => ids.includes(tag.id))
        .map(([id, ids]) => ({ id, tagCount: ids.filter((each) => each > 1).length }))
        .sort((a, b) => b.tagCount - a.tagCount || a.id - b.id)
      expect(tag.books.map(({ id, tagCount }) => ({ id, tagCount }))).toEqual(expected)
      expect(tags[index]?.books).toEqual(tag.books.slice(0, 3))
    }
  })

  it('prefetches unions, and says when they lack the key', async () => {
    const { authors, books } = library
    const both = books.filter({ id: 11 }).union(books.filter({ id: { in: [21, 22] } }))
    const rows = authors
      .orderBy('id')
      .slice(0, 3)
      .prefetchRelated({ books: both.orderBy('-id').slice(0, 1) })
    expect((await rows.toArray()).map((row) => row.books.map(({ id }) => id))).toEqual([[11], [22], []])
    const narrow = books.only('title').union(books.only('title'))
    expect(() => authors.prefetchRelated({ books: narrow })).toThrow(
      'Cannot call prefetchRelated() with "authorId" after union()',
    )
  })

  it('refuses a locked slice per row, and unions of rows with other relations', () => {
    const { authors, books } = library
    const locked = books.selectForUpdate().slice(0, 1)
    expect(() => authors.prefetchRelated({ books: locked })).toThrow(UsageError)
    const edited = books.selectRelated('editor') as unknown as ReturnType<
      typeof books.selectRelated<readonly ['author']>
    >
    expect(() => books.selectRelated('author').union(edited)).toThrow('its fields are')
  })

  it('reads the last of distinct(fields) whatever fields are selected', async () => {
    const { books } = library
    expect(await books.distinct('authorId').only('title').last()).toEqual({ id: 301, title: 'Book 30.1' })
    expect(await books.distinct('authorId').values('title').last()).toEqual({ title: 'Book 30.1' })
    const related = books
      .distinct('pages')
      .orderBy('pages', '-id')
      .only('title')
      .prefetchRelated('tags', 'author')
    expect(await related.filter({ pages: { lt: 300 } }).last()).toMatchObject({ id: 301, author: { id: 30 } })
  })
})

describe('random chains', () => {
  type Condition = readonly [filter: object, test: (book: Book) => boolean]
  const authorOf = (book: Book) => data.authors.find(({ id }) => id === book.authorId) as Author
  const tagsOf = (book: Book) => data.tagIds.get(book.id) ?? []

  function condition(random: Random): Condition {
    const n = random.below(6)
    const conditions: readonly Condition[] = [
      [{ pages: { gt: n * 60 } }, ({ pages }) => pages !== null && pages > n * 60],
      [{ pages: null }, ({ pages }) => pages === null],
      [{ author: { publisher: { id: n } } }, (book) => authorOf(book).publisherId === n],
      [{ editor: null }, ({ editorId }) => editorId === null],
      [{ author: { mentor: null } }, (book) => authorOf(book).mentorId === null],
      [{ tags: { some: { id: { lte: n } } } }, (book) => tagsOf(book).some((id) => id <= n)],
      [{ tags: { every: { id: { gt: n } } } }, (book) => tagsOf(book).every((id) => id > n)],
      [{ tags: { none: { id: n } } }, (book) => !tagsOf(book).includes(n)],
      [
        { author: { students: { some: { books: { some: { pages: 100 } } } } } },
        ({ authorId }) =>
          data.authors.some(
            ({ id, mentorId }) =>
              mentorId === authorId && data.books.some((each) => each.authorId === id && each.pages === 100),
          ),
      ],
    ]
    return random.pick(conditions)
  }

  it.each(Array.from({ length: 100 }, (_, index) => index + 1))(
    'give the rows of the model: seed %i',
    async (seed) => {
      const random = new Random(seed)
      const flip = () => random.below(2) === 0
      let books = library.books.orderBy('-pages', 'id')
      const byPages = (a: Book, b: Book) => (b.pages ?? Infinity) - (a.pages ?? Infinity) || a.id - b.id
      let expected = data.books.toSorted((a, b) => (a.pages === b.pages ? a.id - b.id : byPages(a, b)))
      for (let index = random.below(3); index > 0; index--) {
        const [filter, test] = condition(random)
        const inside = flip()
        books = inside ? books.filter(filter) : books.exclude(filter)
        expected = expected.filter((book) => test(book) === inside)
      }
      const parts = {
        annotated: flip(),
        distinct: flip(),
        joined: flip(),
        joinedEditor: flip(),
        tags: flip(),
        slicedTags: flip(),
        author: flip(),
        only: flip(),
      }
      const annotated = books.annotate({ tagCount: count('tags'), c0: max('author.students.id') })
      let queryset = (parts.annotated ? annotated : books) as typeof annotated
      if (parts.annotated && flip()) {
        queryset = queryset.filter({ tagCount: { gt: 1 } }).orderBy('-tagCount', 'id')
        expected = expected
          .filter((book) => tagsOf(book).length > 1)
          .sort((a, b) => tagsOf(b).length - tagsOf(a).length || a.id - b.id)
      }
      if (parts.distinct) queryset = queryset.distinct()
      if (parts.only) queryset = queryset.defer('authorId') as typeof queryset
      if (parts.joined) queryset = queryset.selectRelated('author.publisher') as typeof queryset
      if (parts.joinedEditor) queryset = queryset.selectRelated('editor') as typeof queryset
      if (parts.tags) {
        const tags = parts.slicedTags ? library.tags.orderBy('-id').slice(0, 1) : library.tags.orderBy('id')
        queryset = queryset.prefetchRelated({ tags }) as typeof queryset
      }
      if (parts.author) {
        queryset = queryset.prefetchRelated({
          author: library.authors.prefetchRelated({ books: library.books.orderBy('-id').slice(0, 2) }),
        }) as typeof queryset
      }
      if (flip()) {
        const start = random.below(5)
        const end = start + random.below(20)
        queryset = queryset.slice(start, end)
        expected = expected.slice(start, end)
      }
      const author = (id: number | null) => data.authors.find((each) => each.id === id) ?? null
      const rows = expected.map((book) => {
        const own = author(book.authorId)
        const { authorId: _, ...deferred } = book
        return {
          ...(parts.only ? deferred : book),
          ...(parts.annotated && {
            tagCount: tagsOf(book).length,
            c0: data.authors.filter(({ mentorId }) => mentorId === book.authorId).at(-1)?.id ?? null,
          }),
          ...((parts.joined || parts.author) && {
            author: {
              ...own,
              ...(parts.joined && {
                publisher: data.publishers.find(({ id }) => id === own?.publisherId) ?? null,
              }),
              ...(parts.author && {
                books: data.books
                  .filter(({ authorId }) => authorId === own?.id)
                  .toReversed()
                  .slice(0, 2),
              }),
            },
          }),
          ...(parts.joinedEditor && { editor: author(book.editorId) }),
          ...(parts.tags && {
            tags: (parts.slicedTags ? tagsOf(book).slice(-1) : tagsOf(book)).map((id) => ({
              id,
              name: `Tag ${id}`,
            })),
          }),
        }
      })
      const fresh = () => queryset.all()
      expect(await fresh().toArray()).toEqual(rows)
      const chunkSize = random.pick([1, 7, 2000])
      const streamed: unknown[] = []
      for await (const row of fresh().aiterator({ chunkSize })) streamed.push(row)
      expect(streamed).toEqual(rows)
      const batches = [...fresh().iterator({ chunkSize, batchYieldSize: 5 })]
      expect(batches.flat()).toEqual(rows)
      expect(await fresh().count()).toBe(rows.length)
      expect(await fresh().exists()).toBe(rows.length > 0)
      expect(await fresh().first()).toEqual(rows[0] ?? null)
      expect(await fresh().aggregate({ n: count(), top: max('id') })).toEqual({
        n: rows.length,
        top: rows.length === 0 ? null : Math.max(...rows.map(({ id }) => id)),
      })
      const apart = await library.books.filter({ id: { in: fresh() } }).count()
      expect(apart).toBe(rows.length)
      const united = fresh().union(fresh().slice(0, 3)).orderBy('id')
      expect(await united.toArray()).toEqual(rows.toSorted((a, b) => a.id - b.id))
      expect(await fresh().difference(fresh().slice(0, 3)).count()).toBe(Math.max(0, rows.length - 3))
    },
  )
})
