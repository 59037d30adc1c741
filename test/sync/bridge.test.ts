import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connect, QueryError, UsageError } from 'sluice'
import {
  createFaultDatabase,
  Failing,
  GOOD_ROWS,
  Items,
  Numbers,
  Observer,
  open,
  ROWS,
  Stalling,
  type NumberRow,
} from '../postgres/support/fault-database.js'
import type { TestDatabase } from '../support/database.js'

let database: TestDatabase
let observer: Observer

beforeAll(async () => {
  database = await createFaultDatabase()
  observer = await Observer.of(database)
})

afterEach(async () => {
  await observer.terminateAll()
  await observer.untilStates()
})

afterAll(async () => {
  await observer[Symbol.asyncDispose]()
  await database.drop()
})

function count(rows: Iterable<NumberRow>): number {
  let seen = 0
  for (const row of rows) if (row.id !== ++seen) throw new Error(`Row ${seen} is the one of id ${row.id}.`)
  return seen
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
    await using opened = open(database.url)
    const numbers = new Numbers(opened.db)
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
    await using opened = open(database.url, { closeTimeoutMs: 60_000 })
    for (const row of new Stalling(opened.db).iterator({ chunkSize: GOOD_ROWS })) if (row.id === 1) break
    expect(await observer.states()).toEqual(['idle'])
  })

  test('after the next chunk has failed does not wait for another word of the worker', async () => {
    // Without an answer to wait for, closing would block for this long.
    await using opened = open(database.url, { closeTimeoutMs: 60_000 })
    const rows = new Failing(opened.db).iterator({ chunkSize: GOOD_ROWS })
    rows.next()
    await observer.untilStates('idle')
    rows.return()
    expect(count(new Numbers(opened.db).iterator())).toBe(ROWS)
  }, 10_000)

  test('an iterator that is never started opens nothing', async () => {
    await using opened = open(database.url)
    const rows = new Numbers(opened.db).iterator()
    expect(rows.return()).toEqual({ done: true, value: undefined })
    expect(await observer.states()).toEqual([])
  })
})

describe('abort', () => {
  test('is looked at before each row, throws the reason and frees the connection', async () => {
    await using opened = open(database.url)
    const aborter = new AbortController()
    const reason = new Error('enough')
    let seen = 0
    const loop = (): void => {
      for (const row of new Numbers(opened.db).iterator({ chunkSize: 10, signal: aborter.signal })) {
        seen = row.id
        if (seen === 15) aborter.abort(reason)
      }
    }
    expect(thrownBy(loop)).toBe(reason)
    expect(seen).toBe(15)
    expect(await observer.states()).toEqual(['idle'])
    const aborted = new Numbers(opened.db).iterator({ signal: AbortSignal.abort(reason) })
    expect(thrownBy(() => aborted.next())).toBe(reason)
  })
})

describe('errors', () => {
  test('of the server carry the SQLSTATE and how many rows came before', async () => {
    await using opened = open(database.url)
    const rows = new Failing(opened.db).iterator({ chunkSize: GOOD_ROWS })
    const error = thrownBy(() => count(rows))
    expect(error).toBeInstanceOf(QueryError)
    expect(error).toMatchObject({ sqlState: '22012', rowsDelivered: GOOD_ROWS })
    expect(rows.next()).toEqual({ done: true, value: undefined })
    expect(await observer.states()).toEqual(['idle'])
  })

  test('of a lost connection end the loop', async () => {
    await using opened = open(database.url)
    const rows = new Numbers(opened.db).iterator({ chunkSize: 10 })
    rows.next()
    await observer.terminateAll()
    await observer.untilStates()
    const error = thrownBy(() => {
      for (let step = rows.next(); step.done !== true; step = rows.next());
    })
    expect(error).toBeInstanceOf(QueryError)
    expect(count(new Numbers(opened.db).iterator())).toBe(ROWS)
  })

  test('of a server that is not there, and of a password that is wrong, are thrown', async () => {
    await using unreachable = open('postgres://nobody@127.0.0.1:1/none')
    expect(thrownBy(() => count(new Numbers(unreachable.db).iterator())).message).toContain('ECONNREFUSED')
    const url = new URL(database.url)
    url.username = 'somebody_else'
    url.password = 'wrong'
    await using stranger = open(url.href)
    expect(thrownBy(() => count(new Numbers(stranger.db).iterator())).message).toContain('somebody_else')
  })

  test('of a lock that this thread itself holds come after lock_timeout', async () => {
    await using opened = open(database.url, { max: 2, lock_timeout: 100 })
    const outcome = opened.db.transaction().execute(async (trx) => {
      await sql`lock table items in access exclusive mode`.execute(trx)
      return thrownBy(() => count(new Items(opened.db).iterator()))
    })
    expect(await outcome).toMatchObject({ sqlState: '55P03' })
  })
})

