import { expectTypeOf } from 'vitest'
import type { Author, Book, Library, Publisher, Tag } from '../support/library.js'

/** What relations add to rows, and what must not compile. Checked by the compiler only; never run. */
export async function relations({ authors, books, publishers, tags }: Library): Promise<void> {
  // selectRelated adds a row, or null where the relation is nullable.
  const [book] = await books.selectRelated('author', 'editor').toArray()
  expectTypeOf(book?.author).toEqualTypeOf<Author | undefined>()
  expectTypeOf(book?.editor).toEqualTypeOf<Author | null | undefined>()
  expectTypeOf(book?.title).toEqualTypeOf<string | undefined>()

  // Paths of any depth, and paths that share a beginning.
  for await (const row of books.selectRelated('author.publisher', 'author.mentor.mentor').aiterator()) {
    expectTypeOf(row.author.name).toEqualTypeOf<string>()
    expectTypeOf(row.author.publisher).toEqualTypeOf<Publisher | null>()
    expectTypeOf(row.author.mentor?.mentor?.id).toEqualTypeOf<number | undefined>()
  }

  // prefetchRelated adds arrays for relations to many, nested along paths.
  for (const row of publishers.prefetchRelated('authors.books', 'authors.mentor').iterator()) {
    expectTypeOf(row.authors[0]?.books).toEqualTypeOf<Book[] | undefined>()
    expectTypeOf(row.authors[0]?.mentor).toEqualTypeOf<Author | null | undefined>()
  }
  const through = await tags.prefetchRelated('books').get({ id: 1 })
  expectTypeOf(through.books).toEqualTypeOf<Book[]>()

  // A queryset of its own decides what its rows are.
  const own = await authors.prefetchRelated({ books: books.only('title').selectRelated('editor') }).get()
  expectTypeOf(own.books[0]?.title).toEqualTypeOf<string | undefined>()
  expectTypeOf(own.books[0]?.editor).toEqualTypeOf<Author | null | undefined>()
  // @ts-expect-error pages was not loaded
  void own.books[0]?.pages

  // Narrowed rows keep what was joined.
  const narrowed = await books.only('title').selectRelated('author').get()
  expectTypeOf(narrowed.author).toEqualTypeOf<Author>()
  // @ts-expect-error pages was not loaded
  void narrowed.pages
  // @ts-expect-error tags were not prefetched
  void book?.tags

  // Batches are arrays of the same rows.
  for await (const batch of books.prefetchRelated('tags').aiterator({ batchYieldSize: 10 })) {
    expectTypeOf(batch[0]?.tags).toEqualTypeOf<Tag[] | undefined>()
  }

  // @ts-expect-error a relation to many cannot be joined
  books.selectRelated('tags')
  // @ts-expect-error not a relation
  books.selectRelated('autor')
  // @ts-expect-error not a relation of the author
  books.selectRelated('author.company')
  // @ts-expect-error not a relation
  authors.prefetchRelated('book')
  // @ts-expect-error not a relation of books
  authors.prefetchRelated('books.tag')
  // @ts-expect-error a queryset on another table
  authors.prefetchRelated({ books: tags })

  authors.filter({ books: { some: { title: { contains: 'x' } } }, publisher: { name: 'x' }, mentor: null })
  // @ts-expect-error a relation to many takes a quantifier
  authors.filter({ books: { title: 'x' } })
  // @ts-expect-error a relation to one takes none
  authors.filter({ publisher: { some: { name: 'x' } } })
  // @ts-expect-error not a field of the related table
  authors.filter({ publisher: { title: 'x' } })
  // @ts-expect-error there always is an author
  books.filter({ author: null })
}
