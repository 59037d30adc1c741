import { expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.js'
import { killedWalk } from './killed-walk.js'

const ROWS = 60_000

it('a walk that is killed and gone on with by other processes has done each row once', async () => {
  await using database = await createTestDatabase()
  const seed = Number(process.env.SEED ?? 1)
  const report = await killedWalk({ url: database.url, rows: ROWS, kills: 3, batchSize: 1000, seed })
  expect(report.written).toEqual({ count: ROWS, distinct: ROWS, sum: (ROWS * (ROWS + 1)) / 2 })
  expect(report.told).toBe(ROWS)
  // No transaction was there when the batch after it was done.
  expect(report.outlived).toBe(0)
})
