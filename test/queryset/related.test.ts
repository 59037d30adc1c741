import type { LogEvent } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, count, FieldError, UsageError } from 'sluice'
import { hasServerLog, serverLog } from '../support/database.js'
import { openLibrary, type Library } from '../support/library.js'

let library: Library
beforeAll(async () => {
  library = await openLibrary(30, { max: 1 })
})
afterAll(() => library[Symbol.asyncDispose]())

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

/** The same queryset by every path that reads rows. */
async function byEveryPath<R>(queryset: {
  toArray(): Promise<R[]>
  aiterator(options: { chunkSize: number }): AsyncIterable<R>
  iterator(options: { chunkSize: number }): Iterable<R>
  first(): Promise<R | null>
}): Promise<R[]> {
  const rows = await queryset.toArray()
  expect(await collect(queryset.aiterator({ chunkSize: 7 }))).toEqual(rows)
  expect([...queryset.iterator({ chunkSize: 7 })]).toEqual(rows)
  expect(await queryset.first()).toEqual(rows[0] ?? null)
  return rows
}

describe('selectRelated', () => {
  it('joins rows of any depth, null where there is none, in one query', async () => {
    const books = library.books.orderBy('id').selectRelated('author.publisher', 'editor')
    const log = hasServerLog ? serverLog(library.database) : undefined
    const mark = await log?.mark()
    const rows = await books.toArray()
    if (log && mark !== undefined) {
      expect((await log.statementsSince(mark)).filter(({ sql }) => sql.startsWith('select'))).toHaveLength(1)
    }
    const plain = await library.books.orderBy('id').toArray()
    const authors = new Map((await library.authors.toArray()).map((author) => [author.id, author]))
    const publishers = new Map((await library.publishers.toArray()).map((each) => [each.id, each]))
    expect(rows).toEqual(
      plain.map((book) => {
        const author = authors.get(book.authorId)
        return {
          ...book,
          author: { ...author, publisher: publishers.get(author?.publisherId ?? 0) ?? null },
          editor: authors.get(book.editorId ?? 0) ?? null,
        }
      }),
    )
    expect(rows.some((row) => row.author.publisher === null)).toBe(true)
    expect(rows.some((row) => row.editor === null)).toBe(true)
    expect(await byEveryPath(books)).toEqual(rows)
  })

  it('follows a relation of a table to itself', async () => {
    const rows = await library.authors.orderBy('id').selectRelated('mentor.mentor').slice(0, 8).toArray()
    expect(rows.map((row) => row.mentor?.mentor?.id ?? null)).toEqual([null, null, null, 1, 1, 1, 1, 2])
  })

  it('goes with filters, orders, only, count and get', async () => {
    const books = library.books
      .selectRelated('author')
      .only('title')
      .filter({ author: { name: 'Author 7' } })
    expect(await books.count()).toBe(3)
    expect(await books.get({ title: 'Book 7.1' })).toEqual({
      id: 71,
      title: 'Book 7.1',
      author: { id: 7, name: 'Author 7', publisherId: 3, mentorId: 3 },
    })
  })

  it('refuses what is not a relation to one row, with the choices', () => {
    const select = (path: string) => () => library.books.selectRelated(path as 'author')
    expect(select('tags')).toThrow(FieldError)
    expect(select('tags')).toThrow('public.books has no relation to one row "tags". Choices: author, editor.')
    expect(select('author.books')).toThrow('public.authors has no relation to one row "books"')
    expect(() => library.books.values('id').selectRelated('author')).toThrow(UsageError)
  })
})

