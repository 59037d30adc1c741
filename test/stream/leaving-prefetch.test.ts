import type { LogEvent } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLibrary, type Library } from '../support/library.js'

/** What is told of each query when it has been answered. */
let answered: (sql: string) => void = () => {}

let library: Library
beforeAll(async () => {
  library = await openLibrary(30, { max: 1, log: ({ query }: LogEvent) => answered(query.sql) })
})
afterAll(() => library[Symbol.asyncDispose]())

/** Leaves when the relations of the rows have been read, and theirs were not; what is then sent all the same. */
async function sentAfter(leave: () => unknown, running: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = []
  let left: unknown
  answered = (sql) => {
    if (left !== undefined) sent.push(sql)
    else if (sql.includes('"books"')) left = leave() ?? true
  }
  await running().catch(() => {})
  await left
  // Whoever gets the connection next finds nobody else on it.
  expect(await library.tags.aiterator({ batchYieldSize: 10 }).next()).toMatchObject({ value: { length: 4 } })
  answered = () => {}
  return sent.filter((sql) => sql.includes('"book_tags"'))
}

describe('a stream that is left between two levels of a prefetch', () => {
  const stream = (signal?: AbortSignal) =>
    library.authors.prefetchRelated('books.tags').aiterator({ chunkSize: 10, ...(signal && { signal }) })

  test('by its signal, sends no more of them', async () => {
    const aborter = new AbortController()
    const rows = stream(aborter.signal)
    expect(
      await sentAfter(
        () => aborter.abort(),
        () => rows.next(),
      ),
    ).toEqual([])
  })

  test('by return(), sends no more of them', async () => {
    const rows = stream()
    expect(
      await sentAfter(
        () => rows.return(),
        () => rows.next(),
      ),
    ).toEqual([])
  })
})
