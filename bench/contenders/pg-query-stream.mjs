import pg from 'pg'
import QueryStream from 'pg-query-stream'
import { statement } from './statement.mjs'

/** Rows of an object stream; `batchSize` is its chunk size, and what it buffers. */
export async function open(job) {
  const client = new pg.Client({ connectionString: job.url })
  await client.connect()
  const read = async (sql, onRows) => {
    const options = { batchSize: job.chunkSize, highWaterMark: job.chunkSize }
    for await (const _row of client.query(new QueryStream(sql, [], options))) onRows(1)
  }
  return {
    warm: () => read(statement(job, 1), () => undefined),
    read: (onRows) => read(statement(job), onRows),
    close: () => client.end(),
  }
}