describe('prefetchRelated', () => {
  it('reads relations of every kind', async () => {
    const rows = await byEveryPath(
      library.authors.orderBy('id').prefetchRelated('books', 'edited', 'publisher', 'students'),
    )
    const [authors, books, publishers] = await Promise.all([
      library.authors.orderBy('id').toArray(),
      library.books.orderBy('id').toArray(),
      library.publishers.toArray(),
    ])
    const sorted = rows.map((row) => ({
      ...row,
      books: row.books.toSorted((a, b) => a.id - b.id),
      edited: row.edited.toSorted((a, b) => a.id - b.id),
      students: row.students.toSorted((a, b) => a.id - b.id),
    }))
    expect(sorted).toEqual(
      authors.map((author) => ({
        ...author,
        books: books.filter((book) => book.authorId === author.id),
        edited: books.filter((book) => book.editorId === author.id),
        publisher: publishers.find((each) => each.id === author.publisherId) ?? null,
        students: authors.filter((each) => each.mentorId === author.id),
      })),
    )
  })

  it('reads through a link table, in both directions', async () => {
    const links = await library.sql<{ book_id: number; tag_id: number }>('select * from book_tags')
    const books = await byEveryPath(library.books.orderBy('id').prefetchRelated('tags'))
    expect(books.some((book) => book.tags.length > 1)).toBe(true)
    for (const book of books) {
      const expected = links.filter((link) => link.book_id === book.id).map((link) => link.tag_id)
      expect(book.tags.map((tag) => tag.id).sort()).toEqual(expected.sort())
    }
    const tags = await library.tags.prefetchRelated('books').toArray()
    expect(tags.flatMap((tag) => tag.books)).toHaveLength(links.length)
  })

  it('goes on from rows that were joined, without reading them again', async () => {
    const sent: string[] = []
    await using db = connect({
      connectionString: library.database.url,
      log: ({ query }: LogEvent) => void sent.push(query.sql),
    })
    const { books, authors } = library
    const related = ['author.books', 'author.publisher', 'editor'] as const
    const joined = books
      .orderBy('id')
      .selectRelated('author.publisher', 'editor')
      .prefetchRelated(...related)
    const rows = await joined.using(db).toArray()
    expect(sent.length).toBe(2)
    const written = await byAuthor()
    for (const { authorId, author } of rows) expect(author.books.length).toBe(written.get(authorId))
    expect(await collect(joined.aiterator({ chunkSize: 3 }))).toEqual(rows)
    const apart = await books
      .orderBy('id')
      .prefetchRelated(...related)
      .toArray()
    expect(rows.map(({ author, editor }) => [author.publisher, editor])).toEqual(
      apart.map(({ author, editor }) => [author.publisher, editor]),
    )

    async function byAuthor() {
      const counted = await authors.annotate({ n: count('books') }).toArray()
      return new Map(counted.map(({ id, n }) => [id, n]))
    }
  })

  it('nests, and combines with selectRelated', async () => {
    const rows = await byEveryPath(
      library.publishers.orderBy('id').prefetchRelated('authors.books.tags', 'authors.mentor'),
    )
    expect(rows.flatMap((row) => row.authors.flatMap((author) => author.books)).length).toBeGreaterThan(20)
    expect(rows[1]?.authors[0]?.books[0]?.tags).toBeInstanceOf(Array)
    const books = await library.books.selectRelated('author').prefetchRelated('tags').orderBy('id').toArray()
    expect(books[0]).toMatchObject({ author: { id: 1 }, tags: expect.any(Array) as unknown })
  })

  it('takes a queryset of its own, whose slice counts per row', async () => {
    const latest = library.books
      .filter({ pages: { gt: 0 } })
      .orderBy('-id')
      .slice(0, 1)
    const rows = await byEveryPath(library.authors.orderBy('id').prefetchRelated({ books: latest }))
    const books = await library.books
      .filter({ pages: { gt: 0 } })
      .orderBy('-id')
      .toArray()
    expect(rows.map((row) => row.books)).toEqual(
      rows.map((row) => books.filter((book) => book.authorId === row.id).slice(0, 1)),
    )
    const second = await library.authors
      .orderBy('id')
      .prefetchRelated({ books: library.books.orderBy('id').slice(1, 3).selectRelated('editor') })
      .toArray()
    expect(second.map((row) => row.books.length)).toEqual(rows.map((row) => Math.max(0, (row.id % 4) - 1)))
    const none = await library.authors.prefetchRelated({ books: library.books.none() }).toArray()
    expect(none.every((row) => row.books.length === 0)).toBe(true)
    const sliced = await library.tags
      .orderBy('id')
      .prefetchRelated({ books: library.books.orderBy('title').slice(0, 2) })
      .toArray()
    expect(sliced.map((tag) => tag.books.length)).toEqual([2, 2, 2, 2])
  })

  it('finds its key in rows that do not show it', async () => {
    const rows = await byEveryPath(library.books.orderBy('id').only('title').prefetchRelated('author'))
    expect(rows[0]).toEqual({
      id: 11,
      title: 'Book 1.1',
      author: { id: 1, name: 'Author 1', publisherId: 2, mentorId: null },
    })
  })

  it('sees the rows of its own transaction', async () => {
    await library.db.transaction().execute(async (trx) => {
      const authors = library.authors.using(trx).filter({ id: 3 }).prefetchRelated('books')
      await library.authors.using(trx).count()
      for await (const author of authors.aiterator()) expect(author.books).toHaveLength(3)
    })
  })

  it('refuses what does not fit', () => {
    const authors = library.authors
    expect(() => authors.prefetchRelated('book' as 'books')).toThrow(FieldError)
    const wrong = { books: library.tags } as unknown as { books: typeof library.books }
    expect(() => authors.prefetchRelated(wrong)).toThrow('leads to public.books, not to public.tags')
    const values = { books: library.books.values('id') } as unknown as { books: typeof library.books }
    expect(() => authors.prefetchRelated(values)).toThrow(UsageError)
    expect(() => authors.values('id').prefetchRelated('books')).toThrow(UsageError)
  })
})

