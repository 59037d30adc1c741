import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { drain, failureOf, GOOD_ROWS, Numbers, open, Stalling } from './support/fault-database.js'
import { useFaults } from './support/use-faults.js'

const faults = useFaults()

describe('abort', () => {
  test('before the first row opens nothing', async () => {
    await using opened = open(faults.url)
    const reason = new Error('enough')
    const rows = new Numbers(opened.db).aiterator({ signal: AbortSignal.abort(reason) })
    await expect(rows.next()).rejects.toBe(reason)
    expect(opened.pool.totalCount).toBe(0)
    expect(await rows.next()).toEqual({ done: true, value: undefined })
  })

  test('cancels the fetch that the loop waits for', async () => {
    await using opened = open(faults.url, { closeTimeoutMs: 60_000 })
    const aborter = new AbortController()
    const reason = new Error('enough')
    const reading = drain(new Stalling(opened.db).aiterator({ chunkSize: GOOD_ROWS, signal: aborter.signal }))
    const failure = failureOf(reading)
    await faults.observer.untilAsleep()
    aborter.abort(reason)
    expect(await failure).toBe(reason)
    expect(opened.pool.idleCount).toBe(1)
    await faults.expectUsable(opened)
  })

  test('in the loop body ends the loop at its next step', async () => {
    await using opened = open(faults.url)
    const aborter = new AbortController()
    const reason = new Error('enough')
    let count = 0
    const reading = drain(new Numbers(opened.db).aiterator({ chunkSize: 10, signal: aborter.signal }), () => {
      if (++count === 15) aborter.abort(reason)
    })
    expect(await failureOf(reading)).toBe(reason)
    expect(count).toBe(15)
    await faults.expectUsable(opened)
  })

  test('while waiting for a connection leaves the queue', async () => {
    await using opened = open(faults.url)
    const aborter = new AbortController()
    const first = new Numbers(opened.db).aiterator()
    await first.next()
    const reason = new Error('enough')
    const second = failureOf(drain(new Numbers(opened.db).aiterator({ signal: aborter.signal })))
    aborter.abort(reason)
    expect(await second).toBe(reason)
    await first.return()
    await faults.expectUsable(opened)
  })

  test('at any moment never cancels the next query of the connection', async () => {
    await using opened = open(faults.url)
    for (let round = 0; round < 200; round++) {
      const aborter = new AbortController()
      const rows = new Numbers(opened.db).aiterator({ chunkSize: 500, signal: aborter.signal })
      const timer = setTimeout(() => aborter.abort(), round % 8)
      await drain(rows).catch((error: unknown) => {
        if ((error as Error).name !== 'AbortError') throw error
      })
      clearTimeout(timer)
      await sql`select 1`.execute(opened.db)
    }
    await faults.expectUsable(opened)
  })

  test('of a fetch under way never cancels the next query of the connection', async () => {
    await using opened = open(faults.url)
    await sql`select 1`.execute(opened.db)
    for (let round = 0; round < 200; round++) {
      const aborter = new AbortController()
      const rows = new Numbers(opened.db).aiterator({ signal: aborter.signal })
      const step = rows.next().catch(() => undefined)
      if (round % 2 === 0) await new Promise(setImmediate)
      aborter.abort()
      await step
      await sql`select count(*) from numbers`.execute(opened.db)
    }
    await faults.expectUsable(opened)
  })
})

describe('leaving', () => {
  test('by break, by a throw in the body, by return() and by await using frees the connection', async () => {
    await using opened = open(faults.url)
    const numbers = new Numbers(opened.db)
    for await (const row of numbers.aiterator({ chunkSize: 10 })) if (row.id === 15) break
    expect(opened.pool.idleCount).toBe(1)

    const thrown = new Error('from the body')
    const reading = drain(numbers.aiterator({ chunkSize: 10 }), ({ id }) => {
      if (id === 15) throw thrown
    })
    expect(await failureOf(reading)).toBe(thrown)
    expect(opened.pool.idleCount).toBe(1)

    const stepped = numbers.aiterator({ chunkSize: 10 })
    await stepped.next()
    expect(opened.pool.idleCount).toBe(0)
    expect(await Promise.all([stepped.return(), stepped.return()])).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
    expect(opened.pool.idleCount).toBe(1)
    {
      await using rows = numbers.aiterator({ chunkSize: 10 })
      await rows.next()
    }
    expect(opened.pool.idleCount).toBe(1)
    await faults.expectUsable(opened)
  })

  test('while the next chunk is being computed cancels it', async () => {
    await using opened = open(faults.url, { closeTimeoutMs: 60_000 })
    for await (const row of new Stalling(opened.db).aiterator({ chunkSize: GOOD_ROWS })) {
      expect(row.id).toBe(1)
      await faults.observer.untilAsleep()
      break
    }
    expect(opened.pool.idleCount).toBe(1)
    await faults.expectUsable(opened)
  })

  test('by return() beside a pending next() ends both, and before the start holds nothing', async () => {
    await using opened = open(faults.url, { closeTimeoutMs: 60_000 })
    const rows = new Stalling(opened.db).aiterator({ chunkSize: GOOD_ROWS + 1 })
    const pending = rows.next()
    await faults.observer.untilAsleep()
    await rows.return()
    expect(await pending).toEqual({ done: true, value: undefined })
    expect(opened.pool.idleCount).toBe(1)

    const early = new Numbers(opened.db).aiterator()
    const step = early.next()
    await early.return()
    expect(await step).toEqual({ done: true, value: undefined })

    const unstarted = new Numbers(opened.db).aiterator()
    await unstarted.return()
    expect(await unstarted.next()).toEqual({ done: true, value: undefined })
    await faults.expectUsable(opened)
  })

  test('parallel next() calls get the rows in the order of the calls', async () => {
    await using opened = open(faults.url)
    const rows = new Numbers(opened.db).aiterator({ chunkSize: 7 })
    const steps = await Promise.all(Array.from({ length: 50 }, () => rows.next()))
    expect(steps.map((step) => step.value?.id)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    await rows.return()
    await faults.expectUsable(opened)
  })

  test('an iterator that is never started holds no connection', async () => {
    await using opened = open(faults.url)
    const signal = new AbortController().signal
    for (let count = 0; count < 10; count++) new Numbers(opened.db).aiterator({ signal })
    expect(opened.pool.totalCount).toBe(0)
    await faults.expectUsable(opened)
  })

  test('a stock stream by break and by an error in the body frees the connection', async () => {
    await using opened = open(faults.url)
    for await (const row of opened.db.selectFrom('numbers').selectAll().stream(10)) if (row.id === 15) break
    await sql`select 1`.execute(opened.db)
    const thrown = new Error('from the body')
    const reading = drain(opened.db.selectFrom('numbers').selectAll().stream(10), () => {
      throw thrown
    })
    expect(await failureOf(reading)).toBe(thrown)
    await faults.expectUsable(opened)
  })

  test('with query logging on is the same', async () => {
    const logged: string[] = []
    await using opened = open(faults.url, { log: ({ level }) => void logged.push(level) })
    for await (const row of new Numbers(opened.db).aiterator({ chunkSize: 10 })) if (row.id === 15) break
    expect(opened.pool.idleCount).toBe(1)
    const rows = new Stalling(opened.db).aiterator({ chunkSize: GOOD_ROWS + 1 })
    const pending = rows.next()
    await faults.observer.untilAsleep()
    await rows.return()
    expect(await pending).toEqual({ done: true, value: undefined })
    await faults.expectUsable(opened)
    expect(logged).toContain('query')
  })
})
