import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { connect, type Database } from 'sluice'
import { openLibrary, type Authors, type Library } from '../support/library.js'
import { openLine, type Line } from '../support/line.js'

const AUTHORS = 40
const CHUNK = 10

let library: Library
let line: Line
let db: Database<object>
let near: Awaited<ReturnType<typeof relationsOf>>

beforeAll(async () => {
  library = await openLibrary(AUTHORS)
  line = await openLine(library.database.url, 20)
  db = connect<object>({ connectionString: line.url, max: 1 })
  near = await relationsOf(library.authors)
  // The connections are there, and the worker.
  const { authors } = at(db)
  for (const form of ['aiterator', 'iterator'] as const)
    for await (const _ of authors.prefetchRelated('books')[form]()) break
})
beforeEach(() => line.reset())
afterAll(async () => {
  await db.close()
  await line[Symbol.asyncDispose]()
  await library[Symbol.asyncDispose]()
})

const at = (handle: Database<object>) => ({ authors: library.authors.using(handle) })

/** Two levels: three relations of an author, and one of each book. */
const withRelations = (authors: Authors) =>
  authors.orderBy('id').prefetchRelated('books.tags', 'publisher', 'students')
const relationsOf = (authors: Authors) => withRelations(authors).toArray()

test('far from the server, relations of one level are one trip', async () => {
  expect(await relationsOf(at(db).authors)).toEqual(near)
  // The authors, then their relations, then those of the books.
  expect(line.counts).toMatchObject({ requests: 5, trips: 3 })
})

describe.each(['aiterator', 'iterator'] as const)('far from the server, a stream by %s', (form) => {
  it('has the next chunk on its way while relations are read, by one trip for a level', async () => {
    const read = []
    for await (const author of withRelations(at(db).authors)[form]({ chunkSize: CHUNK })) read.push(author)
    expect(read).toEqual(near)
    const chunks = AUTHORS / CHUNK
    // The first chunk and the end, and for each chunk the two levels: the next comes with the first of these. By one query
    // after the other they would be four for each chunk.
    expect(line.counts.trips).toBeLessThan(2 + 3 * chunks)
  })
})

test('the relations of the next rows are read while the loop works on these, once it has come back for more', async () => {
  const rows = at(db).authors.orderBy('id').prefetchRelated('books').aiterator({ chunkSize: CHUNK })
  const sent = (requests: number) =>
    vi.waitFor(() => expect(line.counts).toMatchObject({ requests, open: 0 }))
  await rows.next()
  // The first fetch and the next, and the relation of the first rows.
  await sent(3)
  for (let row = 1; row <= CHUNK; row++) await rows.next()
  // The relation of these rows and that of the next, each with another fetch.
  await sent(7)
  await rows.return()
})

test('far from the server, a stream in a transaction reads relations by one trip for a level', async () => {
  await db.transaction().execute(async (trx) => {
    line.reset()
    const read = []
    for await (const author of withRelations(library.authors.using(trx)).aiterator({ chunkSize: CHUNK }))
      read.push(author)
    expect(read).toEqual(near)
    expect(line.counts.trips).toBeLessThan(2 + 3 * (AUTHORS / CHUNK))
  })
})