describe.skipIf(!hasServerLog)('the queries of a prefetched stream', () => {
  let big: Library
  beforeAll(async () => {
    big = await openLibrary(1000, { max: 10 })
  })
  afterAll(() => big[Symbol.asyncDispose]())

  const forms = {
    aiterator: async (of: Library) => {
      const queryset = of.authors.orderBy('id').prefetchRelated('books', 'publisher')
      return (await collect(queryset.aiterator({ chunkSize: 200, batchYieldSize: 150 }))).flat()
    },
    iterator: (of: Library) => {
      const queryset = of.authors.orderBy('id').prefetchRelated('books', 'publisher')
      return Promise.resolve([...queryset.iterator({ chunkSize: 200 })])
    },
  }

  it.each(['aiterator', 'iterator'] as const)('are 1 + 2 × 5 for 1,000 rows by 200: %s', async (form) => {
    const log = serverLog(big.database)
    const mark = await log.mark()
    const rows = await forms[form](big)
    const reads = (await log.statementsSince(mark)).filter(
      ({ sql, kind }) => sql.startsWith('select') && kind !== 'fetch',
    )
    expect(rows).toHaveLength(1000)
    expect(rows.flatMap((row) => row.books)).toHaveLength(1500)
    expect(reads).toHaveLength(11)
    const begins = (await log.statementsSince(mark)).filter(({ sql }) => sql.startsWith('begin'))
    expect(begins.map(({ sql }) => sql)).toEqual(['begin isolation level repeatable read, read only'])
    expect(new Set((await log.statementsSince(mark)).map(({ pid }) => pid)).size).toBe(1)
  })

  it('work with a pool of one', async () => {
    await using lonely = await openLibrary(300, { max: 1 })
    expect(await forms.aiterator(lonely)).toHaveLength(300)
    expect(await forms.iterator(lonely)).toHaveLength(300)
    expect(await lonely.authors.count()).toBe(300)
  })

  it('work for ten streams at once on a pool of ten', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => forms.aiterator(big)))
    expect(streams.map((rows) => rows.length)).toEqual(Array(10).fill(1000))
  })

  it('are on one snapshot', async () => {
    const rows: { id: number; books: unknown[] }[] = []
    for await (const author of big.authors
      .orderBy('id')
      .prefetchRelated('books')
      .aiterator({ chunkSize: 100 })) {
      if (rows.length === 0) await big.sql('delete from book_tags; delete from books where author_id > 500')
      rows.push(author)
    }
    expect(rows.flatMap((row) => row.books)).toHaveLength(1500)
  })

  it('end with the loop that is left', async () => {
    for await (const author of big.authors.prefetchRelated('books').aiterator({ chunkSize: 10 })) {
      expect(author.books).toBeInstanceOf(Array)
      break
    }
    for (const author of big.authors.prefetchRelated('books').iterator({ chunkSize: 10 })) {
      expect(author.books).toBeInstanceOf(Array)
      break
    }
    const open = await big.sql(
      `select from pg_stat_activity where datname = current_database() and state like 'idle in%'`,
    )
    expect(open).toHaveLength(0)
  })
})

