import pg from 'pg'
import { emptied, fields, loadedRows } from './loaded-rows.mjs'

/** Parameters of one statement are 65,535 at most. */
const most = 7000

/** pg: VALUES of many rows, as people write them by hand. */
export async function open(job) {
  const client = new pg.Client(job.url)
  await client.connect()
  return {
    warm: () => client.query(emptied),
    read: async (onRows) => {
      await client.query('begin')
      let values = []
      let rows = 0
      const send = async () => {
        await client.query(insert(values.length / fields.length), values)
        values = []
      }
      for (const row of loadedRows(job.limit)) {
        for (const field of fields) values.push(row[field])
        rows++
        if (rows % most === 0) await send()
      }
      if (values.length > 0) await send()
      await client.query('commit')
      onRows(rows)
    },
    close: () => client.end(),
  }
}

function insert(count) {
  let at = 0
  const tuple = () => `(${fields.map(() => `$${++at}`).join(', ')})`
  return `insert into loaded (${fields.join(', ')}) values ${Array.from({ length: count }, tuple).join(', ')}`
}