describe('transactions', () => {
  test('are refused at the call', async () => {
    await using opened = open(database.url)
    await opened.db.transaction().execute((trx) => {
      expect(thrownBy(() => new Numbers(trx).iterator())).toBeInstanceOf(UsageError)
      return Promise.resolve()
    })
  })
})

describe('the worker', () => {
  test('serves nested iterators, each on a connection of its own', async () => {
    await using opened = open(database.url)
    const numbers = new Numbers(opened.db)
    let inner = 0
    for (const row of numbers.iterator({ chunkSize: 5 })) {
      if (row.id > 3) break
      for (const other of numbers.filter({ id: { lte: 12 } }).iterator({ chunkSize: 5 })) inner += other.id
    }
    expect(inner).toBe(3 * 78)
    expect(await observer.states()).toEqual(['idle', 'idle'])
  })

  test('keeps one connection over 50 iterators in a row, and no handle', async () => {
    await using opened = open(database.url)
    const numbers = new Numbers(opened.db).filter({ id: { lte: 30 } })
    for (let round = 0; round < 5; round++) count(numbers.iterator({ chunkSize: 10 }))
    await sleep(10)
    const handles = (): number => process.getActiveResourcesInfo().length
    const before = handles()
    for (let round = 0; round < 50; round++) {
      for (const row of numbers.iterator({ chunkSize: 10 })) if (row.id === round % 40) break
    }
    await sleep(10)
    expect(handles()).toBeLessThanOrEqual(before)
    expect(await observer.states()).toEqual(['idle'])
  })

  test('ends with the database, and its connection with it, also when nothing else was ever asked', async () => {
    // Its connection would stay for the ten seconds after which an idle one is closed.
    const db = connect<object>({ connectionString: database.url })
    expect(count(new Numbers(db).iterator())).toBe(ROWS)
    await db.close()
    await observer.untilStates()
  }, 8_000)

  test('is not started again once the database is closed', async () => {
    const { db } = open(database.url)
    await sql`select 1`.execute(db)
    await db.destroy()
    expect(thrownBy(() => count(new Numbers(db).iterator())).message).toContain('closed')
  })

  test('ended in the middle of an iteration makes the loop fail, and the next iteration start another', async () => {
    const { db } = open(database.url)
    await sql`select 1`.execute(db)
    const rows = new Numbers(db).iterator({ chunkSize: 10, batchYieldSize: 10 })
    rows.next()
    await db.destroy()
    expect(
      thrownBy(() => {
        for (let step = rows.next(); step.done !== true; step = rows.next());
      }).message,
    ).toMatch(/closed|ended/)
    await observer.untilStates()
  })
})

describe('a process', () => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const program = fileURLToPath(new URL('../postgres/support/half-way.ts', import.meta.url))

  test.each(['returns', 'throws', 'exits'])(
    'that %s with an iterator half-way and no close() ends',
    async (how) => {
      const child = spawn(process.execPath, ['--import', loader, program, database.url, how], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      const deadline = setTimeout(() => child.kill('SIGKILL'), 20_000)
      const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
        child.on('close', (...end) => resolve(end)),
      )
      clearTimeout(deadline)
      expect({ output, code, signal }).toEqual({
        output: '15\n',
        code: how === 'returns' ? 0 : 3,
        signal: null,
      })
      await observer.untilStates()
    },
  )
})
