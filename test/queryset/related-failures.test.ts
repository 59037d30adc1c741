import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { QueryError } from 'sluice'
import { openLibrary, type Library } from '../support/library.js'

let library: Library
beforeAll(async () => {
  library = await openLibrary(30, { max: 1 })
  await library.sql('alter table books rename to book_rows')
})
afterAll(() => library[Symbol.asyncDispose]())

/** The books of author 13, in the third chunk of five, have a title that is computed. */
async function titles(expression: string): Promise<void> {
  await library.sql(`create or replace view books as select id, author_id, editor_id,
    case when author_id = 13 then (${expression})::text else title end as title, pages from book_rows`)
}

const authors = () => library.authors.orderBy('id').prefetchRelated('publisher', 'books')

describe('a prefetch that fails', () => {
  it.each(['toArray', 'aiterator', 'iterator'] as const)(
    'says what it read, and frees the connection: %s',
    async (form) => {
      await titles('1 / (id - id)')
      let delivered = 0
      const run = async () => {
        if (form === 'toArray') await authors().toArray()
        else if (form === 'iterator')
          for (const row of authors().iterator({ chunkSize: 5 })) delivered += +!!row
        else for await (const row of authors().aiterator({ chunkSize: 5 })) delivered += +!!row
      }
      const error: unknown = await run().catch((reason: unknown) => reason)
      expect(delivered).toBe(form === 'toArray' ? 0 : 10)
      expect(error).toBeInstanceOf(QueryError)
      expect(error).toMatchObject({ table: 'public.books', rowsDelivered: delivered, sqlState: '22012' })
      expect((error as QueryError).sql).toContain('from "public"."books"')
      expect(await library.authors.count()).toBe(30)
    },
  )
})

describe('a prefetch that takes long', () => {
  const asleep = async () => {
    const [row] = await library.sql<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
    )
    return row?.n ?? 0
  }
  const untilAsleep = async () => {
    while ((await asleep()) === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  it.each(['signal', 'return'] as const)('is cancelled on the server by leaving: %s', async (how) => {
    await titles('pg_sleep(60)')
    const controller = new AbortController()
    const stream = authors().aiterator({ chunkSize: 5, signal: controller.signal })
    const left = untilAsleep().then<unknown>(() =>
      how === 'signal' ? controller.abort(new Error('enough')) : stream.return(),
    )
    const loop = (async () => {
      const ids: number[] = []
      for await (const row of stream) ids.push(row.id)
      return ids
    })()
    if (how === 'signal') await expect(loop).rejects.toThrow('enough')
    else expect(await loop).toHaveLength(10)
    await left
    // Cancelled, and not cut off: the same connection goes on.
    expect(await asleep()).toBe(0)
    const pids = await library.sql<{ started: Date }>(
      `select backend_start as started from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() order by backend_start`,
    )
    expect(await library.authors.count()).toBe(30)
    const after = await library.sql<{ started: Date }>(
      `select backend_start as started from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() order by backend_start`,
    )
    expect(pids.length).toBeGreaterThan(0)
    expect(after).toEqual(pids)
  })
})
