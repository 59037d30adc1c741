import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connect, QueryError, UsageError } from 'sluice'
import {
  createFaultDatabase,
  Failing,
  GOOD_ROWS,
  Numbers,
  Observer,
  open,
  ROWS,
  Stalling,
  type NumberRow,
  type Opened,
} from '../postgres/support/fault-database.js'
import type { TestDatabase } from '../support/database.js'

// What becomes of the worker when it, its process or its server comes to harm is tried with the faults.

let database: TestDatabase
let observer: Observer
/** Its worker takes a while to start: shared, unless the worker's life is what is tested. */
let opened: Opened
let numbers: Numbers

beforeAll(async () => {
  database = await createFaultDatabase()
  observer = await Observer.of(database)
  // Without an answer to wait for, closing would block for this long.
  opened = open(database.url, { closeTimeoutMs: 60_000 })
  numbers = new Numbers(opened.db)
  expect(count(numbers.iterator())).toBe(ROWS)
})

afterEach(() => observer.untilStates('idle'))

afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await observer[Symbol.asyncDispose]()
  await database.drop()
})

function count(rows: Iterable<NumberRow>): number {
  let seen = 0
  for (const row of rows) if (row.id !== ++seen) throw new Error(`Row ${seen} is the one of id ${row.id}.`)
  return seen
}

function sessions(): Promise<unknown[]> {
  return observer.query(
    `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
     and backend_type = 'client backend'`,
  )
}

function thrownBy(action: () => unknown): Error & { sqlState?: string } {
  try {
    action()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('Nothing was thrown.')
}

describe('leaving', () => {
  test('by break, by a throw in the body, by return() and by dispose frees the connection', async () => {
    for (const row of numbers.iterator({ chunkSize: 10 })) if (row.id === 15) break
    expect(await observer.states()).toEqual(['idle'])

    const thrown = new Error('from the body')
    const loop = (): void => {
      for (const row of numbers.iterator({ chunkSize: 10 })) if (row.id === 15) throw thrown
    }
    expect(thrownBy(loop)).toBe(thrown)
    expect(await observer.states()).toEqual(['idle'])

    const stepped = numbers.iterator({ chunkSize: 10 })
    stepped.next()
    expect(await observer.states()).toEqual(['idle in transaction'])
    expect(stepped.return()).toEqual({ done: true, value: undefined })
    expect(stepped.return()).toEqual({ done: true, value: undefined })
    expect(stepped.next()).toEqual({ done: true, value: undefined })
    expect(await observer.states()).toEqual(['idle'])
    {
      using rows = numbers.iterator({ chunkSize: 10 })
      rows.next()
    }
    expect(await observer.states()).toEqual(['idle'])
    expect(count(numbers.iterator())).toBe(ROWS)
  })

  test('cancels a chunk that is still being computed', async () => {
    for (const row of new Stalling(opened.db).iterator({ chunkSize: GOOD_ROWS })) if (row.id === 1) break
    expect(await observer.states()).toEqual(['idle'])
  })

  test('after the next chunk has failed does not wait for another word of the worker', async () => {
    const rows = new Failing(opened.db).iterator({ chunkSize: GOOD_ROWS })
    rows.next()
    await observer.untilStates('idle')
    rows.return()
    expect(count(numbers.iterator())).toBe(ROWS)
  }, 20_000)
})

describe('abort', () => {
  test('is looked at before each row, throws the reason and frees the connection', async () => {
    const aborter = new AbortController()
    const reason = new Error('enough')
    let seen = 0
    const loop = (): void => {
      for (const row of numbers.iterator({ chunkSize: 10, signal: aborter.signal })) {
        seen = row.id
        if (seen === 15) aborter.abort(reason)
      }
    }
    expect(thrownBy(loop)).toBe(reason)
    expect(seen).toBe(15)
    expect(await observer.states()).toEqual(['idle'])
    const aborted = numbers.iterator({ signal: AbortSignal.abort(reason) })
    expect(thrownBy(() => aborted.next())).toBe(reason)
  })
})

describe('errors', () => {
  test('of the server carry the SQLSTATE and how many rows came before', async () => {
    const rows = new Failing(opened.db).iterator({ chunkSize: GOOD_ROWS })
    const error = thrownBy(() => count(rows))
    expect(error).toBeInstanceOf(QueryError)
    expect(error).toMatchObject({ sqlState: '22012', rowsDelivered: GOOD_ROWS })
    expect(rows.next()).toEqual({ done: true, value: undefined })
    expect(await observer.states()).toEqual(['idle'])
  })

  test('of a server that is not there are thrown', async () => {
    await using unreachable = open('postgres://nobody@127.0.0.1:1/none')
    expect(thrownBy(() => count(new Numbers(unreachable.db).iterator())).message).toContain('ECONNREFUSED')
  })
})

describe('transactions', () => {
  test('are refused at the call', async () => {
    await using other = open(database.url)
    await other.db.transaction().execute((trx) => {
      expect(thrownBy(() => new Numbers(trx).iterator())).toBeInstanceOf(UsageError)
      return Promise.resolve()
    })
  })
})

describe('the worker', () => {
  test('keeps one connection over 50 iterators in a row, and no handle', async () => {
    const few = numbers.filter({ id: { lte: 30 } })
    for (let round = 0; round < 5; round++) count(few.iterator({ chunkSize: 10 }))
    // Now: the pool closes a connection that the tests before have left idle for long.
    const session = await sessions()
    await sleep(10)
    const handles = (): number => process.getActiveResourcesInfo().length
    const before = handles()
    for (let round = 0; round < 50; round++) {
      for (const row of few.iterator({ chunkSize: 10 })) if (row.id === round % 40) break
    }
    await sleep(10)
    expect(handles()).toBeLessThanOrEqual(before)
    expect(await sessions()).toEqual(session)
  })

  test('ends with the database, and its connection with it, also when nothing else was ever asked', async () => {
    // Its connection would stay for the ten seconds after which an idle one is closed.
    const db = connect<object>({ connectionString: database.url })
    expect(count(new Numbers(db).iterator())).toBe(ROWS)
    await db.close()
    await observer.untilStates('idle')
  }, 20_000)

  test('is not started again once the database is closed', async () => {
    const { db } = open(database.url)
    await sql`select 1`.execute(db)
    await db.destroy()
    expect(thrownBy(() => count(new Numbers(db).iterator())).message).toContain('closed')
  })
})
