import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { OptionError } from 'sluice'
import { createFaultDatabase, Numbers, Observer, open, ROWS } from '../postgres/support/fault-database.js'
import type { TestDatabase } from '../support/database.js'

let database: TestDatabase
let observer: Observer

beforeAll(async () => {
  database = await createFaultDatabase()
  observer = await Observer.of(database)
})

afterEach(() => observer.untilStates())

afterAll(async () => {
  await observer[Symbol.asyncDispose]()
  await database.drop()
})

const pids = async () =>
  observer.query(
    `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
     and backend_type = 'client backend'`,
  )

describe('the worker of iterator()', () => {
  test('is kept for the next iteration, with its connection', async () => {
    await using opened = open(database.url)
    const numbers = new Numbers(opened.db)
    expect([...numbers.iterator()]).toHaveLength(ROWS)
    const first = await pids()
    expect(first).toHaveLength(1)
    expect([...numbers.iterator()]).toHaveLength(ROWS)
    expect(await pids()).toEqual(first)
  })

  test('ends when nothing was iterated for workerIdleTimeoutMs, and starts again when needed', async () => {
    await using opened = open(database.url, { workerIdleTimeoutMs: 50 })
    const numbers = new Numbers(opened.db)
    for (let round = 0; round < 2; round++) {
      expect([...numbers.iterator()]).toHaveLength(ROWS)
      // The test's own timeout is the bound.
      await observer.untilStates()
    }
  })

  test('does not end while an iterator is open, however long its consumer takes', async () => {
    await using opened = open(database.url, { workerIdleTimeoutMs: 20 })
    const numbers = new Numbers(opened.db)
    const open1 = numbers.iterator({ chunkSize: 10 })
    expect(open1.next().value).toMatchObject({ id: 1 })
    // One that ends meanwhile does not start the clock.
    expect([...numbers.iterator()]).toHaveLength(ROWS)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect([...open1]).toHaveLength(ROWS - 1)
  })

  test('is refused a time that is none', () => {
    expect(() => open(database.url, { workerIdleTimeoutMs: 0 })).toThrow(OptionError)
  })
})
