/** A program with two workers of `node:cluster` that read by both iterators and end by themselves; prints how. */
import cluster from 'node:cluster'
import { once } from 'node:events'
import { connect } from '../../src/index.js'
import { promise } from './failures.js'
import { firstRows, isRow } from './sources.js'
import type { StressTables } from './tables.js'

const WORKERS = 2

async function read(connectionString: string): Promise<string> {
  const db = connect<StressTables>({ connectionString, max: 2 })
  const some = firstRows(db, 'numbers', 1000)
  let [seen, seenSync] = [0, 0]
  const options = { chunkSize: 100 }
  for await (const row of some.aiterator(options)) promise(isRow('numbers', ++seen, row), 'Another row.')
  for (const row of some.iterator(options)) promise(isRow('numbers', ++seenSync, row), 'Another row.')
  await db.close()
  return `${seen} and ${seenSync} rows`
}

const [url = ''] = process.argv.slice(2)
if (cluster.isPrimary) {
  const workers = Array.from({ length: WORKERS }, () => cluster.fork())
  const ends = await Promise.all(
    workers.map(async (worker) => {
      const said = once(worker, 'message')
      const [code] = (await once(worker, 'exit')) as [number]
      return `${String((await said)[0])}, exit code ${code}`
    }),
  )
  process.stdout.write(`${ends.join('\n')}\n`)
} else {
  const said = await read(url)
  process.send?.(said, () => process.disconnect())
}
