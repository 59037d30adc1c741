import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { TestDatabase } from '../../support/database.js'
import { createFaultDatabase, drain, Numbers, Observer, ROWS, type Opened } from './fault-database.js'

/** A file's own database, and who watches it. */
export interface Faults {
  readonly url: string
  readonly observer: Observer
  /** The pool's connections are all back, the server has nothing open, and the next stream is whole. */
  expectUsable(opened: Opened): Promise<void>
}

/** For each test file its own; what a test leaves behind is ended before the next. */
export function useFaults(): Faults {
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

  return {
    get url() {
      return database.url
    },
    get observer() {
      return observer
    },
    async expectUsable({ db, pool }) {
      expect(await drain(new Numbers(db).aiterator())).toBe(ROWS)
      expect(pool.idleCount).toBe(pool.totalCount)
      expect(pool.waitingCount).toBe(0)
      expect((await observer.states()).filter((state) => state !== 'idle')).toEqual([])
    },
  }
}
