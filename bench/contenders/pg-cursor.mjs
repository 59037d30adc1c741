import pg from 'pg'
import Cursor from 'pg-cursor'
import { statement } from './statement.mjs'

/** Arrays of `chunkSize` rows, one round trip for each. */
export async function open(job) {
  const client = new pg.Client({ connectionString: job.url })
  await client.connect()
  const read = async (sql, onRows) => {
    const cursor = client.query(new Cursor(sql))
    for (;;) {
      const rows = await cursor.read(job.chunkSize)
      if (rows.length === 0) break
      await onRows(rows.length)
    }
    await cursor.close()
  }
  return {
    warm: () => read(statement(job, 1), () => undefined),
    read: (onRows) => read(statement(job), onRows),
    close: () => client.end(),
  }
}
