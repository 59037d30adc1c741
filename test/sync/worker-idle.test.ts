import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
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

describe('the worker of iterator()', () => {
  test('ends when nothing was iterated for workerIdleTimeoutMs, and starts again when needed', async () => {
    await using opened = open(database.url, { workerIdleTimeoutMs: 50 })
    const numbers = new Numbers(opened.db)
    for (let round = 0; round < 2; round++) {
      expect([...numbers.iterator()]).toHaveLength(ROWS)
      // The test's own timeout is the bound.
      await observer.untilStates()
    }
  })

  test('is there from the call on, for as long, whether or not rows are asked for', async () => {
    await using opened = open(database.url, { workerIdleTimeoutMs: 50 })
    const numbers = new Numbers(opened.db)
    const started = once(process, 'worker') as Promise<[Worker]>
    const rows = numbers.iterator()
    numbers.iterator()
    const [worker] = await started
    await once(worker, 'exit')
    // It is started again.
    expect([...rows]).toHaveLength(ROWS)
  })

  test('is refused a time that is none', () => {
    expect(() => open(database.url, { workerIdleTimeoutMs: 0 })).toThrow(OptionError)
  })
})
