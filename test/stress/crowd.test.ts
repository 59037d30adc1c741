import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../src/index.js'
import { engineOf } from '../../src/kysely/adapter.js'
import { bundle, WORKER } from '../support/bundle.js'
import { isLong } from '../support/long.js'
import type { TestDatabase } from '../support/database.js'
import { stressDatabase } from './database.js'
import { promise } from './failures.js'
import { firstRows, isRow } from './sources.js'
import type { StressTables } from './tables.js'

const POOL = 5
const STREAMS = isLong ? 10_000 : 1000
const STARTS = isLong ? 100 : 10

let database: TestDatabase

beforeAll(async () => {
  database = await stressDatabase()
})
afterAll(() => database.drop())

test(`${STREAMS} aiterators at once on a pool of ${POOL} have their own rows, and leave nothing`, async () => {
  await using db = connect<StressTables>({
    connectionString: database.url,
    max: POOL,
    // The last of them waits for all the others.
    acquireTimeoutMs: 300_000,
  })
  const stream = async (number: number) => {
    let seen = 0
    for await (const row of firstRows(db, 'numbers', 1 + (number % 5)).aiterator()) {
      promise(isRow('numbers', ++seen, row), `Row ${seen} of stream ${number} is ${JSON.stringify(row)}.`)
      // Some leave early.
      if (number % 7 === 0) break
    }
    return seen
  }
  const seen = await Promise.all(Array.from({ length: STREAMS }, (_, number) => stream(number)))
  expect(seen).toEqual(seen.map((_, number) => (number % 7 === 0 ? 1 : 1 + (number % 5))))
  const pool = engineOf(db.getExecutor().adapter)?.openedPool
  expect(pool).toMatchObject({ totalCount: POOL, idleCount: POOL, waitingCount: 0 })
}, 300_000)

test('each worker of node:cluster reads by both iterators, and ends', async () => {
  const program = 'test/stress/cluster.ts'
  await using programs = await bundle(program, WORKER)
  const ended = await promisify(execFile)(process.execPath, [programs.path(program), database.url])
  const line = '1000 and 1000 rows, exit code 0\n'
  expect(ended).toEqual({ stdout: line + line, stderr: '' })
}, 60_000)

test(`the worker of iterator() is as good when it starts for the ${STARTS}th time`, async () => {
  const program = 'test/stress/restarts.ts'
  await using programs = await bundle(program, WORKER)
  const ended = await promisify(execFile)(process.execPath, [
    programs.path(program),
    database.url,
    String(STARTS),
  ])
  expect(ended).toEqual({ stdout: `${STARTS} loops, ${STARTS} workers`, stderr: '' })
}, 300_000)
