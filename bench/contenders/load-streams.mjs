import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import { copyText, emptied } from './loaded-rows.mjs'

/** pg-copy-streams: COPY FROM STDIN of text that is made by hand. */
export async function open(job) {
  const client = new pg.Client(job.url)
  await client.connect()
  return {
    warm: () => client.query(emptied),
    read: async (onRows) => {
      const copy = client.query(from('copy loaded from stdin'))
      await pipeline(Readable.from(copyText(job.limit)), copy)
      onRows(copy.rowCount)
    },
    close: () => client.end(),
  }
}
