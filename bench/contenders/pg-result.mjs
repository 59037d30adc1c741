import pg from 'pg'
import { statement } from './statement.mjs'

/** pg's whole result, the way most code reads. */
export async function open(job) {
  const client = new pg.Client({ connectionString: job.url })
  await client.connect()
  return {
    warm: () => client.query(statement(job, 1)),
    read: async (onRows) => onRows((await client.query(statement(job))).rows.length),
    close: () => client.end(),
  }
}
