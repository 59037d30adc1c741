import postgres from 'postgres'
import { statement } from './statement.mjs'

/** postgres.js: arrays of `chunkSize` rows. */
export function open(job) {
  const sql = postgres(job.url, { max: 1, onnotice: () => undefined })
  const read = async (text, onRows) => {
    for await (const rows of sql.unsafe(text).cursor(job.chunkSize)) await onRows(rows.length)
  }
  return {
    warm: () => read(statement(job, 1), () => undefined),
    read: (onRows) => read(statement(job), onRows),
    close: () => sql.end(),
  }
}
