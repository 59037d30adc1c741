import { isDeepStrictEqual } from 'node:util'
import type { AsyncRows, IteratorOptions, KyselyHandle, SyncRows } from '../../src/index.js'
import { Books, BOOKS, GOOD_ROWS, MOST_ROWS, Numbered, ROOMS, SHELVES, Shelves } from './tables.js'

/** What a stream may read: with books prefetched for `shelves`, and with the shelf joined for `books`. */
export type Source = 'numbers' | 'failing' | 'stalling' | 'shelves' | 'books'

/** What of a queryset is used here, whatever its rows are. */
export interface Streamable {
  aiterator(options?: IteratorOptions): AsyncRows<object>
  iterator(options?: IteratorOptions): SyncRows<object>
  toArray(): Promise<object[]>
  count(): Promise<number>
  exists(): Promise<boolean>
  using(kysely: KyselyHandle): Streamable
}

/** Queries that one chunk of it takes beside the stream's own. */
export const RELATIONS: Readonly<Record<Source, number>> = {
  ...{ numbers: 0, failing: 0, stalling: 0 },
  ...{ shelves: 2, books: 0 },
}

export function mostRowsOf(source: Source): number {
  return source === 'shelves' ? SHELVES : source === 'books' ? BOOKS : MOST_ROWS
}

/** The first rows of a source, in the order of their numbers. */
export function firstRows(kysely: KyselyHandle, source: Source, rows: number): Streamable {
  const some = { id: { lte: rows } }
  if (source === 'shelves')
    return new Shelves(kysely).filter(some).orderBy('id').prefetchRelated('books', 'room')
  if (source === 'books') return new Books(kysely).filter(some).orderBy('id').selectRelated('shelf')
  return new Numbered(kysely, source).filter(some)
}

/** Whether this is row `number` of the source, in every value. */
export function isRow(source: Source, number: number, row: object): boolean {
  switch (source) {
    case 'shelves': {
      const { books } = row as { books: { id: number }[] }
      return isDeepStrictEqual(
        { ...row, books: books.toSorted((a, b) => a.id - b.id) },
        { ...shelf(number), room: room(number), books: booksOf(number) },
      )
    }
    case 'books':
      return isDeepStrictEqual({ ...row }, { ...book(number), shelf: shelf(shelfOf(number)) })
    default: {
      const { id, payload } = row as { id: number; payload: string }
      return id === number && payload === `x${number}`
    }
  }
}

/** Whether the source has rows that cannot be had, among the first so many. */
export function hasBadRows(source: Source, rows: number): boolean {
  return (source === 'failing' || source === 'stalling') && rows > GOOD_ROWS
}

const shelfOf = (id: number) => 1 + ((id - 1) % SHELVES)
const book = (id: number) => ({ id, shelfId: shelfOf(id), title: `book ${id}` })
const shelf = (id: number) => ({ id, roomId: 1 + (id % ROOMS), name: `shelf ${id}` })

function booksOf(id: number) {
  return [id, id + SHELVES, id + 2 * SHELVES].filter((each) => each <= BOOKS).map(book)
}

function room(shelfId: number) {
  const { roomId } = shelf(shelfId)
  return { id: roomId, name: `room ${roomId}` }
}