describe('filters across relations', () => {
  const ids = async (queryset: { toArray(): Promise<{ id: number }[]> }) =>
    (await queryset.toArray()).map((row) => row.id).sort((a, b) => a - b)

  it('nest to one row', async () => {
    const { books } = library
    expect(await ids(books.filter({ author: { name: 'Author 2' } }))).toEqual([21, 22])
    expect(await ids(books.filter({ author: { mentor: { mentor: { id: 1 } } }, pages: null }))).toEqual([
      62, 72,
    ])
    const orphans = (await books.toArray()).filter((book) => book.editorId === null).map((book) => book.id)
    expect(await ids(books.filter({ editor: null }))).toEqual(orphans.sort((a, b) => a - b))
    expect(await ids(books.exclude({ editor: null }))).toHaveLength((await books.count()) - orphans.length)
  })

  it('never repeat a row across many', async () => {
    const { authors, tags } = library
    expect(await ids(authors.filter({ id: { lt: 8 }, books: { some: {} } }))).toEqual([1, 2, 3, 5, 6, 7])
    expect(await ids(authors.filter({ id: { lt: 8 }, books: { none: {} } }))).toEqual([4])
    expect(await ids(authors.filter({ id: { lt: 8 }, books: { every: { pages: { lt: 300 } } } }))).toEqual([
      1, 4, 5,
    ])
    expect(await ids(tags.filter({ books: { some: { author: { id: 3 } } } }))).toEqual([1, 2, 3, 4])
    const both = await authors
      .filter({ books: { some: { title: { endsWith: '.1' } }, none: { pages: 300 } } })
      .count()
    expect(both).toBe(
      (await authors.toArray()).filter((author) => author.id % 4 === 1 || author.id % 4 === 2).length,
    )
  })

  it('exclude exactly the rest', async () => {
    const { authors } = library
    const conditions = [
      { publisher: { name: 'Publisher 2' } },
      { publisher: null },
      { books: { some: { pages: { gt: 150 } } } },
      { books: { every: { pages: { gt: 150 } } } },
      { students: { none: { books: { some: {} } } } },
      { or: [{ mentor: { id: 1 } }, { not: { publisher: { id: { gt: 2 } } } }] },
    ]
    for (const condition of conditions) {
      const inside = await ids(authors.filter(condition))
      const outside = await ids(authors.exclude(condition))
      expect([...inside, ...outside].sort((a, b) => a - b)).toEqual(await ids(authors))
    }
  })

  it('are refused when they do not fit, with the choices', () => {
    const filter = (condition: object) => () => library.authors.filter(condition)
    expect(filter({ books: { any: {} } })).toThrow('has no "any". Choices: some, every, none.')
    expect(filter({ books: { title: 'x' } })).toThrow('Choices: some, every, none.')
    expect(filter({ books: {} })).toThrow('leads to many rows')
    expect(filter({ publisher: { nme: 'x' } })).toThrow(
      'public.publishers has no field "nme". Did you mean "name"? Choices: id, name, authors.',
    )
    expect(filter({ publisher: undefined })).toThrow('undefined')
    expect(filter({ books: { some: undefined } })).toThrow('undefined')
  })
})
