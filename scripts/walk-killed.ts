/** `npm run walk:killed -- 3000000 10 5000 7`: rows, kills, the size of batches, and the seed of the moments to kill at. */
import { createDatabase, startServer } from '../codegen/server/index.js'
import { killedWalk, streamRate } from '../test/resumable/killed-walk.js'

const [rows = 3_000_000, kills = 10, batchSize = 5000, seed = 1] = process.argv.slice(2).map(Number)
const server = await startServer({ notify: console.error })
const database = await createDatabase(server)
try {
  const walk = { url: database.url, rows, kills, batchSize, seed }
  const report = await killedWalk(walk)
  const { count, distinct, sum } = report.written
  const isRight =
    count === rows && distinct === rows && sum === (rows * (rows + 1)) / 2 && report.told === rows
  const rate = await streamRate(walk)
  console.log(`${rows} rows in batches of ${batchSize}, killed ${kills} times, seed ${seed}`)
  console.log(`written ${count}, different ones ${distinct}, sum ${sum}: ${isRight ? 'right' : 'WRONG'}`)
  console.log(`${report.rowsPerSecond} rows/s while it walked; one stream with the same work ${rate} rows/s`)
  console.log(`the oldest transaction ${report.oldestMs} ms; ${report.outlived} outlived their batch`)
  if (!isRight || report.outlived > 0) process.exitCode = 1
} finally {
  await database.drop()
  await server.stop()
}
