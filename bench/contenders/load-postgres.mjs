import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import postgres from 'postgres'
import { copyText, emptied } from './loaded-rows.mjs'

/** postgres.js: its stream into COPY, of text that is made by hand. */
export function open(job) {
  const sql = postgres(job.url, { max: 1, onnotice: () => undefined })
  return {
    warm: () => sql.unsafe(emptied),
    read: async (onRows) => {
      await pipeline(Readable.from(copyText(job.limit)), await sql`copy loaded from stdin`.writable())
      onRows(job.limit)
    },
    close: () => sql.end(),
  }
}
